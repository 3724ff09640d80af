"""The documents say what the code does."""

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from agent.budget_agent import BudgetAgent
from agent.contract import ActionRequest
from tests.builders import a_budget
from tests.documents import DOCUMENTS, ROOT, rendered
from tests.fakes import gateways_with
from tests.picture import PICTURE, drawn
from tools.actions.catalogue import ACTION_NAMES, ACTIONS
from tools.domain.budget_action_states import BudgetActionStatus

EXAMPLE = re.compile(r"```python\n(?P<code>\"\"\"count_budgets.*?)```", re.DOTALL)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_the_generated_parts_are_up_to_date(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert rendered(text) == text, "run `make docs`"


def test_the_picture_is_what_the_table_of_states_says() -> None:
    assert PICTURE.read_text(encoding="utf-8") == drawn(), "run `make docs`"
    assert all(f">{status.value}</text>" in drawn() for status in BudgetActionStatus)


def test_every_action_is_explained_with_request_reply_and_parameters() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name in ACTION_NAMES:
        for kind in ("request", "reply", "parameters"):
            assert f"<!-- begin {kind}-{name} -->" in readme


def test_every_make_target_that_a_document_names_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for path in DOCUMENTS:
        named = set(re.findall(r"`make ([a-z-]+)", path.read_text(encoding="utf-8")))
        assert named <= targets


def test_every_file_that_a_document_links_exists() -> None:
    for path in DOCUMENTS:
        for link in re.findall(r"\]\((?!https?://|#)([^)#]+)", path.read_text(encoding="utf-8")):
            assert (ROOT / link).exists(), link


def test_one_file_and_one_line_add_an_action(tmp_path: Path) -> None:
    """The example of CONTRIBUTING.md, as it stands there, answers beside the other actions."""
    example = EXAMPLE.search((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))
    assert example is not None
    module = _loaded(tmp_path / "count_budgets.py", example["code"])
    actions = {**ACTIONS, "count_budgets": module.count_budgets}
    agent = BudgetAgent(actions, gateways_with([a_budget("one"), a_budget("two")]))
    outcome = agent.perform(ActionRequest(action="count_budgets"))
    assert outcome == {"budgets": 2, "incomplete": []}
    assert agent.action_names == [*ACTION_NAMES, "count_budgets"]


def _loaded(path: Path, code: str) -> ModuleType:
    path.write_text(code, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    try:
        spec.loader.exec_module(module)
    finally:
        del sys.modules[path.stem]
    return module
