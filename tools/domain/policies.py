"""IAM and service control policies as far as words about them go: statements, what they deny, and whom they spare.

Source: IAM user guide, "IAM JSON policy elements reference". This is no policy engine: a condition that is not
about `aws:PrincipalArn`, and a resource that is not `*`, is told and not evaluated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tools.domain.action_patterns import EVERYTHING, covers

_PRINCIPAL = "aws:principalarn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement: what it allows or denies, on what, and under which conditions (operator to key to values)."""

    is_deny: bool
    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    not_resources: tuple[str, ...] = ()
    conditions: Mapping[str, Mapping[str, tuple[str, ...]]]

    @property
    def matched(self) -> tuple[str, ...]:
        """The patterns it is about; everything where it names what it is not about."""
        return self.actions or (EVERYTHING,)

    def limits(self, principal_arn: str | None = None) -> str | None:
        """In words, on what and when only; None where it holds for everything, always.

        Conditions that `principal_arn` is known to fulfil are left out.
        """
        parts = []
        if self.resources and EVERYTHING not in self.resources:
            parts.append(f"on {', '.join(self.resources)}")
        if self.not_resources:
            parts.append(f"on everything but {', '.join(self.not_resources)}")
        for operator, keys in self.conditions.items():
            for key, values in keys.items():
                if _fulfils(principal_arn, operator, key, values) is not True:
                    parts.append(f"if {operator} {key} {', '.join(values)}")
        return "; ".join(parts) or None

    def spares(self, principal_arn: str) -> bool:
        """Whether its conditions are known not to hold for this principal."""
        return any(
            _fulfils(principal_arn, operator, key, values) is False
            for operator, keys in self.conditions.items()
            for key, values in keys.items()
        )


def statements_of(document: Mapping[str, Any]) -> list[Statement]:
    """The statements of a policy document, single ones and single values included."""
    statements = document.get("Statement") or []
    return [_statement(each) for each in (statements if isinstance(statements, list) else [statements])]


def _statement(wire: Mapping[str, Any]) -> Statement:
    return Statement(
        is_deny=wire["Effect"] == "Deny",
        actions=_texts(wire.get("Action")),
        not_actions=_texts(wire.get("NotAction")),
        resources=_texts(wire.get("Resource")),
        not_resources=_texts(wire.get("NotResource")),
        conditions={
            operator: {key: _texts(values) for key, values in keys.items()}
            for operator, keys in (wire.get("Condition") or {}).items()
        },
    )


def _texts(given: Any) -> tuple[str, ...]:
    if given is None:
        return ()
    return tuple(str(each) for each in (given if isinstance(given, list) else [given]))


def _fulfils(principal_arn: str | None, operator: str, key: str, values: Sequence[str]) -> bool | None:
    """Whether a condition on the principal's ARN holds; None for every other condition.

    A session's `aws:PrincipalArn` is the ARN of its role (IAM user guide, global condition keys).
    """
    if principal_arn is None or key.lower() != _PRINCIPAL:
        return None
    name = operator.removesuffix("IfExists")
    if name in ("ArnLike", "ArnEquals", "StringLike", "StringEqualsIgnoreCase"):
        return any(covers(each, principal_arn) for each in values)
    if name in ("ArnNotLike", "ArnNotEquals", "StringNotLike", "StringNotEqualsIgnoreCase"):
        return not any(covers(each, principal_arn) for each in values)
    if name == "StringEquals":
        return principal_arn in values
    if name == "StringNotEquals":
        return principal_arn not in values
    return None
