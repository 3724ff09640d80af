"""The rules file: what it may say, and a set of rules out of it.

A file names only what it wants otherwise than the packaged one; rules that it does not name stay as they come.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from difflib import get_close_matches
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError

from tools.domain.budget_templates._template import BudgetTemplate
from tools.domain.errors import GovernanceFileInvalid, problem_with
from tools.domain.governance._rule import Rule, Severity
from tools.domain.governance.catalogue import RULES_BY_ID
from tools.domain.governance.packaged import packaged_rules
from tools.domain.governance.rule_set import RuleException, RuleInForce, RuleSet
from tools.domain.governance.yaml_text import read_yaml
from tools.domain.quoting import quoted


def _as_severity(given: Any) -> Any:
    """YAML reads OFF, where it is not quoted, as false."""
    return Severity.OFF if given is False else given


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class RuleEntry(_Part):
    """What a file says of one rule."""

    severity: Annotated[Severity | None, BeforeValidator(_as_severity)] = None
    parameters: dict[str, Any] = {}


class ExceptionEntry(_Part):
    """One exception of a file."""

    rule: str
    budgets: tuple[str, ...] | None = Field(default=None, min_length=1)
    accounts: tuple[str, ...] | None = Field(default=None, min_length=1)
    reason: str = Field(min_length=1)
    until: date


class RulesFile(_Part):
    """A file as it is written."""

    version: str | None = Field(default=None, min_length=1, max_length=50)
    rules: dict[str, RuleEntry] = {}
    exceptions: tuple[ExceptionEntry, ...] = ()
    templates: dict[Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,60}$")], BudgetTemplate] = {}


def read_rules(text: str, source: str) -> RuleSet:
    """The rules that a file sets, on top of those that come with the agent.

    Raises GovernanceFileInvalid with every problem, where it is and what is allowed.
    """
    return _rule_set(_parsed(text), digest_of(text), source)


def digest_of(text: str) -> str:
    """What tells one text from another."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _parsed(text: str) -> RulesFile:
    content = read_yaml(text)
    if not isinstance(content, Mapping):
        raise GovernanceFileInvalid.because(
            "file", "is not a mapping", "the keys version, rules, exceptions and templates"
        )
    try:
        return RulesFile.model_validate(content)
    except ValidationError as error:
        raise GovernanceFileInvalid.listing(_problems(error, "")) from error


def _rule_set(file: RulesFile, digest: str, source: str) -> RuleSet:
    problems: list[dict[str, str]] = []
    rules = dict(packaged_rules().rules)
    for name, entry in file.rules.items():
        rule = RULES_BY_ID.get(name)
        if rule is None:
            problems.append(_unknown_rule(f"rules.{name}", name))
            continue
        rules[name] = _set(rule, entry, rules[name], problems)
    exceptions = tuple(
        _exception(f"exceptions.{position}", each, problems) for position, each in enumerate(file.exceptions)
    )
    if problems:
        raise GovernanceFileInvalid.listing(problems)
    return RuleSet(
        version=file.version or digest,
        source=source,
        rules=rules,
        exceptions=exceptions,
        templates=file.templates,
    )


def _set(rule: Rule, entry: RuleEntry, standing: RuleInForce, problems: list[dict[str, str]]) -> RuleInForce:
    severity = entry.severity or standing.severity
    where = f"rules.{rule.id}"
    if not rule.may_be_lowered and severity is not Severity.ERROR:
        problems.append(
            problem_with(
                f"{where}.severity", f"{severity} would let somebody be locked out for good", Severity.ERROR
            )
        )
    parameters = standing.parameters
    try:
        parameters = rule.parameters.model_validate({**dict(parameters), **entry.parameters})
    except ValidationError as error:
        allowed = ", ".join(rule.parameters.model_fields) or "none"
        problems += _problems(error, f"{where}.parameters.", allowed)
    return RuleInForce(rule=rule, severity=severity, parameters=parameters)


def _exception(where: str, entry: ExceptionEntry, problems: list[dict[str, str]]) -> RuleException:
    rule = RULES_BY_ID.get(entry.rule)
    if rule is None:
        problems.append(_unknown_rule(f"{where}.rule", entry.rule))
    elif not rule.may_be_lowered:
        problems.append(problem_with(f"{where}.rule", f"{entry.rule} has no exceptions", "another rule"))
    if entry.budgets is None and entry.accounts is None:
        problems.append(
            problem_with(where, "excepts everything", "budgets or accounts; severity: OFF turns a rule off")
        )
    return RuleException(
        rule=entry.rule,
        reason=entry.reason,
        until=entry.until,
        budgets=entry.budgets or ("*",),
        accounts=entry.accounts or ("*",),
    )


def _unknown_rule(where: str, name: str) -> dict[str, str]:
    close = get_close_matches(name, RULES_BY_ID, n=1)
    meant = f"; did you mean {close[0]}?" if close else ""
    return problem_with(where, f"there is no rule {quoted(name)}{meant}", ", ".join(RULES_BY_ID))


def _problems(error: ValidationError, prefix: str, allowed: str | None = None) -> list[dict[str, str]]:
    """pydantic's errors, with where they are in the file."""
    found = []
    for each in error.errors(include_url=False):
        where = prefix + ".".join(str(part) for part in each["loc"])
        if each["type"] == "extra_forbidden":
            found.append(problem_with(where, "is not known here", allowed))
        elif each["type"] == "missing":
            found.append(problem_with(where, "is missing"))
        elif each["type"] == "string_type":
            found.append(
                problem_with(
                    where, f"{quoted(each['input'])} is no text", "a text; in quotes if it is digits"
                )
            )
        else:
            sentence = each["msg"].removeprefix("Value error, ")
            found.append(problem_with(where, f"{quoted(each['input'])}: {sentence[0].lower()}{sentence[1:]}"))
    return found
