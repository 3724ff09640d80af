"""Drivers: they add up to the change, say what is new and gone, and split price from volume where they can."""

from __future__ import annotations

from decimal import Decimal
from random import Random

import pytest

from tests.builders import usd
from tools.domain.drivers import Course, Explanation, Groups, explained
from tools.domain.money import Spend

COST = "UnblendedCost"
QUANTITY = "UsageQuantity"
Group = dict[str, Spend]


def group(cost: str | int, quantity: str | int | None = None, unit: str = "Hrs") -> Group:
    amounts = {COST: usd(cost)}
    return amounts if quantity is None else {**amounts, QUANTITY: Spend(Decimal(str(quantity)), unit)}


def of(
    before: dict[str, Group], now: dict[str, Group], *, is_complete: bool = True, most: int = 10
) -> Explanation:
    return explained(
        {(name,): each for name, each in before.items()},
        {(name,): each for name, each in now.items()},
        COST,
        unit="USD",
        is_complete=is_complete,
        most=most,
    )


def test_the_largest_changes_come_first_whatever_their_sign() -> None:
    found = of(
        {"a": group(10), "b": group(90), "c": group(5)}, {"a": group(12), "b": group(20), "c": group(45)}
    )
    assert [(*each.group, each.change) for each in found.drivers] == [
        ("b", usd(-70)),
        ("c", usd(40)),
        ("a", usd(2)),
    ]
    assert found.change.amount == -28


def test_what_was_not_there_is_new_and_what_is_no_more_is_gone() -> None:
    found = of({"old": group(10)}, {"new": group(20)})
    assert [(each.group[0], each.course) for each in found.drivers] == [
        ("new", Course.NEW),
        ("old", Course.GONE),
    ]


def test_volume_at_the_old_price_and_price_for_the_new_volume_make_the_change() -> None:
    [driver] = of({"a": group(100, 50)}, {"a": group(180, 60)}).drivers
    assert driver.split is not None
    assert driver.split.by_volume == usd(20)
    assert driver.split.by_price == usd(60)
    assert driver.split.by_volume + driver.split.by_price == driver.change


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (group(10, 5, "N/A"), group(20, 9, "N/A")),
        (group(10, 5, "GB"), group(20, 9, "Hrs")),
        (group(10, 0), group(20, 9)),
        (group(10), group(20)),
    ],
    ids=["mixed units", "two units", "nothing used", "no quantity"],
)
def test_without_comparable_quantities_there_is_no_price(before: Group, now: Group) -> None:
    assert of({"a": before}, {"a": now}).drivers[0].split is None


def test_a_change_that_is_not_shown_is_in_the_rest() -> None:
    before = {name: group(10) for name in "abcdef"}
    now = {name: group(10 + index) for index, name in enumerate("abcdef")}
    found = of(before, now, most=2)
    assert [each.group for each in found.drivers] == [("f",), ("e",)]
    assert (found.rest, found.others) == (usd(6), 3)


def test_drivers_and_rest_always_add_up_to_the_change() -> None:
    chance = Random(7)
    for _ in range(200):
        before, now = (
            {
                str(chance.randrange(30)): group(
                    f"{chance.uniform(-50, 500):.6f}", f"{chance.uniform(0, 9):.3f}"
                )
                for _ in range(20)
            }
            for _ in range(2)
        )
        found = of(before, now, most=5)
        named = sum((each.change.amount for each in found.drivers), Decimal(0))
        assert named + found.rest.amount == found.change.amount
        whole = sum((each[COST].amount for each in now.values()), Decimal(0))
        assert found.change.amount == whole - sum((each[COST].amount for each in before.values()), Decimal(0))


def test_what_only_one_of_two_unfinished_reads_has_is_neither_new_nor_gone() -> None:
    found = of({"a": group(10), "b": group(7)}, {"a": group(15), "c": group(99)}, is_complete=False)
    assert [each.group for each in found.drivers] == [("a",)]
    assert (found.now, found.left_out) == (usd(15), 2)


def test_a_quantity_in_another_unit_is_in_no_figure() -> None:
    before: Groups = {
        ("a",): {QUANTITY: Spend(Decimal(5), "GB")},
        ("b",): {QUANTITY: Spend(Decimal(5), "Hrs")},
    }
    found = explained(before, before, QUANTITY, unit="GB", is_complete=True)
    assert (found.now, found.left_out) == (Spend(Decimal(5), "GB"), 1)
