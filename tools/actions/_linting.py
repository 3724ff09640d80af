"""Lint of budgets: reading what the checks look at, and how a reply shows what they find."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from pydantic import Field

from tools.actions._action import Model
from tools.actions._cost_meter import PRICE_OF_A_PAGE, CostMeter
from tools.actions._reply import read_or_say
from tools.domain.lint._check import Linted, LintedAccount, LintFinding, RealValues
from tools.domain.lint.catalogue import lint
from tools.domain.money import USD, Spend
from tools.domain.paging import MOST_NAMES
from tools.domain.performance import PeriodPerformance
from tools.domain.periods import TimeUnit, add_months
from tools.domain.scope import DIMENSIONS
from tools.domain.standing import Standing
from tools.gateways import Gateways

if TYPE_CHECKING:
    from tools.ports.cost_explorer import CostExplorerGateway

HISTORIES_BY_ITSELF = 20
"""So many budgets have their histories read without being asked: free, and one call each."""

CHECK_HISTORY = Field(
    default=None,
    description="Read each budget's past periods to find limits that never or always fire: free, one call per"
    f" budget. When left out, done for up to {HISTORIES_BY_ITSELF} budgets.",
)
CHECK_FILTERS = Field(
    default=False,
    description="Read from Cost Explorer which services, accounts, tags and other values exist, to find filters"
    " that match nothing: $0.01 for each kind of filter that is used.",
)

_METRIC = "UnblendedCost"
_MONTHS = 6

# Keys that Cost Explorer can group by. Source: Cost Explorer API, GroupDefinition; REGION works though unlisted.
_GROUPED = frozenset(
    {"AZ", "InstanceType", "LinkedAccount", "Operation", "Platform", "PurchaseType", "Region", "Service"}
    | {"Tenancy", "UsageType", "LegalEntityName", "InvoicingEntity"}
)


class LintView(Model):
    """Something wrong with a budget, and what to do."""

    code: str
    severity: str
    budget: str
    others: list[str] = Field(description="Other budgets that have a part in it.")
    sentence: str
    remedy: str


class LintReport(Model):
    """Budgets that can never fire, always will, double another one, or were left alone."""

    findings: list[LintView] = Field(description=f"The gravest first, at most {MOST_NAMES}.")
    left_out: int
    histories_read: int = Field(description="Budgets whose past periods were looked at.")
    filters_checked: list[str] = Field(description="Kinds of filters whose real values were read.")
    notes: list[str] = Field(description="What was not looked at, and how to have it looked at.")


@dataclass(frozen=True, slots=True)
class _Histories:
    by_name: Mapping[str, tuple[PeriodPerformance, ...]]
    notes: tuple[str, ...]


def linted(
    standings: Sequence[Standing],
    account_id: str,
    gateways: Gateways,
    explorer: CostExplorerGateway,
    meter: CostMeter,
    *,
    check_history: bool | None,
    check_filters: bool,
) -> LintReport:
    """What the checks find in these budgets, reading what they were asked to read."""
    histories = _histories(standings, account_id, gateways, meter, asked=check_history)
    since = add_months(meter.now.date().replace(day=1), -_MONTHS)
    kinds = _kinds_in(standings)
    read = _real_values(kinds, explorer, meter, since) if check_filters else {}
    found = lint(
        LintedAccount(
            budgets=[Linted(standing=each, past=histories.by_name.get(each.name)) for each in standings],
            real=_by_filter(read, kinds),
            since=since if read else None,
        )
    )
    notes = list(histories.notes)
    unread = [each.in_words() for each in kinds if each not in read]
    if check_filters and unread:
        notes.append(f"Values of {', '.join(unread)} could not be looked up.")
    elif unread:
        price = Spend(PRICE_OF_A_PAGE * sum(each.grouping is not None for each in kinds), USD).in_words()
        notes.append(f"check_filters looks up which filter values exist, for {price} or a little more.")
    return LintReport(
        findings=[_view(each) for each in found[:MOST_NAMES]],
        left_out=max(len(found) - MOST_NAMES, 0),
        histories_read=len(histories.by_name),
        filters_checked=[each.in_words() for each in sorted(read)],
        notes=notes,
    )


def _histories(
    standings: Sequence[Standing],
    account_id: str,
    gateways: Gateways,
    meter: CostMeter,
    *,
    asked: bool | None,
) -> _Histories:
    """The whole past periods of each budget. AWS keeps none of ANNUALLY and CUSTOM ones."""
    kept = [
        each
        for each in standings
        if each.budget.definition.time_unit not in (TimeUnit.ANNUALLY, TimeUnit.CUSTOM)
    ]
    wanted = len(kept) <= HISTORIES_BY_ITSELF if asked is None else asked
    if not wanted:
        note = f"Past periods of {len(kept)} budgets were not read; check_history true reads them, one call each."
        return _Histories({}, (note,) if kept else ())
    found: dict[str, tuple[PeriodPerformance, ...]] = {}
    for each in kept:
        history = read_or_say(
            f"history of '{each.name}'",
            meter.incomplete,
            partial(gateways.budgets.performance_history, account_id, each.name),
        )
        if history is None:
            # What AWS refuses or cannot answer for one it does for all: asking on would only take time.
            left = len(kept) - len(found)
            return _Histories(
                found, (f"Past periods of {left} budgets were not read, because AWS did not answer.",)
            )
        found[each.name] = tuple(past for past in history if past.period.end <= each.at)
    return _Histories(found, ())


@dataclass(frozen=True, slots=True, order=True)
class _Kind:
    """A kind of filter: its CostFilters key, and for tags and cost categories which one."""

    filter: str
    key: str

    @property
    def grouping(self) -> tuple[str, str] | None:
        """How Cost Explorer groups by it; None where it cannot."""
        if self.filter in ("TagKeyValue", "CostCategory"):
            return ("TAG" if self.filter == "TagKeyValue" else "COST_CATEGORY", self.key)
        return ("DIMENSION", DIMENSIONS[self.filter]) if self.filter in _GROUPED else None

    def value_of(self, group: str) -> str:
        """A group of Cost Explorer as a filter value: tags have their prefix there."""
        return f"user:{group}" if self.filter == "TagKeyValue" else group

    def in_words(self) -> str:
        """For people: `Service`, `TagKeyValue team`."""
        return f"{self.filter} {self.key}".rstrip()


def _kinds_in(standings: Sequence[Standing]) -> list[_Kind]:
    """The kinds of filters that the budgets use."""
    found = set()
    for each in standings:
        for name, values in each.budget.definition.scope.key() or ():
            if name in ("TagKeyValue", "CostCategory"):
                found |= {_Kind(name, value.removeprefix("user:").partition("$")[0]) for value in values}
            else:
                found.add(_Kind(name, ""))
    return sorted(found)


def _real_values(
    kinds: Sequence[_Kind], explorer: CostExplorerGateway, meter: CostMeter, since: date
) -> dict[_Kind, Mapping[str, Decimal]]:
    """Kind of filter -> value -> dollars since then; what could not be read is missing, and said in incomplete."""
    tomorrow = meter.now.date() + timedelta(days=1)
    found: dict[_Kind, Mapping[str, Decimal]] = {}
    for kind in kinds:
        grouping = kind.grouping
        if grouping is None:
            continue
        read = read_or_say(
            f"values of {kind.in_words()}",
            meter.incomplete,
            partial(explorer.monthly_amounts, (since, tomorrow), metric=_METRIC, group_by=grouping),
        )
        if read is None:
            continue
        meter.note(read)
        found[kind] = {
            kind.value_of(group): sum(by_month.values(), Decimal(0))
            for group, by_month in read.amounts.items()
        }
    return found


def _by_filter(real: Mapping[_Kind, Mapping[str, Decimal]], kinds: Sequence[_Kind]) -> RealValues:
    """By CostFilters key; a key of which any kind was not read is left out, so that nothing is called unknown."""
    unread = {each.filter for each in kinds if each not in real}
    merged: dict[str, dict[str, Decimal]] = {}
    for kind, values in real.items():
        if kind.filter not in unread:
            merged.setdefault(kind.filter, {}).update(values)
    return merged


def _view(finding: LintFinding) -> LintView:
    return LintView(
        code=finding.code,
        severity=finding.severity.name,
        budget=finding.budget,
        others=list(finding.others[:MOST_NAMES]),
        sentence=finding.sentence,
        remedy=finding.remedy,
    )
