"""Cost Explorer with a memory: what was asked earlier the same day is answered without paying for it again.

The memory is of help and never in the way: where it does not answer, AWS is asked and the answer says so.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, TypeVar

from pydantic import TypeAdapter, ValidationError

from tools.domain.budget_types import BudgetTypeName
from tools.domain.commitments import CommitmentMonth
from tools.domain.cost_answers import KeptAnswer, still_stands
from tools.domain.errors import (
    AccessDenied,
    AwsUnavailable,
    BudgetAgentError,
    StateUnavailable,
    Throttled,
)
from tools.domain.money import Spend
from tools.gateways import Clock
from tools.ports.cost_explorer import (
    CommitmentRead,
    CostExplorerGateway,
    CostRead,
    DailyRead,
    GroupedRead,
    MemoryProblem,
)
from tools.ports.state import CostMemory

Read = TypeVar("Read", CostRead, DailyRead, CommitmentRead, GroupedRead)

# What answers are made of and `tools.gateways` imports for type checkers only, where pydantic cannot find it.
_PARTS: Final = {"CommitmentMonth": CommitmentMonth, "Spend": Spend}


def _shape_of(answer: type[Read]) -> TypeAdapter[Read]:
    shape = TypeAdapter(answer)
    shape.rebuild(force=True, _types_namespace=_PARTS)
    return shape


_COSTS: Final = _shape_of(CostRead)
_DAYS: Final = _shape_of(DailyRead)
_COMMITMENTS: Final = _shape_of(CommitmentRead)
_GROUPS: Final = _shape_of(GroupedRead)

# Part of every question: answers of another shape are answers to other questions.
_SHAPE: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class CachedCostExplorer:
    """`CostExplorerGateway` in front of another one, remembering its answers for the account that asks.

    With `is_fresh` nothing is looked up, and what is read is remembered for others.
    """

    asked: CostExplorerGateway
    memory: CostMemory
    account_id: str
    clock: Clock
    is_fresh: bool = False

    def fresh(self) -> CostExplorerGateway:
        """The same without looking anything up."""
        return replace(self, is_fresh=True)

    def monthly_amounts(
        self,
        months: tuple[date, date],
        *,
        metric: str,
        group_by: tuple[str, str] | None = None,
        and_by: tuple[str, str] | None = None,
        account_id: str | None = None,
        expression: Mapping[str, Any] | None = None,
    ) -> CostRead:
        """Remembered by months, metric, groupings, account and filter."""
        question = {"read": "monthly", "metric": metric, "group_by": group_by, "account_id": account_id}
        more = {"and_by": and_by, "expression": expression}
        return self._answer(
            _COSTS,
            months,
            {**question, **{name: each for name, each in more.items() if each is not None}},
            lambda: self.asked.monthly_amounts(
                months,
                metric=metric,
                group_by=group_by,
                and_by=and_by,
                account_id=account_id,
                expression=expression,
            ),
        )

    def grouped_amounts(
        self,
        days: tuple[date, date],
        *,
        metrics: tuple[str, ...],
        group_by: tuple[tuple[str, str], ...],
        expression: Mapping[str, Any] | None = None,
        most_pages: int,
    ) -> GroupedRead:
        """Remembered by days, metrics, keys, filter and how many pages were allowed."""
        return self._answer(
            _GROUPS,
            days,
            {
                "read": "grouped",
                "metrics": metrics,
                "group_by": group_by,
                "expression": expression,
                "most_pages": most_pages,
            },
            lambda: self.asked.grouped_amounts(
                days, metrics=metrics, group_by=group_by, expression=expression, most_pages=most_pages
            ),
        )

    def daily_amounts(
        self, days: tuple[date, date], *, metric: str, expression: Mapping[str, Any] | None = None
    ) -> DailyRead:
        """Remembered by days, metric and filter."""
        return self._answer(
            _DAYS,
            days,
            {"read": "daily", "metric": metric, "expression": expression},
            lambda: self.asked.daily_amounts(days, metric=metric, expression=expression),
        )

    def commitment_percentages(
        self,
        budget_type: BudgetTypeName,
        months: tuple[date, date],
        *,
        service: str | None = None,
        account_id: str | None = None,
    ) -> CommitmentRead:
        """Remembered by type, months, service and account."""
        return self._answer(
            _COMMITMENTS,
            months,
            {"read": budget_type.value, "service": service, "account_id": account_id},
            lambda: self.asked.commitment_percentages(
                budget_type, months, service=service, account_id=account_id
            ),
        )

    def _answer(
        self,
        shape: TypeAdapter[Read],
        interval: tuple[date, date],
        asked: Mapping[str, Any],
        ask: Callable[[], Read],
    ) -> Read:
        now = self.clock.now()
        question = json.dumps(
            {"shape": _SHAPE, "from": str(interval[0]), "until": str(interval[1]), **asked}, sort_keys=True
        )
        problem = None
        if not self.is_fresh:
            try:
                kept = self.memory.cost_answer(self.account_id, question, now.date())
                if kept is not None and still_stands(kept.asked_at, now, interval[1]):
                    return _remembered(shape, kept)
            except (AccessDenied, AwsUnavailable, StateUnavailable, Throttled) as error:
                problem = _problem("could not be looked up", error)
        read = ask()
        if problem is None:
            text = shape.dump_json(read).decode()
            try:
                self.memory.keep_cost_answer(
                    self.account_id, KeptAnswer(question=question, asked_at=now, text=text)
                )
            except (AccessDenied, AwsUnavailable, StateUnavailable, Throttled) as error:
                problem = _problem("could not be kept", error)
        return replace(read, as_of=now, memory_problem=problem)


def _remembered(shape: TypeAdapter[Read], kept: KeptAnswer) -> Read:
    try:
        read = shape.validate_json(kept.text)
    except ValidationError as error:
        raise StateUnavailable("What was kept cannot be read.") from error
    return replace(read, pages=0, cached_pages=read.pages, as_of=kept.asked_at)


def _problem(what: str, error: BudgetAgentError) -> MemoryProblem:
    sentence = (
        f"Answers of Cost Explorer {what} in the agent's memory, so the same question is paid for again."
    )
    return MemoryProblem(error.code, f"{sentence} {error.message}", error.retryable)
