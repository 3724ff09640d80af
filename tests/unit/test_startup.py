"""What a short cold start must not cost: a process without garbage collection, or a model that cannot be built."""

import subprocess
import sys

import pytest

from tools.actions._action import Action
from tools.actions.catalogue import ACTIONS


def test_garbage_is_collected_once_the_handler_is_imported() -> None:
    program = "import gc, lambda_handler; raise SystemExit(not gc.isenabled() or not gc.get_freeze_count())"
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.name)
def test_the_models_of_every_action_can_be_built(action: Action) -> None:
    for model in (action.parameters, action.result):
        assert model.model_rebuild(force=True)
