"""Rules of a file: held for a minute, and the last good ones kept while the file cannot be used."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from agent.rules_in_force import SECONDS_HELD, RulesOfFile
from tests.builders import ACCOUNT
from tests.fakes import FakeClock, FakeRulesSource, FakeStateStore
from tools.domain.channels import TOPIC
from tools.domain.errors import AccessDenied, StateUnavailable

STRICT = "version: strict\nrules: {someone_is_told: {severity: ERROR}}"
BROKEN = "rules: ["


@dataclass
class World:
    """A process with its file and its memory; another one begins with `restarted`."""

    source: FakeRulesSource = field(default_factory=lambda: FakeRulesSource(STRICT))
    state: FakeStateStore | None = field(default_factory=FakeStateStore)
    seconds: float = 0.0
    rules: RulesOfFile = field(init=False)

    def __post_init__(self) -> None:
        self.restarted()

    def restarted(self) -> None:
        clock = FakeClock()
        self.rules = RulesOfFile(
            self.source, lambda: self.state, ACCOUNT, lambda: clock, lambda: self.seconds
        )

    def asked(self, *, after: float = SECONDS_HELD) -> tuple[str, str, str | None]:
        """Version, source, and the code of what is wrong."""
        self.seconds += after
        rules, problem = self.rules.in_force()
        return rules.version, rules.source, None if problem is None else problem.code


def test_rules_are_read_again_after_a_minute_and_not_before() -> None:
    world = World()
    assert world.asked() == ("strict", "fake:rules", None)
    world.source.text = "version: other"
    assert world.asked(after=SECONDS_HELD - 1) == ("strict", "fake:rules", None)
    assert world.asked(after=1) == ("other", "fake:rules", None)
    assert world.source.reads == 2


@pytest.mark.parametrize("spoilt", [BROKEN, None, AccessDenied("No.")])
def test_a_file_that_cannot_be_used_leaves_the_last_good_one_and_says_so(
    spoilt: Any, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    world = World()
    world.asked()
    if isinstance(spoilt, Exception):
        world.source.failing = spoilt  # type: ignore[assignment]
    else:
        world.source.text = spoilt
    code = "ACCESS_DENIED" if isinstance(spoilt, Exception) else "GOVERNANCE_FILE_INVALID"
    assert world.asked() == ("strict", "fake:rules of 2026-10-20T12:00:00Z", code)
    rules, problem = world.rules.in_force()
    assert rules.rules["someone_is_told"].severity == "ERROR"
    assert problem is not None
    assert "that of 2026-10-20T12:00:00Z stays in force" in problem.reason
    [logged] = [vars(each) for each in caplog.records if each.levelname == "ERROR"]
    assert (logged["msg"], logged["error_code"]) == ("governance rules not usable", code)
    metrics = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]
    assert [each["GovernanceFileInvalid"] for each in metrics] == [[1.0]]


def test_a_file_that_cannot_be_used_is_announced_once_a_day() -> None:
    world = World(FakeRulesSource(BROKEN))
    world.asked()
    world.asked()
    world.restarted()
    world.asked()
    assert world.state is not None
    [alert] = world.state.announced
    assert (alert.event, alert.data["source"]) == ("governance_file_unusable", "fake:rules")
    assert TOPIC.wants(alert)


def test_an_outbox_that_does_not_answer_leaves_the_rules_in_force() -> None:
    world = World(FakeRulesSource(BROKEN))
    assert world.state is not None
    world.state.failing["announce"] = StateUnavailable("No.")
    assert world.asked()[2] == "GOVERNANCE_FILE_INVALID"


def test_the_last_good_one_outlives_the_process() -> None:
    world = World()
    world.asked()
    world.source.text = BROKEN
    world.restarted()
    assert world.asked() == ("strict", "fake:rules of 2026-10-20T12:00:00Z", "GOVERNANCE_FILE_INVALID")


def test_a_file_that_was_never_good_leaves_the_packaged_rules() -> None:
    world = World(source=FakeRulesSource(BROKEN))
    assert world.asked() == ("1", "package", "GOVERNANCE_FILE_INVALID")
    _, problem = world.rules.in_force()
    assert problem is not None
    assert "the packaged rules are in force" in problem.reason
    world.source.text = STRICT
    assert world.asked() == ("strict", "fake:rules", None)


def test_without_a_memory_the_process_remembers() -> None:
    world = World(state=None)
    world.asked()
    world.source.text = BROKEN
    assert world.asked()[0] == "strict"
    world.restarted()
    assert world.asked()[:2] == ("1", "package")


def test_a_memory_that_does_not_answer_is_said_and_changes_no_rule() -> None:
    world = World()
    assert world.state is not None
    world.state.failing = {each: StateUnavailable("Gone.") for each in ("keep_rules", "kept_rules")}
    assert world.asked() == ("strict", "fake:rules", "STATE_UNAVAILABLE")
    world.restarted()
    world.source.text = BROKEN
    assert world.asked() == ("1", "package", "GOVERNANCE_FILE_INVALID")


def test_what_was_kept_and_is_good_no_longer_counts_as_nothing() -> None:
    world = World(source=FakeRulesSource(STRICT))
    world.asked()
    assert world.state is not None
    [(key, kept)] = world.state.rules.items()
    world.state.rules[key] = type(kept)(kept.source, "rules: {of_another_age: {}}", kept.kept_at)
    world.restarted()
    world.source.text = BROKEN
    assert world.asked() == ("1", "package", "GOVERNANCE_FILE_INVALID")


def test_a_good_text_is_kept_once() -> None:
    world = World()
    world.asked()
    assert world.state is not None
    world.state.failing["keep_rules"] = StateUnavailable("Nobody should ask.")
    assert world.asked() == ("strict", "fake:rules", None)
