"""What a governance rule is: a function from what would stand and its parameters to the reasons why it must not.

AWS's own limits are not here: they are in `budget_rules` and `budget_action_rules`, and nobody can change them.
Rules are the user's policy: their severity, parameters and exceptions stand in a file.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, get_type_hints

from pydantic import BaseModel, ConfigDict

from tools.domain.governance.governed import Facet, GovernedAccount


class Severity(StrEnum):
    """What a violation does: ERROR refuses the change, WARNING travels in the reply, OFF is not looked at."""

    ERROR = "ERROR"
    WARNING = "WARNING"
    OFF = "OFF"


class RuleParameters(BaseModel):
    """What a user decides about a rule; every field has a default and a description."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    def has_something_to_check(self) -> bool:
        """Whether the rule, with these parameters, can be broken at all; if not, nothing is read for it."""
        return True

    def unneeded(self) -> frozenset[Facet]:
        """What the rule does not look at with these parameters although it says so."""
        return frozenset()


class NoParameters(RuleParameters):
    """Of a rule that leaves nothing to decide but its severity."""


@dataclass(frozen=True, slots=True)
class Example:
    """Requests in their order, of which the last obeys or breaks the rule, and the rule's parameters for it."""

    requests: tuple[Mapping[str, Any], ...]
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule. `judge` gives a reason with figures for everything that breaks it, and nothing where all is well.

    `looks_at` says which parts of a budget it needs: only they are read, and a change that leaves all of them
    alone is not judged by it. `is_of_account` rules judge the account instead of one budget. A rule that
    `only_audits` judges what exists and holds up no change. One that must not be `lowered` stays an ERROR.
    """

    id: str
    sentence: str
    severity: Severity
    remedy: str
    parameters: type[RuleParameters]
    judge: Callable[[Any, Any], Iterable[str]]
    looks_at: frozenset[Facet]
    is_of_account: bool
    only_audits: bool
    may_be_lowered: bool
    good: Example
    bad: Example


def rule(
    *,
    severity: Severity,
    remedy: str,
    looks_at: Iterable[Facet],
    good: Example,
    bad: Example,
    only_audits: bool = False,
    may_be_lowered: bool = True,
) -> Callable[[Callable[..., Iterable[str]]], Rule]:
    """Make a Rule from a function `(subject, parameters) -> reasons`, or `(subject) -> reasons`.

    The function's name is the rule's id, the first line of its docstring its sentence, and the types of its
    arguments say whether it judges a GovernedBudget or a GovernedAccount, and with which parameters. `severity` is
    the one it has until a file says otherwise.
    """

    def declare(judge: Callable[..., Iterable[str]]) -> Rule:
        hints = get_type_hints(judge)
        subject, *others = list(inspect.signature(judge).parameters)
        return Rule(
            id=judge.__name__,
            sentence=(inspect.getdoc(judge) or "").partition("\n")[0],
            severity=severity,
            remedy=remedy,
            parameters=hints[others[0]] if others else NoParameters,
            judge=judge if others else lambda subject, _: judge(subject),
            looks_at=frozenset(looks_at),
            is_of_account=hints[subject] is GovernedAccount,
            only_audits=only_audits,
            may_be_lowered=may_be_lowered,
            good=good,
            bad=bad,
        )

    return declare


def a_request(action: str, **parameters: Any) -> Mapping[str, Any]:
    """A request of an example."""
    return {"action": action, "parameters": parameters}


A_BUDGET: Mapping[str, Any] = {
    "budget_name": "team-a",
    "amount": 1000,
    "notification_email": "team-a@example.com",
}
"""Parameters of create_budget that break no rule as it comes."""


def a_budget(**others: Any) -> Mapping[str, Any]:
    """The request for a budget that breaks no rule as it comes, with some parameters said otherwise."""
    return a_request("create_budget", **{**A_BUDGET, **others})


def a_restriction(**others: Any) -> Mapping[str, Any]:
    """The request for a budget action on it that breaks no rule as it comes."""
    usual = {
        "budget_name": A_BUDGET["budget_name"],
        "action_type": "APPLY_IAM_POLICY",
        "threshold": 110,
        "policy_arn": "arn:aws:iam::aws:policy/AWSDenyAll",
        "target_roles": ["DeveloperRole"],
    }
    return a_request("create_budget_actions", **{**usual, **others})
