"""The explanation of a budget's spending: what Cost Explorer tells of it, and how a reply shows that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from pydantic import Field

from tools.actions._action import Model
from tools.actions._cost_meter import CostMeter
from tools.actions._reply import Amount, Percent, amount_of, percent_of, read_or_say, shown
from tools.domain.budget import Budget
from tools.domain.budget_types import Breach, Measure
from tools.domain.compared_days import ComparedDays
from tools.domain.driver_words import explanation_in_words
from tools.domain.drivers import (
    MIXED_UNITS,
    MOST_DRIVERS,
    QUANTITY,
    Driver,
    Explanation,
    explained,
)
from tools.domain.errors import InvalidParameters
from tools.domain.money import USD, Spend, rounded
from tools.domain.scope_expression import as_expression, metric_of
from tools.ports.cost_explorer import CostExplorerGateway, GroupedRead

MOST_PAGES = 2
"""Cost Explorer pages that an explanation may take: one for each row of days."""

_PRICED = "UnblendedCost"


class ExplainBy(StrEnum):
    """What costs may be told apart by."""

    SERVICE = "SERVICE"
    LINKED_ACCOUNT = "LINKED_ACCOUNT"
    USAGE_TYPE = "USAGE_TYPE"
    REGION = "REGION"
    OPERATION = "OPERATION"
    RECORD_TYPE = "RECORD_TYPE"
    INSTANCE_TYPE = "INSTANCE_TYPE"


class DaysView(Model):
    """A row of whole days."""

    start: date
    end: date = Field(description="The day after the last one.")


class SplitView(Model):
    """How much of a change comes from using more, and how much from paying more for each unit; they add up."""

    quantity_before: Amount
    quantity_now: Amount
    by_volume: Amount
    by_price: Amount


class DriverView(Model):
    """One group and what it changed."""

    group: dict[str, str]
    course: str = Field(description="NEW, GONE, MORE or LESS.")
    before: Amount
    now: Amount
    change: Amount
    price_and_volume: SplitView | None = Field(
        description="Null where quantities are missing or in several units."
    )


class ExplanationView(Model):
    """What drove the change: the drivers' changes and `rest` add up to `change`."""

    days: DaysView
    usual_days: DaysView
    now: Amount
    usual: Amount
    change: Amount
    change_percent: Percent | None
    explained_by: list[str]
    drivers: list[DriverView] = Field(description=f"The largest changes first, at most {MOST_DRIVERS}.")
    rest: Amount = Field(description="What all other groups changed together.")
    rest_groups: int
    left_out_groups: int = Field(
        description="Groups of which only one side was read, or in another unit; they are in no figure here."
    )
    is_complete: bool = Field(description=f"False when more than {MOST_PAGES} pages would have been needed.")
    sentence: str


@dataclass(frozen=True, slots=True)
class ReadExplanation:
    """The explanation, None where there is none, notes on what is missing, and hints at what else can be asked."""

    view: ExplanationView | None
    notes: tuple[str, ...]
    hints: tuple[str, ...] = ()


def read_explanation(
    budget: Budget,
    explorer: CostExplorerGateway,
    meter: CostMeter,
    *,
    explain_by: Sequence[ExplainBy] | None,
    days: ComparedDays | None,
) -> ReadExplanation:
    """What the looked-at days came to beside the usual ones, group by group."""
    if budget.type.breach is Breach.BELOW:
        return ReadExplanation(None, ())
    if days is None:
        return ReadExplanation(None, ("No whole day of the period is over, so nothing is explained yet.",))
    keys = explain_by or _usual_keys(budget)
    metric = metric_of(budget.type, budget.definition.scope)
    reads: list[GroupedRead] = []

    def read() -> bool:
        for each in (days.looked_at, days.usual):
            reads.append(
                explorer.grouped_amounts(
                    each,
                    metrics=(metric, _PRICED if metric == QUANTITY else QUANTITY),
                    group_by=tuple(("DIMENSION", key.value) for key in keys),
                    expression=as_expression(budget.definition.scope),
                    most_pages=MOST_PAGES // 2,
                )
            )
            meter.note(reads[-1])
        return True

    try:
        done = read_or_say("explanation", meter.incomplete, read)
    except InvalidParameters as error:
        reason = error.details.get("aws_message") or error.message
        note = f"Nothing is explained: Cost Explorer does not answer for {days.usual[0]} and later: {reason}"
        return ReadExplanation(None, (note,))
    if done is None:
        return ReadExplanation(None, ())
    looked_at, usual = reads
    unit = _unit(budget, metric, looked_at, usual)
    if unit is None:
        note = "Nothing is explained: the quantities come in several units, which cannot be added."
        return ReadExplanation(None, (note,))
    is_complete = looked_at.is_complete and usual.is_complete
    explanation = explained(usual.amounts, looked_at.amounts, metric, unit=unit, is_complete=is_complete)
    view = _view(explanation, days, [key.value for key in keys], is_complete=is_complete)
    return ReadExplanation(view, _notes(view, keys), _hints(budget, keys))


def _usual_keys(budget: Budget) -> tuple[ExplainBy, ...]:
    """Services and usage types; where the scope is one service, the accounts and usage types in it."""
    services = budget.definition.scope.values_of("Service")
    first = ExplainBy.LINKED_ACCOUNT if len(services) == 1 else ExplainBy.SERVICE
    return first, ExplainBy.USAGE_TYPE


def _unit(budget: Budget, metric: str, *reads: GroupedRead) -> str | None:
    """Dollars for costs; for usage the one unit of what was used, else the limit's; None for several."""
    if budget.type.measure is Measure.COST:
        return USD
    units = {each[metric].unit for read in reads for each in read.amounts.values() if each[metric].amount}
    if len(units) > 1 or (metric == QUANTITY and MIXED_UNITS in units):
        return None
    limit = budget.definition.limit
    return units.pop() if units else (limit.unit if limit else None)


def _notes(view: ExplanationView, keys: Sequence[ExplainBy]) -> tuple[str, ...]:
    if view.is_complete:
        return ()
    coarser = f"explain_by [{keys[0].value}] is coarser" if len(keys) > 1 else "there is nothing coarser"
    return (
        f"Only {MOST_PAGES} Cost Explorer pages are read for an explanation, and there are more: it covers"
        f" the groups that both have; {coarser}.",
    )


def _hints(budget: Budget, keys: Sequence[ExplainBy]) -> tuple[str, ...]:
    accounts = budget.definition.scope.values_of("LinkedAccount")
    if ExplainBy.LINKED_ACCOUNT in keys or len(accounts) == 1:
        return ()
    return ('By account: send explain_by ["LINKED_ACCOUNT", "SERVICE"].',)


def _view(
    explanation: Explanation, days: ComparedDays, keys: Sequence[str], *, is_complete: bool
) -> ExplanationView:
    drivers = [_driver_view(each, keys) for each in explanation.drivers]
    change = shown(explanation.change)
    named = sum((each.change.amount for each in drivers), Decimal(0))
    return ExplanationView(
        days=DaysView(start=days.looked_at[0], end=days.looked_at[1]),
        usual_days=DaysView(start=days.usual[0], end=days.usual[1]),
        now=shown(explanation.now),
        usual=shown(explanation.before),
        change=change,
        change_percent=percent_of(explanation.change.ratio_to(explanation.before)),
        explained_by=list(keys),
        drivers=drivers,
        # Of the rounded figures, so that what a reader adds up is what is written.
        rest=Amount(amount=rounded(change.amount - named, change.unit), unit=change.unit),
        rest_groups=explanation.others,
        left_out_groups=explanation.left_out,
        is_complete=is_complete,
        sentence=explanation_in_words(explanation, days, keys),
    )


def _driver_view(driver: Driver, keys: Sequence[str]) -> DriverView:
    split = driver.split
    change = shown(driver.change)
    by_volume = amount_of(split.by_volume) if split else None
    return DriverView(
        group=dict(zip(keys, driver.group, strict=True)),
        course=driver.course.value,
        before=shown(driver.before),
        now=shown(driver.now),
        change=change,
        price_and_volume=None
        if split is None or by_volume is None
        else SplitView(
            quantity_before=shown(split.before),
            quantity_now=shown(split.now),
            by_volume=by_volume,
            by_price=shown(Spend(change.amount - by_volume.amount, change.unit)),
        ),
    )
