"""Everything AWS would refuse of a budget that is to be created, known before the call.

AWS's client checks hardly anything and the service stops at the first fault, so every rule is checked here
and everything wrong is said at once. Source: Budgets API shapes `Budget`, `TimePeriod` and `ResourceTag`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from tools.domain.budget import BudgetDefinition
from tools.domain.errors import problem_with
from tools.domain.limit_rules import problems_with_limit
from tools.domain.names import problem_with_budget_name
from tools.domain.notification_rules import problems_with_notifications
from tools.domain.notifications import Notification
from tools.domain.periods import END_OF_TIME, TimeUnit
from tools.domain.scope_rules import problems_with_scope

# The service model would take 200; 50 is what AWS lets a customer put on any one resource.
MOST_TAGS = 50
LONGEST_TAG_KEY = 128
LONGEST_TAG_VALUE = 256


def problems_with_budget(
    definition: BudgetDefinition,
    notifications: Sequence[Notification],
    tags: Mapping[str, str],
    *,
    now: datetime,
    account_id: str,
) -> list[dict[str, str]]:
    """Every reason for which AWS would refuse to create it: parameter, what is wrong, what is allowed."""
    problem = problem_with_budget_name(definition.name)
    return [
        *([] if problem is None else [problem_with("budget_name", problem)]),
        *_problems_with_time(definition, now),
        *problems_with_limit(definition, now),
        *problems_with_scope(definition.type, definition.scope),
        *problems_with_notifications(definition.type, notifications, account_id),
        *problems_with_tags(tags),
    ]


def problems_with_tags(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Why AWS would refuse these resource tags."""
    problems = []
    if len(tags) > MOST_TAGS:
        problems.append(problem_with("resource_tags", f"{len(tags)} tags", f"at most {MOST_TAGS}"))
    for key, value in tags.items():
        if not 1 <= len(key) <= LONGEST_TAG_KEY or key.lower().startswith("aws:"):
            problems.append(
                problem_with(
                    "resource_tags",
                    f"'{key}' is no key",
                    f"1 to {LONGEST_TAG_KEY} characters, not beginning with aws:",
                )
            )
        if len(value) > LONGEST_TAG_VALUE:
            problems.append(
                problem_with(
                    f"resource_tags.{key}", "the value is too long", f"{LONGEST_TAG_VALUE} characters"
                )
            )
    return problems


def _problems_with_time(definition: BudgetDefinition, now: datetime) -> list[dict[str, str]]:
    problems = []
    starts, ends = definition.starts, definition.ends
    if definition.time_unit not in definition.type.time_units:
        allowed = ", ".join(each for each in TimeUnit if each in definition.type.time_units)
        problems.append(
            problem_with(
                "time_unit", f"{definition.type.name} budgets cannot be {definition.time_unit}", allowed
            )
        )
    if definition.time_unit is TimeUnit.CUSTOM:
        problems += [
            problem_with(name, "a CUSTOM budget is one period and needs its start and end", "a date")
            for name, moment in (("start", starts), ("end", ends))
            if moment is None
        ]
    if starts is not None and ends is not None and starts >= ends:
        problems.append(problem_with("end", f"{ends:%Y-%m-%d} is not after the start, {starts:%Y-%m-%d}"))
    if ends is not None and ends <= now:
        problems.append(
            problem_with("end", f"{ends:%Y-%m-%d} is over; AWS deletes a budget at its end", "a later day")
        )
    if ends is not None and ends > END_OF_TIME:
        problems.append(problem_with("end", f"{ends:%Y-%m-%d} is too late", f"until {END_OF_TIME:%Y-%m-%d}"))
    if starts is not None and starts >= END_OF_TIME:
        problems.append(problem_with("start", "is too late", f"before {END_OF_TIME:%Y-%m-%d}"))
    return problems
