"""Guard rails: a limit is never moved past one of them, and it is said which one held it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import usd
from tools.domain.guard_rails import GuardRails, within_rails
from tools.domain.money import Spend

FREE = GuardRails(largest_change=Decimal(10))
TIGHT = GuardRails(largest_change=Decimal("0.2"))


def test_a_limit_that_no_rail_touches_is_the_wanted_one() -> None:
    railed = within_rails(usd(150), usd(100), usd(100), usd(50), FREE)
    assert (railed.limit, railed.held_back) == (usd(150), ())


@pytest.mark.parametrize(
    ("wanted", "limit", "held"),
    [(150, "120", "at most $120.00 (+20 % a period)"), (50, "80", "at least $80.00 (-20 % a period)")],
)
def test_a_limit_moves_no_further_than_the_largest_change(wanted: int, limit: str, held: str) -> None:
    railed = within_rails(usd(wanted), usd(100), usd(100), usd(10), TIGHT)
    assert railed.limit == usd(limit)
    assert railed.held_back == (f"has to be {held}",)


def test_what_was_moved_earlier_in_the_period_counts() -> None:
    railed = within_rails(usd(150), usd(115), usd(100), usd(10), TIGHT)
    assert railed.limit == usd(120)
    again = within_rails(usd(150), usd(120), usd(100), usd(10), TIGHT)
    assert again.limit is None
    assert again.held_back == ("has to be at most $120.00 (+20 % a period)",)


def test_floor_and_ceiling_hold() -> None:
    rails = GuardRails(largest_change=Decimal(10), floor=Decimal(90), ceiling=Decimal(110))
    assert within_rails(usd(10), usd(100), usd(100), usd(0), rails).limit == usd(90)
    assert within_rails(usd(900), usd(100), usd(100), usd(0), rails).limit == usd(110)


def test_a_limit_beyond_the_ceiling_is_not_moved_against_what_is_wanted() -> None:
    rails = GuardRails(largest_change=Decimal(10), ceiling=Decimal(110))
    railed = within_rails(usd(900), usd(200), usd(200), usd(0), rails)
    assert (railed.limit, railed.held_back) == (None, ("has to be at most $110.00 (the ceiling)",))


def test_a_limit_stays_above_what_is_spent() -> None:
    railed = within_rails(usd(50), usd(100), usd(100), usd("70.001"), FREE)
    assert railed.limit == usd("70.01")
    assert railed.held_back == ("has to be at least $70.01 (spent already in this period)",)


def test_where_it_is_not_known_what_is_spent_a_limit_is_raised_but_not_lowered() -> None:
    assert within_rails(usd(50), usd(100), usd(100), None, FREE).limit is None
    assert within_rails(usd(150), usd(100), usd(100), None, FREE).limit == usd(150)


def test_rails_that_leave_no_limit_between_them_are_both_named() -> None:
    railed = within_rails(usd(500), usd(100), usd(100), usd(300), TIGHT)
    assert railed.limit is None
    assert railed.held_back == (
        "no limit is at least $300.00 (spent already in this period) and at most $120.00 (+20 % a period)",
    )


amounts = st.decimals("0", "1000000000", places=4)
maybe = st.none() | amounts


@settings(deadline=None)
@given(
    wanted=amounts,
    present=amounts,
    start=amounts,
    spent=maybe,
    change=st.decimals("0.001", "10", places=3),
    floor=maybe,
    ceiling=maybe,
    unit=st.sampled_from(["USD", "GB"]),
)
def test_no_limit_is_ever_outside_of_the_rails_or_under_what_is_spent(
    wanted: Decimal,
    present: Decimal,
    start: Decimal,
    spent: Decimal | None,
    change: Decimal,
    floor: Decimal | None,
    ceiling: Decimal | None,
    unit: str,
) -> None:
    def spend(amount: Decimal) -> Spend:
        return Spend(amount, unit)

    rails = GuardRails(largest_change=change, floor=floor, ceiling=ceiling)
    railed = within_rails(
        spend(wanted), spend(present), spend(start), None if spent is None else spend(spent), rails
    )
    if railed.limit is None:
        assert railed.held_back or present == wanted
        return
    limit = railed.limit.amount
    assert start * (1 - change) <= limit <= start * (1 + change)
    assert floor is None or limit >= floor
    assert ceiling is None or limit <= ceiling
    assert limit >= (present if spent is None else spent)
    assert limit == wanted or railed.held_back
    assert (limit > present) == (wanted > present)
