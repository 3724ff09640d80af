"""name_pattern: names that can be sorted and searched."""

from __future__ import annotations

import re

from pydantic import Field, field_validator

from tools.domain.governance._rule import Example, RuleParameters, Severity, a_budget, rule
from tools.domain.governance.governed import Facet, GovernedBudget

_ANY = ".*"


class NameParameters(RuleParameters):
    """What names look like."""

    pattern: str = Field(
        default=_ANY, max_length=200, description="A regular expression that the whole name has to match."
    )

    @field_validator("pattern")
    @classmethod
    def _has_to_compile(cls, pattern: str) -> str:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"is no regular expression: {error}") from error
        return pattern

    def has_something_to_check(self) -> bool:
        """Whether not every name is allowed."""
        return self.pattern != _ANY


@rule(
    severity=Severity.ERROR,
    remedy="Choose a name that matches the pattern; a name cannot be changed later.",
    looks_at=[Facet.DEFINITION],
    good=Example((a_budget(budget_name="team-a"),), parameters={"pattern": "team-[a-z]+"}),
    bad=Example((a_budget(budget_name="Testing 2"),), parameters={"pattern": "team-[a-z]+"}),
)
def name_pattern(budget: GovernedBudget, parameters: NameParameters) -> list[str]:
    """A budget's name matches the pattern."""
    if re.fullmatch(parameters.pattern, budget.name):
        return []
    return [f"'{budget.name}' does not match {parameters.pattern}."]
