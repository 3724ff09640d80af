"""Where the values of a tool's result are figures, dates, words of ours or somebody's own, told by their keys.

Results of the actions: money is `{"amount": "12.00", "unit": "USD"}`, percentages are numbers under keys that
end in `_percent`. Of texts only those under the keys below are ours; any other text is a name: a budget's, a
tag's, a person's note, and what it says proves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tools.domain.known.figures import ANY, COUNT
from tools.domain.prose.readings import CURRENCIES, PERCENT
from tools.domain.prose.units import unit_called


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SENTENCES = _words(
    """sentence story rationale evidence why remedy next next_step meaning notes held_back limit_in_words problem
    does done description summary"""
)
# These keys are ours beside one of these, and somebody's own elsewhere: a change's reason is its caller's.
_SENTENCES_BESIDE: Mapping[str, frozenset[str]] = {
    "reason": frozenset({"remedy", "part", "scope", "after_percent", "code"}),
    "message": frozenset({"code"}),
    "allowed": frozenset({"problem"}),
    "text": frozenset({"removed_sentences", "written_by"}),
}
_DIFFERENCES = frozenset({"before", "after", "existing", "asked", "stands", "left"})
_PLAIN_DIFFERENCES = frozenset({"limit", "start", "end"})

_CHOSEN = _words(
    """name names budget budgets budget_name budgetname others scope subject message reason note context value
    values key meant claimed_by team address aws_message title project"""
)
_CHOSEN_WITH_ALL_BELOW = _words(
    """tags resource_tags resourcetags tagkeyvalue filter filters costfilters filter_expression filterexpression
    other_filters cost_categories service_filter group"""
)
_SHARES = ("probability", "ratio", "share", "rate", "fraction")
_AMOUNTS = _words(
    """amount amounts limit limits spend cost costs price prices saving savings value threshold thresholds target
    default minimum maximum low high mean expected forecast budgeted spent actionthresholdvalue"""
)
# Amounts that requests and AWS write as texts; `value` is one beside the type of a threshold.
_TEXT_AMOUNTS = frozenset({"amount", "limit", "planned_limits", "threshold", "actionthresholdvalue"})
_THRESHOLD_TYPES = ("PERCENTAGE", "ABSOLUTE_VALUE")
_NUMBER = re.compile(r"-?[0-9]{1,30}(?:\.[0-9]{1,30})?")
_UNIT_KEYS = ("unit", "type", "thresholdtype", "actionthresholdtype", "threshold_type")


def is_sentence(key: str, around: Mapping[str, Any]) -> bool:
    """Whether the texts under a key are sentences of ours."""
    if key in _DIFFERENCES:
        return around.get("what") in _PLAIN_DIFFERENCES
    beside = _SENTENCES_BESIDE.get(key)
    return key in _SENTENCES if beside is None else not beside.isdisjoint(around)


def is_chosen(key: str) -> bool:
    """Whether somebody chose the texts under a key, which name things and are no dates."""
    return key.lower() in _CHOSEN


def is_all_chosen(key: str) -> bool:
    """Whether somebody chose whatever lies below a key."""
    return key.lower() in _CHOSEN_WITH_ALL_BELOW


def number_of(value: Any, key: str, around: Mapping[str, Any]) -> Decimal | None:
    """A number without its sign; of texts only those of amounts. None for anything else, and what is endless."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    if isinstance(value, str):
        is_amount = key.lower() in _TEXT_AMOUNTS or (
            key == "value" and around.get("type") in _THRESHOLD_TYPES
        )
        if not is_amount or _NUMBER.fullmatch(value) is None:
            return None
    elif isinstance(value, int) and abs(value) >= 10**30:
        return None
    number = Decimal(str(value))
    return abs(number) if number.is_finite() else None


def unit_of(value: Any, key: str, around: Mapping[str, Any]) -> str:
    """What a number counts: PERCENT, a currency, a unit of usage, COUNT or ANY.

    A whole number whose key names no amount is a count; one with a fraction could be anything.
    """
    if "percent" in key.lower():
        return PERCENT
    if _is_amount(key):
        units = {name.lower(): unit for name, unit in around.items() if isinstance(unit, str)}
        for name in _UNIT_KEYS:
            unit = units.get(name)
            if unit == "PERCENTAGE":
                return PERCENT
            if unit is not None and name == "unit":
                return unit if unit in CURRENCIES else (unit_called(unit) or unit.lower())
        return ANY
    return COUNT if isinstance(value, int) else ANY


def is_share(key: str, number: Decimal) -> bool:
    """Whether a number is a ratio that may be told in percent: a probability of 0.1 is one of 10 %."""
    return number <= 1 and "percent" not in key.lower() and any(word in key.lower() for word in _SHARES)


def _is_amount(key: str) -> bool:
    if key.isupper():
        # A code that is counted by: `{"COST": 7}`.
        return False
    lowered = key.lower()
    return lowered in _AMOUNTS or any(part in _AMOUNTS for part in lowered.split("_"))
