"""Patterns of IAM actions, such as `ec2:Run*`: which covers which, and what two have in common.

Source: IAM user guide, "IAM JSON policy elements: Action": case does not matter, `*` stands for any characters and
`?` for one. `*` alone is every action of every service.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache

EVERYTHING = "*"
MOST_SERVICES = 60

READING = ("Describe*", "Get*", "List*", "BatchGet*")
"""How actions that read begin. Source: access levels Read and List in the Service Authorization Reference."""


def covers(wide: str, narrow: str) -> bool:
    """Whether every action that `narrow` matches is matched by `wide` too."""
    return _as_expression(wide).fullmatch(narrow.lower()) is not None


def overlap(one: str, other: str) -> bool:
    """Whether some action could match both."""
    return _can_meet(one.lower(), other.lower())


def common(one: str, other: str) -> str | None:
    """What both match, as a pattern or in words; None where they have nothing in common."""
    if covers(one, other):
        return other
    if covers(other, one):
        return one
    return f"{one} as far as {other}" if overlap(one, other) else None


def without_covered(patterns: Iterable[str]) -> list[str]:
    """Each once, and none that another one covers, in alphabetical order."""
    by_lower: dict[str, str] = {}
    for each in patterns:
        by_lower.setdefault(each.lower(), each)
    distinct = sorted(by_lower.values(), key=str.lower)
    # Managed policies have a thousand patterns, so each is compared with those of its own service only, and with
    # those that go across services.
    wide: dict[str, list[str]] = {}
    for each in distinct:
        if "*" in each or "?" in each:
            wide.setdefault(service_of(each), []).append(each)
    return [
        each
        for each in distinct
        if not any(
            other is not each and covers(other, each)
            for other in (*wide.get(service_of(each), ()), *wide.get(EVERYTHING, ()))
        )
    ]


def service_of(pattern: str) -> str:
    """`ec2` of `ec2:Run*`; `*` of a pattern that goes across services."""
    service, colon, _ = pattern.partition(":")
    return service.lower() if colon and "*" not in service and "?" not in service else EVERYTHING


def by_service(patterns: Sequence[str], most: int) -> list[str]:
    """`ec2: RunInstances, StartInstances`, one line per service; what goes beyond `most` is counted."""
    return lines_of([(service_of(each), name_in(each)) for each in patterns], most)


def lines_of(names: Iterable[tuple[str, str]], most: int) -> list[str]:
    """Services with names in them, one line per service, in alphabetical order; beyond `most` they are counted."""
    lines: dict[str, list[str]] = {}
    for service, name in names:
        lines.setdefault(service, []).append(name)
    found = [
        (f"{service}: " if service != EVERYTHING else "") + listed(each, most)
        for service, each in sorted(lines.items())
    ]
    rest = len(found) - MOST_SERVICES
    return found if rest <= 0 else [*found[:MOST_SERVICES], f"and {rest} more services"]


def name_in(pattern: str) -> str:
    """`Run*` of `ec2:Run*`, `everything` of `ec2:*`; a pattern across services as it is."""
    name = pattern if service_of(pattern) == EVERYTHING else pattern.partition(":")[2]
    return "everything" if name == EVERYTHING else name


def listed(names: Sequence[str], most: int) -> str:
    """`a, b, c`; of more than `most` the rest is counted."""
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


@cache
def _as_expression(pattern: str) -> re.Pattern[str]:
    # A `?` of the wide pattern must not swallow a `*` of the narrow one, which may stand for many characters.
    parts = {"*": ".*", "?": "[^*]"}
    return re.compile("".join(parts.get(each, re.escape(each)) for each in pattern.lower()), re.DOTALL)


def _can_meet(one: str, other: str) -> bool:
    """Whether two patterns have a text in common: walk through both, remembering how far each has come."""
    reached = {(0, 0)}
    waiting = [(0, 0)]
    while waiting:
        at, there = waiting.pop()
        if at == len(one) and there == len(other):
            return True
        for step in _steps(one, at, other, there):
            if step not in reached:
                reached.add(step)
                waiting.append(step)
    return False


def _steps(one: str, at: int, other: str, there: int) -> list[tuple[int, int]]:
    here = one[at] if at < len(one) else None
    opposite = other[there] if there < len(other) else None
    steps = []
    if here == "*":
        steps.append((at + 1, there))
        if opposite is not None:
            steps.append((at, there + 1))
    if opposite == "*":
        steps.append((at, there + 1))
        if here is not None:
            steps.append((at + 1, there))
    pair = (here, opposite)
    if None not in pair and "*" not in pair and (here == opposite or "?" in pair):
        steps.append((at + 1, there + 1))
    return steps
