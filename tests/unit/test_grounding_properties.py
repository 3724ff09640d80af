"""Whatever a tool says and a model writes: true figures stay, false ones go, nothing fails or changes twice."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from tools.domain.claims import claims_of
from tools.domain.grounding import REMOVED, Facts, grounded_text, ungrounded
from tools.domain.prose.sentences import sentences_of

modest = settings(deadline=None, max_examples=80)

amounts = st.decimals("0.01", "99999999", places=2)
steps = st.sampled_from([Decimal("0.01"), Decimal("0.1"), Decimal(1)])
forms = st.sampled_from(
    ["It is ${:,}.", "It is {:,} USD!", "| USD {:,} |", "It is **${:,}** now", "It is -${:,}, so"]
)

FRAGMENTS = st.sampled_from(
    [
        *(
            "It is $460.00.",
            "It is $461.",
            "12 %",
            "team-web",
            "`ghost_1`",
            "'a b'",
            "budget",
            "Oct 20, 2026",
            "12:00",
        ),
        *(
            ". ",
            "! ",
            "\n",
            "\n\n",
            "- ",
            "1. ",
            "| ",
            " |",
            "# ",
            "> ",
            "```",
            "`",
            "**",
            '"',
            "'",
            "(",
            ")",
            "[",
            "](",
        ),
        *(
            "https://a.b/c",
            "![",
            "arn:aws:x",
            "<b>",
            "&#36;",
            "\u200b",
            "e.g.",
            "three",
            "thousand",
            "about ",
            "k",
            "7",
        ),
        *(REMOVED, "and so on", "So", "é", "½", "5", "-", "_", ",", "."),
    ]
)
texts = st.lists(st.one_of(FRAGMENTS, st.text(max_size=8)), max_size=25).map("".join)
values: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), FRAGMENTS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.one_of(
                st.sampled_from(
                    ["name", "sentence", "amount", "unit", "used_percent", "tags", "end", "message", "code"]
                ),
                st.text(max_size=8),
            ),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=12,
)


def facts_of_amount(amount: Decimal) -> Facts:
    facts = Facts()
    facts.add_result({"limit": {"amount": str(amount), "unit": "USD"}})
    return facts


@modest
@given(amount=amounts, step=steps, form=forms)
def test_a_figure_of_a_result_is_grounded_however_it_is_rounded(
    amount: Decimal, step: Decimal, form: str
) -> None:
    shown = amount.quantize(step, rounding=ROUND_HALF_EVEN)
    assume(abs(shown - amount) <= amount / 20)
    assert ungrounded(form.format(shown), facts_of_amount(amount)) == []


@modest
@given(amount=st.decimals("10000", "99999999", places=2), digits=st.integers(1, 3))
def test_thousands_may_be_told_with_a_letter(amount: Decimal, digits: int) -> None:
    shown = (amount / 1000).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_EVEN)
    assert ungrounded(f"It is ${shown:,}k, or {shown} thousand dollars.", facts_of_amount(amount)) == []


@modest
@given(amount=amounts, step=steps, form=forms, place=st.integers(0, 7), by=st.integers(1, 9))
def test_a_figure_with_another_digit_is_caught(
    amount: Decimal, step: Decimal, form: str, place: int, by: int
) -> None:
    shown = amount.quantize(step, rounding=ROUND_HALF_EVEN)
    digits = list(f"{shown}")
    places = [index for index, digit in enumerate(digits) if digit.isdigit()]
    changed = places[place % len(places)]
    digits[changed] = str((int(digits[changed]) + by) % 10)
    false = Decimal("".join(digits))
    assume(abs(false - amount) > step / 2)
    text = form.format(false)
    grounded = grounded_text(f"Well. {text}" if "|" not in text else text, facts_of_amount(amount))
    assert grounded.removed_sentences == 1
    assert str(false) not in grounded.text


@modest
@given(percent=st.decimals("0.1", "999.9", places=1), form=st.sampled_from(["{} %", "{}%", "{} percent"]))
def test_a_percentage_is_no_money_and_money_no_percentage(percent: Decimal, form: str) -> None:
    as_percent, as_money = Facts(), facts_of_amount(percent)
    as_percent.add_result({"used_percent": float(percent)})
    assert ungrounded(f"It is {form.format(percent)}.", as_percent) == []
    assert ungrounded(f"It is {form.format(percent)}.", as_money) != []
    assert ungrounded(f"It is ${percent}.", as_percent) != []


@modest
@given(
    day=st.dates(date(1900, 1, 1), date(2099, 12, 31)),
    form=st.sampled_from(["%Y-%m-%d", "%B %-d, %Y", "%-d %B %Y", "%b %-d", "%B %Y", "%Y-%m", "%m/%d/%Y"]),
)
def test_a_day_is_grounded_however_it_is_written(day: date, form: str) -> None:
    facts = Facts()
    facts.add_result({"since": day.isoformat()})
    assert ungrounded(f"It is over since {day.strftime(form)}.", facts) == []
    other = day.replace(day=day.day % 28 + 1, month=day.month % 12 + 1)
    if form != "%m/%d/%Y":
        assert ungrounded(f"It is over since {other.strftime(form)}.", facts) != []


@modest
@given(text=texts, value=values)
@example(text="A. **b `c. D $5** e` f.", value=None)
@example(text=f"`{REMOVED} `5", value=None)
def test_a_grounded_text_is_grounded_and_stays_as_it_is(text: str, value: Any) -> None:
    facts = Facts()
    facts.add_result({"name": "team-web", "limit": {"amount": "460.00", "unit": "USD"}, "more": value})
    once = grounded_text(text, facts)
    assert ungrounded(once.text, facts) == []
    again = grounded_text(once.text, facts)
    assert (again.text, again.removed_sentences) == (once.text, 0)


@modest
@given(text=texts)
def test_what_stays_of_a_text_is_unchanged(text: str) -> None:
    assume(REMOVED not in text)
    grounded = grounded_text(text, Facts())
    place = 0
    for piece in grounded.text.split(REMOVED):
        found = text.find(piece, place)
        assert found >= 0
        place = found + len(piece)
    assert (grounded.removed_sentences == 0) == (grounded.text == text)


@modest
@given(text=texts, first=values, then=values, earlier=texts)
def test_more_facts_never_make_a_true_claim_false(text: str, first: Any, then: Any, earlier: str) -> None:
    facts = Facts()
    facts.add_result(first)
    before = ungrounded(text, facts)
    facts.add_result(then)
    facts.add_text(earlier)
    facts.add_words([earlier])
    assert all(claim in before for claim in ungrounded(text, facts))


@modest
@given(text=texts)
def test_a_text_grounds_itself_once_it_is_known(text: str) -> None:
    """An earlier answer may be repeated, apart from what can never be true."""
    facts = Facts()
    facts.add_text(text)
    assert all(not claim.readings for claim in ungrounded(text, facts))


@modest
@given(text=st.text(st.characters(), max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    count = len(sentences_of(text))
    assert all(0 <= claim.sentence < count for claim in claims_of(text))


@modest
@given(name=texts, amount=st.integers(10_000, 10_000_000))
def test_no_name_makes_a_figure_true(name: str, amount: int) -> None:
    facts = Facts()
    facts.add_result(
        {"name": f"{name}{amount} USD left", "sentence": f"'{name}{amount} USD left' is breached."}
    )
    assert ungrounded(f"There are {amount} USD left.", facts) != []
