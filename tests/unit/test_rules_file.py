"""The rules file: what it may say, what it sets, and that it is told where it is wrong."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tools.domain.errors import GovernanceFileInvalid
from tools.domain.governance._rule import Severity
from tools.domain.governance.catalogue import RULES
from tools.domain.governance.packaged import FILE, SOURCE, packaged_rules
from tools.domain.governance.rules_file import digest_of, read_rules
from tools.domain.governance.yaml_text import LARGEST_BYTES


def test_the_packaged_file_says_what_the_rules_are_as_they_come() -> None:
    text = FILE.read_text(encoding="utf-8")
    assert read_rules(text, SOURCE) == packaged_rules()
    assert all(f"\n  {rule.id}:\n" in text for rule in RULES)
    for rule in RULES:
        section = text.partition(f"  {rule.id}:\n")[2].partition("\n\n")[0]
        assert all(f"\n      {name}:" in section for name in rule.parameters.model_fields), rule.id


def test_a_file_names_only_what_it_wants_otherwise() -> None:
    rules = read_rules(
        """
        version: "2026-10"
        rules:
          someone_is_told: {severity: ERROR}
          limit_near_recent_spend: {parameters: {highest_factor: 2.50}}
          thresholds_apart: {severity: OFF}
        """,
        "ssm:/rules",
    )
    assert (rules.version, rules.source) == ("2026-10", "ssm:/rules")
    assert rules.rules["someone_is_told"].severity is Severity.ERROR
    near = rules.rules["limit_near_recent_spend"]
    assert near.severity is Severity.WARNING
    assert near.parameters.model_dump() == {
        "lowest_factor": Decimal("0.5"),
        "highest_factor": Decimal("2.50"),
        "reads_cost_explorer": False,
    }
    assert rules.rules["thresholds_apart"] not in rules.looked_at()
    assert rules.rules["only_allowed_policies"] == packaged_rules().rules["only_allowed_policies"]


def test_a_file_without_a_version_is_told_from_another_by_its_content() -> None:
    one, other = (
        read_rules(f"rules: {{name_pattern: {{parameters: {{pattern: {each}}}}}}}", "s") for each in "ab"
    )
    assert one.version != other.version
    assert one.version == digest_of("rules: {name_pattern: {parameters: {pattern: a}}}")


def test_a_rule_that_cannot_be_broken_is_not_looked_at() -> None:
    looked_at = {each.rule.id for each in packaged_rules().looked_at()}
    assert looked_at.isdisjoint({"email_domains_allowed", "mandatory_tags", "name_pattern"})
    tagged = read_rules("rules: {mandatory_tags: {parameters: {tags: {team: ['*']}}}}", "s")
    assert "mandatory_tags" in {each.rule.id for each in tagged.looked_at()}


def test_exceptions_have_their_reason_and_their_last_day() -> None:
    [exception] = read_rules(
        "exceptions: [{rule: someone_is_told, budgets: [ec2-*], reason: Old., until: 2026-12-31}]", "s"
    ).exceptions
    assert (exception.budgets, exception.accounts, exception.until) == (
        ("ec2-*",),
        ("*",),
        date(2026, 12, 31),
    )
    assert not exception.is_expired(date(2026, 12, 31))
    assert exception.is_expired(date(2027, 1, 1))


@pytest.mark.parametrize(
    ("text", "where", "says"),
    [
        ("- a", "file", "is not a mapping"),
        ("a: [", "line 1", "is no YAML"),
        ("rules: {}\nrules: {}", "line 2", "'rules' is there twice"),
        ("rules: &all {}\nexceptions: *all", "line 2", "anchors are not allowed"),
        ("1: 2", "line 1", "the key 1 is no text"),
        ("until: 2026-02-30", "file", "day is out of range"),
        ("!!python/object/apply:os.getcwd []", "line 1", "could not determine a constructor"),
        ("x" * (LARGEST_BYTES + 1), "file", "200,001 bytes"),
        ("rule: {}", "rule", "is not known here"),
        ("rules: {someone_told: {}}", "rules.someone_told", "did you mean someone_is_told?"),
        (
            "rules: {name_pattern: {severity: FATAL}}",
            "rules.name_pattern.severity",
            "'ERROR', 'WARNING' or 'OFF'",
        ),
        ("rules: {name_pattern: {level: OFF}}", "rules.name_pattern.level", "is not known here"),
        (
            "rules: {name_pattern: {parameters: {patern: a}}}",
            "rules.name_pattern.parameters.patern",
            "is not known here",
        ),
        (
            "rules: {name_pattern: {parameters: {pattern: '('}}}",
            "rules.name_pattern.parameters.pattern",
            "is no regular expression",
        ),
        (
            "rules: {protected_are_spared: {severity: OFF}}",
            "rules.protected_are_spared.severity",
            "locked out for good",
        ),
        (
            "rules: {automatic_only_where_allowed: {parameters: {accounts: [123456789012]}}}",
            "rules.automatic_only_where_allowed.parameters.accounts.0",
            "123456789012 is no text",
        ),
        (
            "exceptions: [{rule: nothing, budgets: [a], reason: b, until: 2026-12-31}]",
            "exceptions.0.rule",
            "there is no rule 'nothing'",
        ),
        (
            "exceptions: [{rule: protected_are_spared, budgets: [a], reason: b, until: 2026-12-31}]",
            "exceptions.0.rule",
            "has no exceptions",
        ),
        (
            "exceptions: [{rule: name_pattern, reason: b, until: 2026-12-31}]",
            "exceptions.0",
            "excepts everything",
        ),
        ("exceptions: [{rule: name_pattern, budgets: [a], reason: b}]", "exceptions.0.until", "is missing"),
        (
            "exceptions: [{rule: name_pattern, budgets: [a], until: 2026-12-31}]",
            "exceptions.0.reason",
            "is missing",
        ),
        (
            "exceptions: [{rule: name_pattern, budgets: [a], reason: b, until: soon}]",
            "exceptions.0.until",
            "valid date",
        ),
    ],
)
def test_a_file_is_told_where_it_is_wrong_and_how(text: str, where: str, says: str) -> None:
    with pytest.raises(GovernanceFileInvalid) as caught:
        read_rules(text, "s")
    problems = caught.value.details["problems"]
    assert (problems[0]["parameter"], len(problems)) == (where, 1)
    assert says in problems[0]["problem"]
    assert says in caught.value.message


def test_every_problem_is_said_at_once_with_what_is_allowed() -> None:
    text = "rules: {a: {}, b: {}}\nexceptions: [{rule: c, reason: d, until: 2026-12-31}]"
    with pytest.raises(GovernanceFileInvalid) as caught:
        read_rules(text, "s")
    problems = caught.value.details["problems"]
    assert [each["parameter"] for each in problems] == [
        "rules.a",
        "rules.b",
        "exceptions.0.rule",
        "exceptions.0",
    ]
    assert "name_pattern" in problems[0]["allowed"]
    many = "rules: {" + ", ".join(f"r{each}: {{}}" for each in range(60)) + "}"
    with pytest.raises(GovernanceFileInvalid, match="and 10 more problems"):
        read_rules(many, "s")
