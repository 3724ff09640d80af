"""adjust_budgets: what it proposes, what holds it back, and that it is recorded and can be taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.budget_agent import BudgetAgent
from agent.contract import ActionRequest, ErrorDetail
from tests.builders import ACCOUNT, NOW, a_budget, a_notification, usd
from tests.fakes import FakeBudgets, FakeClock, FakeCostExplorer, FakeGateways, FakeStateStore, gateways_with
from tools.actions.catalogue import ACTIONS
from tools.domain.audit import Outcome
from tools.domain.budget import AutoAdjust, AutoAdjustType, Budget
from tools.domain.budget_actions import ApprovalModel, BudgetAction, BudgetActionDefinition, IamPolicyTarget
from tools.domain.budget_types import RI_COVERAGE, USAGE
from tools.domain.definition_changes import standing_definition
from tools.domain.errors import AccessDenied, Throttled
from tools.domain.money import Spend
from tools.domain.notifications import NotificationType
from tools.domain.periods import TimeUnit, whole_months_before
from tools.domain.scope import CostTypes, Scope, scope_by

MONTHS = whole_months_before(NOW.date(), 12)
STEADY = [1000, 1010, 990, 1000, 1020, 980, 1000, 1005, 995, 1000, 1010, 990]
WEB = scope_by("Service", "Web")
OCTOBER = datetime(2026, 10, 1, tzinfo=UTC)


def by_month(amounts: list[Any]) -> dict[date, Decimal]:
    months = MONTHS[-len(amounts) :]
    return {month: Decimal(str(amount)) for month, amount in zip(months, amounts, strict=True)}


class Account:
    """An account that spends the same on Web every month, with its agent."""

    def __init__(
        self, *budgets: Budget, amounts: list[Any] | None = None, state: FakeStateStore | None = None
    ) -> None:
        self.budgets = FakeBudgets(budgets={each.name: each for each in budgets})
        self.costs = FakeCostExplorer(amounts={"SERVICE": {"Web": by_month(amounts or STEADY)}})
        self.state = state or FakeStateStore()
        gateways = gateways_with(fake_budgets=self.budgets, cost_explorer=self.costs, state=self.state)
        assert isinstance(gateways, FakeGateways)
        self.gateways = gateways
        self.clock: FakeClock = gateways.clock

    def send(self, action: str, **parameters: Any) -> dict[str, Any] | ErrorDetail:
        return BudgetAgent(ACTIONS, self.gateways).perform(
            ActionRequest(action=action, parameters=parameters)
        )

    def adjust(self, **parameters: Any) -> dict[str, Any]:
        found = self.send("adjust_budgets", **parameters)
        assert isinstance(found, dict), found
        return found

    def limit(self, name: str = "a-budget") -> Decimal:
        limit = self.budgets.budgets[name].definition.limit
        assert limit is not None
        return limit.amount


def web(name: str = "a-budget", **named: Any) -> Budget:
    return a_budget(name, **{"scope": WEB, "limit": 400, "actual": 300, **named})


def codes(found: dict[str, Any]) -> list[tuple[str, str]]:
    return [(each["budget_name"], each["code"]) for each in found["left_alone"]]


def test_by_default_it_only_shows_what_it_would_do() -> None:
    account = Account(web())
    found = account.adjust()
    [adjustment] = found["adjustments"]
    assert (found["dry_run"], adjustment["outcome"]) == (True, "PROPOSED")
    assert [each["operation"] for each in adjustment["calls"]] == ["UpdateBudget"]
    assert account.budgets.steps == []
    assert account.state.entries == {}


def test_a_proposal_says_before_after_why_and_which_rail_held_it() -> None:
    [adjustment] = Account(web()).adjust()["adjustments"]
    limit = adjustment["limit"]
    assert (limit["before"]["amount"], limit["after"]["amount"], limit["change_percent"]) == (
        "400.00",
        "480.00",
        20.0,
    )
    assert Decimal(limit["wanted"]["amount"]) > 1000
    assert abs(Decimal(limit["expected"]["amount"]) - 1000) < 20
    assert (limit["past_periods"], limit["over_before"]) == (12, 12)
    assert limit["backtest"]["periods"] == 9
    assert adjustment["held_back"] == ["has to be at most $480.00 (+20 % a period)"]
    assert "12 past periods 12 were over $400.00" in adjustment["why"]
    assert (adjustment["spent"]["amount"], adjustment["source"]) == ("300.00", "Cost Explorer")


def test_it_is_done_and_recorded_for_each_budget_and_each_can_be_taken_back() -> None:
    account = Account(web("one"), web("two", limit=5000))
    before = {name: each.definition for name, each in account.budgets.budgets.items()}
    found = account.adjust(dry_run=False, largest_change_percent=900, reason="monthly")
    assert [each["outcome"] for each in found["adjustments"]] == ["ADJUSTED", "ADJUSTED"]
    assert account.limit("one") == account.limit("two") == Decimal("1014.5")
    entries = list(account.state.entries.values())
    assert {(each.budget_name, each.action, each.outcome, each.reason) for each in entries} == {
        (name, "adjust_budgets", Outcome.CHANGED, "monthly") for name in ("one", "two")
    }
    for each in found["adjustments"]:
        undone = account.send("undo_change", change_id=each["change_id"])
        assert isinstance(undone, dict)
    now = account.clock.moment
    for name, definition in before.items():
        assert standing_definition(account.budgets.budgets[name].definition, now) == standing_definition(
            definition, now
        )


def test_a_second_run_leaves_alone_what_was_changed_lately_and_goes_on_when_it_has_rested() -> None:
    account = Account(web())
    account.adjust(dry_run=False)
    assert codes(account.adjust(dry_run=False)) == [("a-budget", "CHANGED_LATELY")]
    account.clock.moment += timedelta(days=7)
    [held] = account.adjust(dry_run=False)["adjustments"]
    assert (held["outcome"], held["held_back"]) == (
        "HELD_BACK",
        ["has to be at most $480.00 (+20 % a period)"],
    )
    assert account.limit() == 480


def test_the_next_period_allows_the_next_step() -> None:
    account = Account(web(actual=None))
    account.adjust(dry_run=False)
    account.clock.moment = datetime(2026, 11, 3, tzinfo=UTC)
    account.costs.amounts["SERVICE"]["Web"][date(2026, 10, 1)] = Decimal(1000)
    account.adjust(dry_run=False)
    assert account.limit() == 576


def test_a_limit_that_fits_is_not_touched() -> None:
    found = Account(web(limit=1100)).adjust()
    assert (found["fitting"], found["adjustments"], found["sentence"]) == (
        1,
        [],
        "Of 1 budgets 0 would be adjusted, 1 fit, 0 left alone.",
    )


def test_one_grouped_read_serves_all_budgets_that_it_can_tell_of() -> None:
    account = Account(web("one"), web("two"), web("three"))
    assert account.adjust()["cost_explorer"]["pages"] == 1
    assert account.costs.reads == ["monthly_amounts"]


def test_other_scopes_are_read_through_their_own_filter() -> None:
    own = Scope(filters={"Service": ("Web",)}, cost_types=CostTypes(include_credit=False))
    account = Account(web("one", scope=own))
    days = [date(2025, 10, 1) + timedelta(days=day) for day in range(365)]
    account.costs.daily = dict.fromkeys(days, Decimal(30))
    [adjustment] = account.adjust()["adjustments"]
    assert account.costs.reads == ["daily_amounts"]
    assert 900 <= Decimal(adjustment["limit"]["expected"]["amount"]) <= 932


def test_usage_that_only_aws_can_tell_of_comes_from_aws_budgets_and_in_its_unit() -> None:
    from tests.builders import past_months, spend_in

    group = scope_by("UsageTypeGroup", "EC2: Running Hours")
    account = Account(a_budget(type=USAGE, scope=group, limit=100, actual=10))
    account.budgets.history["a-budget"] = past_months([1000] * 12, type=USAGE, last=MONTHS[-1])
    [adjustment] = account.adjust()["adjustments"]
    assert (adjustment["source"], adjustment["limit"]["after"]) == (
        "AWS Budgets",
        {"amount": "120", "unit": spend_in(USAGE, 1).unit},
    )
    assert account.costs.reads == []


def test_usage_in_two_units_is_never_added_up() -> None:
    scope = scope_by("UsageType", "a", "b")
    account = Account(a_budget(type=USAGE, scope=scope, limit=100, actual=10))
    account.costs.amounts["USAGE_TYPE"] = {"a": by_month([1000] * 12), "b": by_month([1000] * 12)}
    account.costs.units = {"a": "GB", "b": "Hrs"}
    found = account.adjust()
    assert (found["adjustments"], codes(found)) == ([], [("a-budget", "NO_HISTORY")])


def an_action(percent: int) -> BudgetAction:
    return BudgetAction(
        id="a-1",
        definition=BudgetActionDefinition(
            budget_name="a-budget",
            notification_type=NotificationType.ACTUAL,
            threshold=a_notification(percent).threshold,
            target=IamPolicyTarget(policy_arn="arn:aws:iam::aws:policy/AWSDenyAll", roles=("r",)),
            execution_role_arn=f"arn:aws:iam::{ACCOUNT}:role/r",
            approval_model=ApprovalModel.MANUAL,
            subscribers=(),
        ),
        status="STANDBY",
    )


def test_a_limit_is_not_lowered_so_far_that_a_budget_action_would_fire() -> None:
    account = Account(web(limit=2000, actual=900))
    account.budgets.actions["a-budget"] = [an_action(50)]
    [adjustment] = account.adjust(dry_run=False, largest_change_percent=90)["adjustments"]
    assert adjustment["outcome"] == "HELD_BACK"
    assert "budget action a-1" in adjustment["held_back"][-1]
    assert adjustment["limit"]["after"] == adjustment["limit"]["before"]
    assert account.limit() == 2000


def test_a_limit_is_never_lowered_under_what_is_spent_or_where_that_is_not_known() -> None:
    [spent] = Account(web(limit=3000, actual=1200)).adjust(largest_change_percent=100)["adjustments"]
    assert spent["limit"]["after"]["amount"] == "1200.00"
    [unknown] = Account(web(limit=3000, actual=None)).adjust(largest_change_percent=100)["adjustments"]
    assert unknown["outcome"] == "HELD_BACK"
    assert "not known" in unknown["held_back"][0]


PLAN = {OCTOBER: usd(400)}
AUTO = AutoAdjust(type=AutoAdjustType.HISTORICAL, periods=3)


@pytest.mark.parametrize(
    ("budget", "code"),
    [
        (web(planned=PLAN), "PLANNED"),
        (web(auto_adjust=AUTO), "AUTO_ADJUSTING"),
        (web(time_unit=TimeUnit.DAILY), "TIME_UNIT"),
        (web(starts=datetime(2027, 1, 1, tzinfo=UTC)), "NOT_RUNNING"),
        (web(scope=scope_by("Service", "Nothing")), "NO_HISTORY"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_what_is_left_alone_is_said_with_its_reason(budget: Budget, code: str) -> None:
    assert codes(Account(budget).adjust()) == [("a-budget", code)]


def test_budgets_with_a_fixed_limit_are_left_alone_when_they_are_asked_for() -> None:
    account = Account(a_budget(type=RI_COVERAGE, scope=WEB))
    assert account.adjust()["left_alone"] == []
    assert codes(account.adjust(budget_types=["RI_COVERAGE"])) == [("a-budget", "FIXED_LIMIT")]


@pytest.mark.parametrize(
    ("budget", "asked"),
    [(web(planned=PLAN), "include_planned"), (web(auto_adjust=AUTO), "include_auto_adjusting")],
    ids=["planned", "auto-adjusting"],
)
def test_planned_and_auto_adjusting_budgets_are_adjusted_when_asked_and_restored_by_undoing(
    budget: Budget, asked: str
) -> None:
    account = Account(budget)
    before = standing_definition(budget.definition, NOW)
    [adjustment] = account.adjust(dry_run=False, **{asked: True})["adjustments"]
    assert account.limit() == 480
    account.send("undo_change", change_id=adjustment["change_id"])
    assert standing_definition(account.budgets.budgets["a-budget"].definition, NOW) == before


@pytest.mark.parametrize(
    ("tags", "asked"),
    [({"limit": "Fixed"}, {}), ({"owner": "cfo"}, {"fixed_tag_key": "owner", "fixed_tag_value": "cfo"})],
    ids=["usual tag", "own tag"],
)
def test_a_budget_tagged_as_fixed_is_left_alone(tags: dict[str, str], asked: dict[str, str]) -> None:
    account = Account(web())
    account.budgets.tags["a-budget", None] = tags
    assert codes(account.adjust(**asked)) == [("a-budget", "TAGGED_AS_FIXED")]
    account.budgets.tags["a-budget", None] = {"limit": "flexible"}
    assert len(account.adjust(**asked)["adjustments"]) == 1


def test_a_budget_whose_tags_cannot_be_read_is_not_touched() -> None:
    account = Account(web())
    account.budgets.failing["tags_of"] = AccessDenied("no")
    found = account.send("adjust_budgets", dry_run=False)
    assert isinstance(found, ErrorDetail)
    assert account.limit() == 400


def test_a_history_that_cannot_be_read_leaves_its_budget_alone_and_stops_no_other() -> None:
    own = Scope(filters={"Service": ("Web",)}, cost_types=CostTypes(include_credit=False))
    account = Account(web("one"), web("two", scope=own))
    account.costs.failing["daily_amounts"] = Throttled("slow down")
    found = account.adjust()
    assert [each["budget_name"] for each in found["adjustments"]] == ["one"]
    assert codes(found) == [("two", "THROTTLED")]


def test_where_no_history_can_be_read_it_is_an_error_asked_for_once() -> None:
    account = Account(web("one"), web("two"))
    account.costs.failing["monthly_amounts"] = Throttled("slow down")
    found = account.send("adjust_budgets")
    assert isinstance(found, ErrorDetail)
    assert found.code == "THROTTLED"
    assert account.costs.reads == ["monthly_amounts"]


def test_a_budget_that_fails_is_said_recorded_and_stops_no_other() -> None:
    class OneFails(FakeBudgets):
        def apply(self, account_id: str, name: str, step: Any) -> None:
            if name == "one":
                raise Throttled("slow down")
            super().apply(account_id, name, step)

    account = Account(web("one"), web("two"))
    failing = OneFails(budgets=account.budgets.budgets)
    account.gateways = replace(account.gateways, budgets=failing)
    found = account.adjust(dry_run=False)
    assert {each["budget_name"]: each["outcome"] for each in found["adjustments"]} == {
        "one": "FAILED",
        "two": "ADJUSTED",
    }
    [failed] = [each for each in found["adjustments"] if each["outcome"] == "FAILED"]
    assert (failed["error"]["code"], failed["error"]["retryable"]) == ("THROTTLED", True)
    outcomes = {each.budget_name: each.outcome for each in account.state.entries.values()}
    assert outcomes == {"one": Outcome.FAILED, "two": Outcome.CHANGED}


def test_when_time_runs_out_the_rest_is_not_begun() -> None:
    account = Account(web("one"), web("two"))
    account.gateways = replace(account.gateways, seconds=lambda: 5.0)
    found = account.adjust(dry_run=False)
    assert {each["outcome"] for each in found["adjustments"]} == {"NOT_BEGUN"}
    assert account.budgets.steps == []


def test_a_budget_whose_change_cannot_be_recorded_is_not_changed() -> None:
    account = Account(web(), state=FakeStateStore(failing={"begin_change": Throttled("slow down")}))
    [failed] = account.adjust(dry_run=False)["adjustments"]
    assert (failed["outcome"], failed["error"]["code"]) == ("FAILED", "THROTTLED")
    assert account.limit() == 400


def test_without_a_table_nothing_is_done_unless_no_rest_is_asked_for() -> None:
    account = Account(web())
    account.gateways = replace(account.gateways, state=None)
    refused = account.send("adjust_budgets", dry_run=False)
    assert isinstance(refused, ErrorDetail)
    assert refused.code == "STATE_UNAVAILABLE"
    assert [each["part"] for each in account.adjust()["incomplete"]] == ["past changes"]
    [done] = account.adjust(dry_run=False, days_between_changes=0)["adjustments"]
    assert (done["outcome"], done["change_id"]) == ("ADJUSTED", None)


def test_thresholds_are_turned_in_place_and_keep_whom_they_tell() -> None:
    watched = (a_notification(50), a_notification(80), a_notification(100))
    account = Account(web(limit=1050, notifications=watched))
    [adjustment] = account.adjust(dry_run=False)["adjustments"]
    assert adjustment["limit"] is None
    [turned] = adjustment["thresholds"]
    assert (turned["before_percent"], turned["after_percent"]) == (80.0, 95.0)
    now = account.budgets.budgets["a-budget"].notifications or ()
    assert sorted(each.threshold.value for each in now) == [50, 95, 100]
    assert all(each.subscribers == watched[0].subscribers for each in now)
    account.send("undo_change", change_id=adjustment["change_id"])
    assert set(account.budgets.budgets["a-budget"].notifications or ()) == set(watched)


def test_thresholds_wait_for_a_limit_that_is_held_back() -> None:
    account = Account(web(notifications=(a_notification(50), a_notification(100))))
    [adjustment] = account.adjust()["adjustments"]
    assert adjustment["thresholds"] == []


def test_the_pace_is_read_only_when_it_is_asked_for_and_there_is_a_threshold_for_it() -> None:
    watched = (a_notification(20), a_notification(80), a_notification(100))
    account = Account(web(limit=1050, notifications=watched))
    account.adjust()
    assert account.costs.reads == ["monthly_amounts"]
    days = [MONTHS[-6] + timedelta(days=day) for day in range((OCTOBER.date() - MONTHS[-6]).days)]
    account.costs.daily = dict.fromkeys(days, Decimal(33))
    [adjustment] = account.adjust(pace=True)["adjustments"]
    moved = {each["before_percent"]: each["after_percent"] for each in adjustment["thresholds"]}
    assert 45 <= moved[20.0] <= 55
    assert account.costs.reads[-1] == "daily_amounts"


def test_only_what_is_asked_for_is_adjusted() -> None:
    watched = (a_notification(50), a_notification(100))
    account = Account(web("one", notifications=watched), web("two", limit=1050, notifications=watched))
    only_limits = account.adjust(thresholds=False)["adjustments"]
    assert [each["budget_name"] for each in only_limits] == ["one"]
    only_thresholds = account.adjust(limits=False, budget_names=["two"])["adjustments"]
    assert [each["limit"] for each in only_thresholds] == [None]


@pytest.mark.parametrize(
    ("parameters", "parameter"),
    [({"floor": 10, "ceiling": 5}, "floor"), ({"limits": False, "thresholds": False}, "limits")],
)
def test_rails_that_make_no_sense_are_refused(parameters: dict[str, Any], parameter: str) -> None:
    found = Account(web()).send("adjust_budgets", **parameters)
    assert isinstance(found, ErrorDetail)
    assert [each["parameter"] for each in found.details["problems"]] == [parameter]


money = st.decimals("0", "100000", places=2)


@settings(deadline=None, max_examples=60)
@given(
    amounts=st.lists(money, min_size=1, max_size=12),
    limit=st.decimals("0.01", "100000", places=2),
    spent=st.none() | money,
    change=st.integers(1, 1000),
    floor=st.none() | money,
    ceiling=st.none() | money,
    percents=st.lists(st.integers(1, 300), unique=True, max_size=5),
)
def test_no_history_moves_a_limit_out_of_its_rails_or_under_what_is_spent_and_undoing_restores_it_exactly(
    amounts: list[Decimal],
    limit: Decimal,
    spent: Decimal | None,
    change: int,
    floor: Decimal | None,
    ceiling: Decimal | None,
    percents: list[int],
) -> None:
    if floor is not None and ceiling is not None and floor > ceiling:
        floor, ceiling = ceiling, floor
    watched = tuple(a_notification(percent) for percent in percents)
    budget = web(limit=limit, actual=spent, notifications=watched)
    account = Account(budget, amounts=amounts)
    before = standing_definition(budget.definition, NOW), set(watched)
    found = account.adjust(
        dry_run=False,
        largest_change_percent=change,
        **({} if floor is None else {"floor": str(floor)}),
        **({} if ceiling is None else {"ceiling": str(ceiling)}),
    )
    now = account.limit()
    if now != limit:
        assert limit * (1 - Decimal(change) / 100) <= now <= limit * (1 + Decimal(change) / 100)
        assert floor is None or now >= floor
        assert ceiling is None or now <= ceiling
        assert now >= limit if spent is None else now >= spent
    for each in found["adjustments"]:
        assert each["outcome"] in ("ADJUSTED", "HELD_BACK")
        if each["change_id"] is not None:
            account.send("undo_change", change_id=each["change_id"])
    standing = account.budgets.budgets["a-budget"]
    assert (standing_definition(standing.definition, NOW), set(standing.notifications or ())) == before
    assert standing.definition.limit == Spend(limit, "USD")
