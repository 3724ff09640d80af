"""AWS Budgets' plain text: read by its labels, whatever the names and however the text varies."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import ACCOUNT, usd
from tests.notifications import Letter
from tools.domain.budget_messages import (
    LONGEST_READ,
    NotABudgetMessage,
    ParsedNotification,
    impossible_in,
    parse_notification,
)
from tools.domain.money import PERCENTAGE, Spend
from tools.domain.names import problem_with_budget_name
from tools.domain.notifications import ComparisonOperator, NotificationType

ABOVE, BELOW = ComparisonOperator.GREATER_THAN, ComparisonOperator.LESS_THAN
ACTUAL, FORECASTED = NotificationType.ACTUAL, NotificationType.FORECASTED


def parsed(letter: Letter | str, subject: str | None = None) -> ParsedNotification:
    text = letter if isinstance(letter, str) else letter.text
    found = parse_notification(subject, text)
    assert isinstance(found, ParsedNotification), found
    return found


def test_a_recorded_cost_message_is_read_whole() -> None:
    letter = Letter()
    assert parsed(letter, letter.subject) == ParsedNotification(
        name="My budget",
        account_id=ACCOUNT,
        budget_type="Cost",
        budgeted=usd("0.20"),
        figure=ACTUAL,
        operator=ABOVE,
        threshold=usd("0.16"),
        amount=usd("0.59"),
    )


def test_a_daily_budget_speaks_of_yesterday() -> None:
    assert parsed(Letter(is_daily=True)).is_about_yesterday
    assert not parsed(Letter()).is_about_yesterday


def test_amounts_have_commas() -> None:
    found = parsed(Letter(budgeted="$1,234,567.80", threshold="$987,654.30", amount="$1,000,000.00"))
    assert (found.budgeted, found.threshold, found.amount) == (
        usd("1234567.80"),
        usd("987654.30"),
        usd(1_000_000),
    )
    assert found.disagreements == ()


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_lines_may_end_in_any_way(newline: str) -> None:
    assert parsed(Letter(newline=newline)) == parsed(Letter())


def test_percentages_and_usage_units_are_read_by_analogy() -> None:
    found = parsed(
        Letter(kind="RI Utilization", operator=BELOW, budgeted="100.00%", threshold="80.00%", amount="71.50%")
    )
    assert found.threshold == Spend(Decimal("80.00"), PERCENTAGE)
    assert found.operator is BELOW
    usage = parsed(
        Letter(kind="Usage", budgeted="1,200.00 GB-Mo", threshold="960.00 GB-Mo", amount="961.00 GB-Mo")
    )
    assert usage.amount == Spend(Decimal("961.00"), "GB-Mo")
    assert usage.disagreements == ()


NAMES_LIKE_TEXT = [
    "Alert Threshold",
    "Budget Type Cost",
    "AWS Account 999999999999",
    "The ACTUAL Cost associated with this budget is $1.00. ",
    "quoted \"name\", with commas; and 'more'",
    "x budget is greater than $5.00 for the current month. y",
    "associated with your other",
    "Größe 予算 🚀 \u202egnp",
    " leading and trailing ",
    "Budget Name",
    "has exceeded your alert threshold",
    "two\nlines and\n\nmore",
]


@pytest.mark.parametrize("name", NAMES_LIKE_TEXT)
def test_a_name_may_look_like_the_text_around_it(name: str) -> None:
    letter = Letter(name=name)
    found = parsed(letter, letter.subject)
    assert found.name == name
    assert found.account_id == ACCOUNT
    assert (found.threshold, found.amount) == (usd("0.16"), usd("0.59"))
    assert found.disagreements == ()


def test_without_label_lines_the_prose_and_the_subject_speak() -> None:
    letter = Letter(without=("Budget Name", "Alert", "ACTUAL Amount"))
    found = parsed(letter, letter.subject)
    assert (found.name, found.figure, found.operator) == ("My budget", ACTUAL, ABOVE)
    assert (found.threshold, found.amount) == (usd("0.16"), usd("0.59"))
    bare = parsed("AWS Budget Notification", letter.subject)
    assert bare == ParsedNotification(name="My budget")


def test_the_label_lines_win_over_the_prose_and_the_difference_is_said() -> None:
    text = Letter().text.replace("greater than $0.16", "greater than $9.99")
    found = parsed(text, "AWS Budgets: Another has exceeded your alert threshold")
    assert found.threshold == usd("0.16")
    assert found.disagreements == ("budget name", "alert threshold")


def test_a_label_that_stands_twice_with_two_values_is_a_disagreement() -> None:
    found = parsed(Letter().text + "Alert Type: FORECASTED\nBudget Type: Cost\n")
    assert found.figure is ACTUAL
    assert found.disagreements == ("alert type",)


def test_the_figure_is_known_from_the_label_of_its_amount() -> None:
    found = parsed(Letter(figure=FORECASTED, without=("Alert Type",)))
    assert (found.figure, found.amount) == (FORECASTED, usd("0.59"))


def test_a_limit_that_is_not_there_yet_is_no_mistake() -> None:
    found = parsed(Letter(budgeted="N/A"))
    assert (found.budgeted, found.unreadable) == (None, ())


@pytest.mark.parametrize(
    "amount",
    [
        "$NaN",
        "NaN",
        "$",
        "$1e9",
        "1.234,56 EUR",
        "$1,23.00",
        "$0x10",
        "inf GB",
        "12",
        "$\uff15",
        "$1.00 GB",
        "",
    ],
)
def test_what_is_no_amount_is_never_taken_for_one(amount: str) -> None:
    found = parsed(Letter(amount=amount))
    assert found.amount is None
    assert impossible_in(found, ACCOUNT) == ["its amount cannot be read"]


@pytest.mark.parametrize(
    ("letter", "sentence"),
    [
        (Letter(account="999999999999"), "it speaks of another account"),
        (Letter(account="the usual one"), "its account cannot be read"),
        (Letter(threshold="$0.00"), "its alert threshold is not above zero, or above what AWS allows"),
        (Letter(threshold="-$5.00"), "its alert threshold is not above zero, or above what AWS allows"),
        (
            Letter(threshold="$99,000,000,000,000.00"),
            "its alert threshold is not above zero, or above what AWS allows",
        ),
        (Letter(threshold="soon"), "its alert threshold cannot be read"),
        (Letter(amount="-$5.00"), "its amount is negative"),
        (Letter(budgeted="-$5.00"), "its budgeted amount is negative"),
        (Letter(amount="71.00%"), "its amounts are in different units"),
        (Letter(name="a:b"), "AWS allows no budget of that name"),
        (Letter(name="n" * 101), "AWS allows no budget of that name"),
    ],
)
def test_what_cannot_be_is_said(letter: Letter, sentence: str) -> None:
    assert impossible_in(parsed(letter), ACCOUNT) == [sentence]


def test_an_alert_type_that_aws_does_not_know_is_said() -> None:
    text = Letter().text.replace("Alert Type: ACTUAL", "Alert Type: IMAGINED")
    assert impossible_in(parsed(text), ACCOUNT) == ["its alert type cannot be read"]


def test_a_true_message_has_nothing_impossible() -> None:
    assert impossible_in(parsed(Letter()), ACCOUNT) == []


@pytest.mark.parametrize(
    ("subject", "text", "reason"),
    [
        ("TestInvoke", "Hello from SNS!", "it is not a text of AWS Budgets"),
        (None, "", "it is not a text of AWS Budgets"),
        (None, '{"AlarmName": "x", "NewStateValue": "ALARM"}', "it is not a text of AWS Budgets"),
        (None, "AWS Budget Notification March 12, 2026", "it names no budget"),
        (
            "AWS Budgets: budget action update for x",
            "AWS Budget Notification March 12, 2026\n\nBudget Name: x\nAction ID: 1\nAction Status: STANDBY\n",
            "it tells of a budget action, not of a threshold",
        ),
    ],
)
def test_other_texts_are_told_apart(subject: str | None, text: str, reason: str) -> None:
    assert parse_notification(subject, text) == NotABudgetMessage(reason)


# A name with a newline at its end cannot be told from a blank line, and carriage returns do not survive mail.
names = st.text(st.characters(exclude_characters=":\\\r"), min_size=1, max_size=100).filter(
    lambda name: name.strip("\n") == name != "" and problem_with_budget_name(name) is None
)
cents = st.integers(min_value=1, max_value=10**14).map(lambda number: Decimal(number) / 100)
units = st.sampled_from(["USD", PERCENTAGE, "GB", "GB-Mo", "vCPU-Hours", "Lambda-GB-Second"])


def worded(amount: Decimal, unit: str) -> str:
    if unit == "USD":
        return f"${amount:,.2f}"
    return f"{amount:,.2f}%" if unit == PERCENTAGE else f"{amount:,.2f} {unit}"


@given(
    names,
    st.sampled_from(ComparisonOperator),
    st.sampled_from(NotificationType),
    units,
    cents,
    cents,
    cents,
    st.booleans(),
)
def test_every_message_is_read_as_it_was_meant(
    name: str,
    operator: ComparisonOperator,
    figure: NotificationType,
    unit: str,
    budgeted: Decimal,
    threshold: Decimal,
    amount: Decimal,
    is_daily: bool,
) -> None:
    letter = Letter(
        name=name,
        operator=operator,
        figure=figure,
        budgeted=worded(budgeted, unit),
        threshold=worded(threshold, unit),
        amount=worded(amount, unit),
        is_daily=is_daily,
    )
    assert parsed(letter, letter.subject) == ParsedNotification(
        name=name,
        account_id=ACCOUNT,
        budget_type="Cost",
        budgeted=Spend(budgeted, unit),
        figure=figure,
        operator=operator,
        threshold=Spend(threshold, unit),
        amount=Spend(amount, unit),
        is_about_yesterday=is_daily,
    )


pieces = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [
            *Letter().text.split("\n"),
            "Budget Name:",
            "associated with your ",
            " budget is greater than ",
            "$1,000.00",
            "\n",
            ":",
            "\r",
            "Alert Threshold: < NaN",
            "Action ID: 1",
            "\ud800",
        ]
    ),
)


@given(st.one_of(st.none(), st.text(), st.just(Letter().subject)), st.lists(pieces, max_size=40).map("".join))
def test_no_text_makes_it_fail(subject: str | None, text: str) -> None:
    found = parse_notification(subject, text)
    if isinstance(found, ParsedNotification):
        assert found.name
        impossible_in(found, ACCOUNT)


@pytest.mark.timeout(5)
@pytest.mark.parametrize(
    "piece",
    [
        "associated with your ",
        " budget is greater than $1",
        "Budget Name: ",
        "1,111",
        "\n",
        " ",
        "AWS Account ",
    ],
)
def test_a_text_of_any_length_is_read_in_no_time(piece: str) -> None:
    parse_notification(piece * 10, "AWS Budget Notification\nassociated with your a" + piece * 50_000)


def test_what_stands_behind_the_part_that_is_read_changes_nothing() -> None:
    text = Letter().text.ljust(LONGEST_READ)
    assert parsed(text + "\nBudget Name: another") == replace(parsed(Letter()), name="My budget")
