"""A short cold start: what it must load, and what it must not cost."""

import json
import subprocess
import sys

import pytest

from tools.actions._action import Action
from tools.actions.catalogue import ACTION_NAMES, ACTIONS

# Says which actions are loaded once the handler is imported and, for every action, once it is looked up.
LOADED = """
import json, sys
import lambda_handler
from tools.actions.catalogue import ACTION_NAMES

def loaded():
    return [name for name in ACTION_NAMES if f"tools.actions.{name}" in sys.modules]

found = {"start": loaded()}
for name in ACTION_NAMES:
    for module in [each for each in sys.modules if each.startswith("tools.")]:
        del sys.modules[module]
    from tools.actions.catalogue import ACTIONS
    ACTIONS[name]
    found[name] = loaded()
print(json.dumps(found))
"""


def test_an_action_is_loaded_when_it_is_asked_for_and_no_other_with_it() -> None:
    done = subprocess.run([sys.executable, "-c", LOADED], stdout=subprocess.PIPE, check=True)
    assert json.loads(done.stdout) == {"start": []} | {name: [name] for name in ACTION_NAMES}


def test_garbage_is_collected_once_the_handler_is_imported() -> None:
    program = "import gc, lambda_handler; raise SystemExit(not gc.isenabled() or not gc.get_freeze_count())"
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0


@pytest.mark.parametrize("action", ACTIONS.values(), ids=lambda action: action.name)
def test_the_models_of_every_action_can_be_built(action: Action) -> None:
    for model in (action.parameters, action.result):
        assert model.model_rebuild(force=True)
