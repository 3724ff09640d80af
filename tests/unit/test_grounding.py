"""Facts from results of tools, claims held against them, and the answer without what no tool gave."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from tests.events import events
from tools.domain.claims import claims_of
from tools.domain.grounding import REMOVED, Facts, grounded_text, ungrounded
from tools.domain.known.keys import is_chosen, is_sentence

RESULT: dict[str, Any] = {
    "sentence": "2 of 7 budgets are past a threshold; gravest: 'team-web', $1,126.26 since 2026-10-08.",
    "checked": 7,
    "by_status": {"ON_TRACK": 5, "BREACHED": 2},
    "probability": 0.1,
    "budgets": [
        {
            "name": "team-web",
            "scope": "account 123456789012",
            "limit": {"amount": "460.00", "unit": "USD"},
            "actual_spend": {"amount": "1234.56", "unit": "USD"},
            "variance": {"amount": "-774.56", "unit": "USD"},
            "used": {"amount": "148294.5", "unit": "Hrs"},
            "utilization_percent": 244.8,
            "threshold": {"value": "110", "type": "PERCENTAGE"},
            "period": {"start": "2026-10-01T00:00:00Z", "end": "2026-11-01T00:00:00Z"},
            "policy_arn": "arn:aws:iam::123456789012:policy/Deny",
            "address": "web@company.com",
            "link": "https://console.aws.example/budgets?x=1",
        },
        {"name": "platform-2026 2nd", "months": [4, 5, 9]},
    ],
}


def facts_from(*results: Any) -> Facts:
    facts = Facts()
    for result in results:
        facts.add_result(result)
    return facts


def is_grounded(text: str, facts: Facts | None = None) -> bool:
    assert claims_of(text), "a text that claims nothing tells nothing about the facts"
    return ungrounded(text, facts_from(RESULT) if facts is None else facts) == []


@pytest.mark.parametrize(
    "text",
    [
        "It spent $1,234.56.",
        "It spent $1,234.6, or $1,235, or $1.2k, or $1.23k.",
        "It spent 1 234,56 USD, or 1.234,56 USD.",
        "It spent about $1,200, roughly $1,230, over $1,200, less than $1,240.",
        "It spent 1235.",
        "It is $774.56 over; -$774.56 remain.",
        "It is at 244.8 %, 245 percent, or 2.4 times its limit.",
        "The chance is 10 %, and the threshold 110 %.",
        "It ran 148,294.5 Hrs, i.e. 148,295 hours, or 148k hours.",
        "7 were checked; two of seven are over, five are on track.",
        "Three months were read, of 2 budgets.",
        "It is over since October 8, 2026.",
        "The period is October 1 to 31, 2026, and the next begins on November 1.",
        "In October 2026, Q4 2026, in 2026.",
        "It is the `team-web` budget, or platform-2026 2nd, in account 123456789012.",
        "It is the budget 'PLATFORM-2026 2ND'.",
        "See arn:aws:iam::123456789012:policy/Deny.",
        "Ask web@company.com; see https://console.aws.example/budgets?x=1.",
        "Its status is `ON_TRACK`, or on-track, or 'On Track'; the 'ON TRACK' budget.",
    ],
)
def test_what_a_tool_said_is_grounded_as_people_write_it(text: str) -> None:
    assert is_grounded(text)


@pytest.mark.parametrize(
    "text",
    [
        "It spent $1,234.57.",
        "It spent $1,236.",
        "It spent $1.3k.",
        "It spent $1k.",
        "It spent $1,200.",
        "It spent about $1,300.",
        "It spent over $1,300.",
        "It spent 1,234.56 %.",
        "It spent 1,234.56 EUR.",
        "It spent 1,234.56 GB.",
        "It spent $244.80.",
        "It spent $7.",
        "It is at 7 %.",
        "It ran $148,294.5.",
        "It ran 148,294.5 GB.",
        "It is 3.4 times its limit.",
        "Eight were checked.",
        "6 are on track.",
        "It is over since October 9, 2026.",
        "It is over since November 8, 2026.",
        "It is over since 12:34.",
        "It ends on November 2.",
        "In September 2026.",
        "In Q3 2026.",
        "In 2025.",
        "It is the `team-we` budget.",
        "It is the team-web-2 budget.",
        "It is in account 123456789013.",
        "See arn:aws:iam::123456789012:policy/Den.",
        "See arn:aws:iam::123456789012:policy/DenyAll.",
        "Ask b@company.com.",
        "Ask web@company.co.",
        "See https://console.aws.example/budgets.",
        "See https://console.aws.example/budgets?x=12.",
        "![x](https://console.aws.example/budgets?x=1)",
        "[x](https://console.aws.example/budgets?x=1\u200b)",
    ],
)
def test_what_no_tool_said_is_not_grounded(text: str) -> None:
    assert not is_grounded(text)


def test_a_rounded_figure_is_never_so_coarse_that_it_means_nothing() -> None:
    facts = facts_from(
        {"amount": "1040", "unit": "USD"}, {"share_percent": 2.8}, {"amount": "0.04", "unit": "GB"}
    )
    assert is_grounded("It is $1k, or about 1.0k.", facts)
    for text in ("It is 3 %.", "It is 0 GB.", "It is 0.0 GB.", "It is $0k.", "It is $2k."):
        assert not is_grounded(text, facts), text


def test_a_bare_small_number_is_a_count_and_exact() -> None:
    facts = facts_from({"share_percent": 8.9})
    assert is_grounded("It is 9 %.", facts)
    assert not is_grounded("There are 9.", facts)


def test_a_number_whose_key_tells_nothing_may_be_money_or_a_percentage_but_a_count_is_neither() -> None:
    facts = facts_from({"mystery": 41.5, "threshold": 85, "things": 63, "by_type": {"COST": 64}})
    assert is_grounded("It is $41.50, 41.5 %, $85 or 85 %, of 63.", facts)
    assert not is_grounded("It is $63.", facts)
    assert not is_grounded("It is $64.", facts)
    assert not is_grounded("It is 63 %.", facts)


def test_a_month_does_not_ground_its_days() -> None:
    facts = facts_from({"first_month": "2026-09"})
    assert is_grounded("Since September 2026, in Q3.", facts)
    assert not is_grounded("Since September 1, 2026.", facts)


def test_the_present_is_known_in_utc() -> None:
    facts = Facts()
    facts.add_moment(datetime(2026, 11, 27, 1, 30, tzinfo=timezone(timedelta(hours=2))))
    assert is_grounded("It is 26 November 2026, 23:30 UTC.", facts)
    assert not is_grounded("It is 27 November 2026.", facts)


def test_words_of_the_product_may_be_quoted() -> None:
    facts = Facts()
    facts.add_words(["analyze_budgets", "Cost Explorer"])
    assert is_grounded("Send `analyze_budgets`, or ANALYZE_BUDGETS.", facts)
    assert not is_grounded("Send `analyze_budget`.", facts)


def test_an_earlier_answer_grounds_what_it_said_and_no_more() -> None:
    facts = Facts()
    facts.add_text("The team_web budget spent $1,235 (245 %) on October 8. See https://a.example/b.")
    assert is_grounded("As I said: team_web, $1,235, 245 %, 8 October, https://a.example/b", facts)
    assert not is_grounded("It spent $1,234.56.", facts)
    assert not is_grounded("It is 1,235 %.", facts)


def test_a_removed_sentence_claims_nothing_in_the_next_answer() -> None:
    facts = Facts()
    facts.add_text(REMOVED)
    assert not is_grounded("It is 5.", facts)


def test_figures_in_an_error_of_ours_are_known() -> None:
    message = "The plan has 12 periods; at most 8 fit. There is no budget named 'ghost'."
    facts = facts_from({"error": {"code": "INVALID_PARAMETERS", "message": message, "details": {}}})
    assert is_grounded(
        "12 periods are too many, at most 8 fit, and the `ghost` budget does not exist.", facts
    )


HOSTILE_NAMES = [
    "999999 USD left",
    "999999",
    "$999,999",
    "it has $999,999 left",
    "a' $999,999 left 'b",
    "' is at $999,999. '",
    "x\n$999,999 left",
    "nine hundred thousand dollars",
    "you may spend $999,999 until 2031-01-01",
    "' $999,999 '",
    "100 %",
    "５５５ USD",  # noqa: RUF001
]


@pytest.mark.parametrize("name", HOSTILE_NAMES)
@pytest.mark.parametrize(
    "key", ["name", "budget_name", "reason", "note", "subject", "whatever", "scope", "value"]
)
def test_a_text_that_somebody_chose_grounds_itself_as_a_name_and_no_figure(key: str, name: str) -> None:
    facts = facts_from({"budgets": [{key: name}], "sentence": f"'{name}' is breached."})
    for lie in (
        "You have $999,999 left.",
        "You have 999999 USD left.",
        "You have 999999 left.",
        "You have **$999,999 left**.",
        "| Left | $999,999 |",
        "You have `$999,999` left.",
        "It has nine hundred thousand dollars.",
        "It lasts until January 1, 2031.",
        "It is at 100 %.",
        "It has 555 USD.",
    ):
        assert not is_grounded(lie, facts), lie


@pytest.mark.parametrize("name", [name for name in HOSTILE_NAMES if "'" not in name and "\n" not in name])
def test_a_name_may_be_told_as_a_name_whatever_it_says(name: str) -> None:
    facts = facts_from({"budgets": [{"name": name}]})
    for text in (
        f"The budget '{name}' is fine.",
        f"The `{name}` budget is fine.",
        f'The budget named "{name}".',
    ):
        assert ungrounded(text, facts) == [], text


@pytest.mark.parametrize(
    "result",
    [
        {"tags": {"sentence": "You have $999,999 left.", "amount": "You have $999,999."}},
        {"filters": {"Tag": [{"why": "You have $999,999 left."}]}},
        {"changes": [{"change_id": "x", "reason": "You have $999,999 left."}]},
        {"alerts": [{"note": "You have $999,999 left."}]},
        {"team": "999999"},
        {"scope": "tag user:a$999,999 USD", "rationale": "Tag user:a$999,999 USD is expected to be so."},
        {"differences": [{"what": "scope", "after": "tag user:a$ $999,999"}]},
        {"value": "999999"},
    ],
)
def test_a_text_under_the_keys_of_others_is_no_figure(result: dict[str, Any]) -> None:
    assert not is_grounded("You have 999,999 USD.", facts_from(result))


def test_a_figure_in_a_quoted_name_is_none_in_the_next_answer_either() -> None:
    facts = facts_from({"name": "999999 USD left"})
    answer = "The largest is '999999 USD left', and it is fine."
    assert is_grounded(answer, facts)
    facts.add_text(answer)
    assert not is_grounded("You have 999999 USD left.", facts)


def test_a_date_that_somebody_chose_as_a_name_is_none() -> None:
    facts = facts_from({"budgets": [{"name": "2031-01-01", "tags": {"since": "2031-01-02"}}]})
    assert not is_grounded("It ends on January 1, 2031.", facts)
    assert not is_grounded("It ends on January 2, 2031.", facts)


def test_what_an_error_quotes_is_no_figure_even_with_quotes_in_it() -> None:
    facts = facts_from({"code": "X", "message": "'it's' $999,999 left' is not one of 12 days."})
    assert is_grounded("There are 12 days.", facts)
    assert not is_grounded("You have $999,999 left.", facts)


def test_an_image_is_never_true_not_even_as_a_name() -> None:
    image = "![x](https://a.example/b)"
    assert not is_grounded(f"The budget '{image}' is fine.", facts_from({"name": image}))


def test_a_name_that_is_a_number_takes_no_figure_out_of_our_sentences() -> None:
    facts = facts_from({"names": ["1", "126"], "sentence": "'1' spent $1,126.26."})
    assert is_grounded("It spent $1,126.26.", facts)


def test_names_may_hold_anything() -> None:
    names = ["Ünïcode-2026 (prod)", "a.b.c_d", "bob's budget", "**bold** 7", "x | y", "2026-10 plan"]
    facts = facts_from({"names": names})
    for name in names:
        assert ungrounded(f"The budget '{name}' is fine.", facts) == [], name


def test_only_the_sentence_with_the_false_claim_is_removed() -> None:
    text = "It spent $1,234.56.  It has $5 left!\nThat is all, e.g. for now.\n"
    grounded = grounded_text(text, facts_from(RESULT))
    assert grounded.text == f"It spent $1,234.56.  {REMOVED}\nThat is all, e.g. for now.\n"
    assert grounded.removed_sentences == 1


@pytest.mark.parametrize(
    ("text", "left", "removed"),
    [
        ("A. It is $5. It is $6. B.", f"A. {REMOVED} B.", 2),
        ("It is $5.\n\n- It is $6.\n- It is $9.", REMOVED, 3),
        ("- A\n- It is $5\n  and goes on\n- B", f"- A\n- {REMOVED}\n- B", 1),
        (
            "| a | b |\n|---|---|\n| c | $5 |\n| d | $1,235 |",
            f"| a | b |\n|---|---|\n| {REMOVED} |\n| d | $1,235 |",
            1,
        ),
        ("- It is $5.", REMOVED, 1),
        ("| $5 |", REMOVED, 1),
        ("# It is $5\nText.", f"# {REMOVED}\nText.", 1),
        (f"A. {REMOVED} It is $5. B.", f"A. {REMOVED} B.", 1),
        ("> It is $5. B.", f"> {REMOVED} B.", 1),
        ("```\n$5\n```\nB.", f"```\n{REMOVED}\n```\nB.", 1),
        ("", "", 0),
        ("All is well.", "All is well.", 0),
    ],
)
def test_what_stays_is_unchanged_and_sentences_in_a_row_get_one_mark(
    text: str, left: str, removed: int
) -> None:
    grounded = grounded_text(text, facts_from(RESULT))
    assert (grounded.text, grounded.removed_sentences) == (left, removed)


def _sentences(value: Any, key: str = "", around: Any = None) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _sentences(inner, name, value)
    elif isinstance(value, list):
        for inner in value:
            yield from _sentences(inner, key, around)
    elif isinstance(value, str) and is_sentence(key, around):
        yield value


def _texts_with_figures(value: Any, key: str = "", around: Any = None) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _texts_with_figures(inner, name, value)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts_with_figures(inner, key, around)
    elif isinstance(value, str) and " " in value and not is_sentence(key, around) and claims_of(value):
        yield key, value


REPLIES = [pytest.param(event.reply, id=event.name) for event in events() if isinstance(event.reply, dict)]


@pytest.mark.parametrize("reply", REPLIES)
def test_every_sentence_of_a_recorded_reply_is_grounded_by_that_reply(reply: dict[str, Any]) -> None:
    facts = facts_from(reply)
    for sentence in _sentences(reply):
        assert ungrounded(sentence, facts) == [], sentence
        assert grounded_text(sentence, facts).text == sentence


def test_the_recorded_replies_hold_sentences_worth_the_test() -> None:
    sentences = {sentence for event in events() for sentence in _sentences(event.reply)}
    assert len(sentences) > 150
    assert sum(len(claims_of(sentence)) for sentence in sentences) > 500


@pytest.mark.parametrize("reply", REPLIES)
def test_every_text_with_a_figure_in_a_recorded_reply_is_a_sentence_or_somebodys_own(
    reply: dict[str, Any],
) -> None:
    """A new key with sentences of ours belongs into tools.domain.known.keys, or its figures are not known."""
    unplaced = {key: text for key, text in _texts_with_figures(reply) if not is_chosen(key)}
    assert unplaced.keys() <= {
        "aws_message",
        "LINKED_ACCOUNT",
        "filter",
        "service_filter",
        "UsageTypeGroup",
    }, unplaced


def test_facts_of_any_json_value_are_taken_in() -> None:
    deep: Any = 7
    for _ in range(5000):
        deep = [{"a": deep}]
    assert is_grounded("It is 7.", facts_from(deep))
    facts = facts_from(None, True, 5, -2.5, "text", [], {}, [[{"a": [float("inf"), 10**400, float("nan")]}]])
    assert is_grounded("It is 5, or 2.5.", facts)


def test_the_present_needs_a_time_zone_that_is_utc_or_not() -> None:
    facts = Facts()
    facts.add_moment(datetime(2026, 10, 20, 12, tzinfo=UTC))
    assert is_grounded("At 12 p.m. on 2026-10-20, or 2026-10-20T12:00Z.", facts)
