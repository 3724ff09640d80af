"""Where the governance rules come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from tools.domain.governance.rule_set import RuleSet


@dataclass(frozen=True, slots=True)
class RulesProblem:
    """Why the file of governance rules that is configured is not the one in force."""

    code: str
    reason: str
    retryable: bool = False


class RulesSource(Protocol):
    """Where a deployment's rules file is; `name` says where, in one word."""

    @property
    def name(self) -> str:
        """`s3://bucket/key` or `ssm:/name`."""

    def read(self) -> str:
        """The text. Raises GovernanceFileInvalid where there is none."""


class GovernanceRules(Protocol):
    """The governance rules in force."""

    def in_force(self) -> tuple[RuleSet, RulesProblem | None]:
        """The rules, and what is wrong with their file if others are in force than it says. Raises nothing."""


class PackagedRules:
    """The rules as they come with the agent."""

    def in_force(self) -> tuple[RuleSet, RulesProblem | None]:
        """Those; nothing can be wrong with them."""
        from tools.domain.governance.packaged import packaged_rules

        return packaged_rules(), None
