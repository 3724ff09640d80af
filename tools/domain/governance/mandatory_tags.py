"""mandatory_tags: every budget says whose it is."""

from __future__ import annotations

from fnmatch import fnmatchcase

from pydantic import Field

from tools.domain.governance._rule import Example, RuleParameters, Severity, a_budget, rule
from tools.domain.governance.governed import Facet, GovernedBudget


class TagsParameters(RuleParameters):
    """Which tags there have to be."""

    tags: dict[str, tuple[str, ...]] = Field(
        default={}, description='Tag keys with the values they may have, as patterns: {"team": ["*"]}.'
    )

    def has_something_to_check(self) -> bool:
        """Whether any tag is mandatory."""
        return bool(self.tags)


@rule(
    severity=Severity.ERROR,
    remedy="Set them in resource_tags.",
    looks_at=[Facet.TAGS],
    good=Example((a_budget(resource_tags={"team": "a"}),), parameters={"tags": {"team": ["a", "b"]}}),
    bad=Example((a_budget(resource_tags={"team": "c"}),), parameters={"tags": {"team": ["a", "b"]}}),
)
def mandatory_tags(budget: GovernedBudget, parameters: TagsParameters) -> list[str]:
    """A budget has the tags that are mandatory."""
    found = []
    for key, allowed in parameters.tags.items():
        value = budget.tags.get(key)
        if value is None:
            found.append(f"'{budget.name}' has no tag {key}.")
        elif not any(fnmatchcase(value, pattern) for pattern in allowed):
            found.append(f"The tag {key} of '{budget.name}' is {value}; allowed is {', '.join(allowed)}.")
    return found
