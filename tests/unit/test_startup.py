"""A short cold start: what it must load, and what it must not cost."""

import json
import subprocess
import sys
from typing import Any

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


START = """
import json, sys
import lambda_handler
print(json.dumps(sorted(each for each in sys.modules if each.startswith("tools."))))
"""

# Does what Lambda does before it takes a snapshot, and says which files of the product are not loaded then.
SNAPSHOT = """
import json, sys
from pathlib import Path
import lambda_handler
from snapshot_restore_py import get_before_snapshot

for function, arguments, options in get_before_snapshot():
    function(*arguments, **options)
loaded = {getattr(module, "__file__", None) for module in sys.modules.values()}
root = Path(lambda_handler.__file__).parent
files = [str(each) for name in ("agent", "tools") for each in (root / name).rglob("*.py")]
print(json.dumps({"files": len(files), "missing": [each for each in files if each not in loaded]}))
"""

GARBAGE = """
import gc, json
import lambda_handler
found = [gc.isenabled()]
lambda_handler.lambda_handler({"action": "nothing"}, None)
print(json.dumps([*found, gc.isenabled(), gc.get_freeze_count() > 0]))
"""


def printed(program: str) -> Any:
    """What a program in a process of its own prints last, as JSON."""
    done = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def test_an_action_is_loaded_when_it_is_asked_for_and_no_other_with_it() -> None:
    assert printed(LOADED) == {"start": []} | {name: [name] for name in ACTION_NAMES}


def test_a_start_loads_of_the_tools_what_every_request_needs_and_no_more() -> None:
    assert printed(START) == [
        "tools.actions",
        "tools.actions._action",
        "tools.actions.catalogue",
        "tools.aws",
        "tools.aws.clients",
        "tools.domain",
        "tools.domain.audit",
        "tools.domain.errors",
        "tools.domain.names",
        "tools.domain.quoting",
        "tools.gateways",
    ]


def test_a_snapshot_holds_all_of_the_product() -> None:
    found = printed(SNAPSHOT)
    assert found["files"] > 0
    assert found["missing"] == []


def test_garbage_is_collected_from_the_first_reply_on() -> None:
    assert printed(GARBAGE) == [False, True, True]


@pytest.mark.parametrize("action", ACTIONS.values(), ids=lambda action: action.name)
def test_the_models_of_every_action_can_be_built(action: Action) -> None:
    for model in (action.parameters, action.result):
        assert model.model_rebuild(force=True)
