"""Groups of costs as Cost Explorer names them, and the budget scope that counts the same lines.

Source: Cost Explorer API, `GroupDefinition` and the keys of its groups: a dimension's value, or `Key$Value`
for tags and cost categories, with nothing after the `$` for lines that have none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tools.domain.budget_types import Breach, BudgetType
from tools.domain.names import LONGEST_BUDGET_NAME
from tools.domain.scope import Scope, scope_by


class GroupBy(StrEnum):
    """By what spending is told apart."""

    SERVICE = "SERVICE"
    LINKED_ACCOUNT = "LINKED_ACCOUNT"
    TAG = "TAG"
    COST_CATEGORY = "COST_CATEGORY"
    TOTAL = "TOTAL"

    @property
    def divides_usage(self) -> bool:
        """Whether usage types are told apart within its groups; not by service, because each is of one already."""
        return self not in (GroupBy.SERVICE, GroupBy.TOTAL)

    @property
    def needs_key(self) -> bool:
        """Whether it has to be said which tag, or which cost category."""
        return self in (GroupBy.TAG, GroupBy.COST_CATEGORY)

    def definition(self, key: str | None) -> tuple[str, str] | None:
        """Type and key of Cost Explorer's grouping; None for no grouping."""
        match self:
            case GroupBy.TOTAL:
                return None
            case GroupBy.TAG | GroupBy.COST_CATEGORY:
                return (self.value, key or "")
            case _:
                return ("DIMENSION", self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupScope:
    """A group as a scope, as the parameters of create_budget that say the same, and as part of a name."""

    scope: Scope = field(default_factory=Scope)
    filter: Mapping[str, list[str]] = field(default_factory=dict)
    label: str = "Total"

    def in_words(self) -> str:
        """For people: the service, account, tag or usage type; `all costs` for everything."""
        return self.scope.in_words()


EVERYTHING = GroupScope()


def scope_of_group(grouping: GroupBy, group: str) -> GroupScope | None:
    """The scope of one group; None for the lines without the tag or category, which no filter can name."""
    match grouping:
        case GroupBy.SERVICE:
            return scope_of_service(group)
        case GroupBy.LINKED_ACCOUNT:
            return GroupScope(
                scope=scope_by("LinkedAccount", group),
                filter={"linked_accounts": [group]},
                label=f"Account {group}",
            )
        case GroupBy.TOTAL:
            return EVERYTHING
    key, _, value = group.partition("$")
    if not value:
        return None
    if grouping is GroupBy.COST_CATEGORY:
        return GroupScope(
            scope=scope_by("CostCategory", group),
            filter={"cost_categories": [group]},
            label=f"{key} {value}",
        )
    tag = group if group.startswith(("user:", "aws:")) else f"user:{group}"
    return GroupScope(scope=scope_by("TagKeyValue", tag), filter={"tags": [tag]}, label=f"Tag {key} {value}")


def scope_of_service(service: str) -> GroupScope:
    """One service, by Cost Explorer's name."""
    return GroupScope(scope=scope_by("Service", service), filter={"service_filter": [service]}, label=service)


def scope_of_usage_type(usage_type: str) -> GroupScope:
    """One usage type, which has one unit."""
    return GroupScope(
        scope=scope_by("UsageType", usage_type),
        filter={"usage_types": [usage_type]},
        label=f"Usage {usage_type}",
    )


def scope_of_usage_within(grouping: GroupBy, group: str, usage_type: str) -> GroupScope | None:
    """One usage type of one account, tag or cost category; None for lines that no filter can name."""
    within = scope_of_group(grouping, group)
    if within is None:
        return None
    usage = scope_of_usage_type(usage_type)
    return GroupScope(
        scope=Scope(filters={**within.scope.filters, **usage.scope.filters}),
        filter={**within.filter, **usage.filter},
        label=f"{usage.label} {within.label}",
    )


def free_budget_name(budget_type: BudgetType, label: str, taken: set[str]) -> str:
    """A legal name that is not taken, such as `Amazon-Redshift-Monthly`; it is taken from then on."""
    is_target = budget_type.breach is Breach.BELOW
    kind = budget_type.name.value.replace("_", " ").title().replace("Ri ", "RI ") if is_target else ""
    stem = "-".join(re.findall(r"[A-Za-z0-9.]+", f"{kind} {label}")) or "Budget"
    number = 1
    while True:
        ending = "-Monthly" if number == 1 else f"-Monthly-{number}"
        name = stem[: LONGEST_BUDGET_NAME - len(ending)] + ending
        if name not in taken:
            taken.add(name)
            return name
        number += 1
