"""Thresholds that fit: tight for steady scopes, wide for lumpy ones, on pace within a month."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from tests.builders import a_notification, usd
from tools.domain.daily_profile import DailyProfile, daily_profile
from tools.domain.fitted_thresholds import fitted_thresholds
from tools.domain.limit_adjustments import limit_wanted
from tools.domain.money import USD, Spend
from tools.domain.notifications import ComparisonOperator, Notification, NotificationType, ThresholdType
from tools.domain.periods import add_months, whole_months_before
from tools.domain.spend_history import MonthlySpend, SpendHistory

TODAY = date(2026, 10, 20)
MONTHS = whole_months_before(TODAY, 12)
STEADY = [1000, 1010, 990, 1000, 1020, 980, 1000, 1005, 995, 1000, 1010, 990]
NOTHING_SPENT = usd(0)
LUMPY = [1000, 400, 1900, 700, 1500, 300, 1200, 2000, 500, 900, 1700, 600]
WATCHED = (a_notification(50), a_notification(80), a_notification(100), a_notification(150))


def history(amounts: list[int]) -> SpendHistory:
    months = [MonthlySpend(month, Decimal(amount)) for month, amount in zip(MONTHS, amounts, strict=True)]
    return SpendHistory(USD, tuple(months))


def limit_of(amounts: list[int]) -> Spend:
    found = limit_wanted(history(amounts), Decimal("0.1"))
    assert found is not None
    return found[0]


def fitted(
    amounts: list[int],
    watched: tuple[Notification, ...] = WATCHED,
    *,
    spent: Spend | None = NOTHING_SPENT,
    profile: DailyProfile | None = None,
) -> dict[Decimal, Decimal]:
    found = fitted_thresholds(watched, history(amounts), limit_of(amounts), spent, profile)
    return {each.old.threshold.value: each.new.threshold.value for each in found}


def test_a_steady_scope_is_watched_closely_and_a_lumpy_one_widely() -> None:
    steady, lumpy = fitted(STEADY), fitted(LUMPY)
    assert steady[Decimal(80)] > lumpy[Decimal(80)]
    assert steady[Decimal(150)] < lumpy.get(Decimal(150), Decimal(150))
    assert 90 <= steady[Decimal(80)] <= 95
    assert 105 <= steady[Decimal(150)] <= 110


def test_the_limit_itself_forecasts_amounts_and_other_operators_stay() -> None:
    watched = (
        a_notification(100),
        a_notification(60, on=NotificationType.FORECASTED),
        a_notification(700, threshold_type=ThresholdType.ABSOLUTE_VALUE),
        a_notification(70, operator=ComparisonOperator.LESS_THAN),
    )
    assert fitted(STEADY, watched) == {}


def test_only_the_highest_threshold_below_and_the_lowest_above_the_limit_move_without_a_profile() -> None:
    watched = (a_notification(20), a_notification(50), a_notification(130), a_notification(200))
    assert set(fitted(STEADY, watched)) == {50, 130}


def test_a_threshold_close_to_where_it_should_be_stays() -> None:
    moved = fitted(STEADY, (a_notification(80),))[Decimal(80)]
    assert fitted(STEADY, (a_notification(str(moved - 2)),)) == {}


def test_one_that_would_alarm_at_once_is_not_lowered() -> None:
    watched = (a_notification(95),)
    limit = limit_of(LUMPY)
    assert fitted(LUMPY, watched) != {}
    assert fitted(LUMPY, watched, spent=limit.times(Decimal("0.9"))) == {}
    assert fitted(LUMPY, watched, spent=None) == {}


def test_one_never_passes_another_that_stays() -> None:
    assert fitted(LUMPY, (a_notification(93), a_notification(97))) == {}


def front_loaded() -> DailyProfile:
    """Half of each month is spent on its first day."""
    months = MONTHS[-6:]
    amounts = {}
    for month in months:
        day = month
        while day < add_months(month, 1):
            amounts[day] = Decimal(290 if day == month else 10)
            day += timedelta(days=1)
    found = daily_profile(amounts, months)
    assert found is not None
    return found


def test_lower_thresholds_follow_the_pace_of_the_month() -> None:
    even = daily_profile(
        {MONTHS[-6] + timedelta(days=day): Decimal(1) for day in range((TODAY - MONTHS[-6]).days)},
        MONTHS[-6:],
    )
    assert even is not None
    watched = (a_notification(30), a_notification(40), a_notification(78))
    paced = fitted(STEADY, watched, profile=even)
    early = fitted(STEADY, watched, profile=front_loaded())
    assert 30 <= paced.get(Decimal(30), Decimal(30)) <= 36
    assert 60 <= paced[Decimal(40)] <= 70
    assert 50 < early[Decimal(30)] < early[Decimal(40)] < early[Decimal(78)]


def test_the_profile_is_the_share_spent_by_the_end_of_a_day() -> None:
    profile = front_loaded()
    assert profile.periods == 6
    by_first_day = profile.most_by(Decimal("0.01"))
    assert by_first_day == max(Decimal(290) / (290 + 10 * days) for days in (29, 30))
    assert profile.most_by(Decimal(1)) == 1


def test_months_with_a_day_missing_or_without_spend_say_nothing() -> None:
    [month] = MONTHS[-1:]
    days = {month + timedelta(days=day): Decimal(1) for day in range(30)}
    assert daily_profile(days, [month]) is not None
    assert daily_profile({day: amount for day, amount in days.items() if day.day != 7}, [month]) is None
    assert daily_profile(dict.fromkeys(days, Decimal(0)), [month]) is None
    assert daily_profile(days, []) is None
