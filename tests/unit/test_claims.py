"""What a text claims: which figures, dates, names and addresses are found, and which ordinary words are not."""

from __future__ import annotations

import pytest

from tools.domain.claims import Claim, Kind, claims_of
from tools.domain.prose.readings import Figure, WrittenDate
from tools.domain.prose.sentences import REMOVED, sentences_of

CLAIMS: list[tuple[str, list[str]]] = [
    # Figures in digits.
    ("It has 1,234.56 of them.", ["FIGURE 1,234.56"]),
    ("Limit: 12 345,67 in all.", ["FIGURE 12 345,67"]),
    ("It is 1.234,56 there.", ["FIGURE 1.234,56"]),
    ("It is 12,34,567 there.", ["FIGURE 12,34,567"]),
    ("It is 1'234'567 there.", ["FIGURE 1'234'567"]),
    ("About 1.2k of them.", ["FIGURE 1.2k"]),
    ("It is 1e6.", ["FIGURE 1e6"]),
    ("It is -5.", ["FIGURE 5"]),
    ("It is 2.4x the limit.", ["FIGURE 2.4x"]),
    ("Up to 3 times a day.", ["FIGURE 3 times"]),
    ("It is .5 of it.", ["FIGURE .5"]),
    ("The 2nd one.", ["FIGURE 2nd"]),
    ("Levels 80,90,95 are set.", ["FIGURE 80", "FIGURE 90", "FIGURE 95"]),
    ("A 12-month mean.", ["FIGURE 12"]),
    ("It used 148,294.5 Hrs.", ["FIGURE 148,294.5 Hrs"]),
    ("It is 80-90 % full.", ["FIGURE 80", "PERCENT 90 %"]),
    # Percentages.
    ("It is 12%.", ["PERCENT 12%"]),
    ("It is 12.5 percent.", ["PERCENT 12.5 percent"]),
    ("It fell by 3 percentage points.", ["PERCENT 3 percentage points"]),
    # Money.
    ("It costs $1,234.56.", ["MONEY $1,234.56"]),
    ("It costs -$5.", ["MONEY $5"]),
    ("It costs $1.2M.", ["MONEY $1.2M"]),
    ("It costs 5 million dollars.", ["MONEY 5 million dollars"]),
    ("It costs 5m USD.", ["MONEY 5m USD"]),
    ("It costs USD 12.", ["MONEY USD 12"]),
    ("It costs 12 USD.", ["MONEY 12 USD"]),
    ("It costs 12 €.", ["MONEY 12 €"]),
    ("It costs 12 cents.", ["MONEY 12 cents"]),
    ("It costs US$999.", ["MONEY $999"]),
    # Numbers in words.
    ("Three budgets are over.", ["FIGURE Three"]),
    ("It costs five thousand dollars.", ["MONEY five thousand dollars"]),
    ("It is twenty-five percent.", ["PERCENT twenty-five percent"]),
    ("There are two hundred and fifty.", ["FIGURE two hundred and fifty"]),
    ("Between five and ten.", ["FIGURE five", "FIGURE ten"]),
    ("It costs half a million dollars.", ["MONEY half a million dollars"]),
    ("A dozen budgets.", ["FIGURE A dozen"]),
    ("Two-thirds of it.", ["PERCENT Two-thirds"]),
    ("A twelve-month mean.", ["FIGURE twelve"]),
    # Dates.
    ("On 2026-10-20 it was over.", ["DATE 2026-10-20"]),
    ("At 2026-10-20T12:00:00Z.", ["DATE 2026-10-20T12:00:00Z"]),
    ("On 20 October 2026.", ["DATE 20 October 2026"]),
    ("On October 20, 2026.", ["DATE October 20, 2026"]),
    ("On the 20th of October.", ["DATE 20th of October"]),
    ("On Oct. 20.", ["DATE Oct. 20"]),
    ("From October 1 to 19.", ["DATE October 1 to 19", "DATE October 1 to 19"]),
    ("On 10/20/2026.", ["DATE 10/20/2026"]),
    ("In October 2026.", ["DATE October 2026"]),
    ("In 2026-10.", ["DATE 2026-10"]),
    ("In Q4 2026.", ["DATE Q4 2026"]),
    ("Since 2026.", ["DATE 2026"]),
    ("Since October.", ["DATE October"]),
    ("In May.", ["DATE May"]),
    ("At 12:00 UTC.", ["DATE 12:00"]),
    ("At 3 pm.", ["DATE 3 pm"]),
    # Names.
    ("The elasticache_monthly one.", ["NAME elasticache_monthly"]),
    ("The `elasticache` one.", ["NAME elasticache"]),
    ("The **team-web-prod** one.", ["NAME team-web-prod"]),
    ('The "team-web" one.', ["NAME team-web"]),
    ("The team-web budget.", ["NAME team-web"]),
    ("The budget team-web.", ["NAME team-web"]),
    ("A budget named Phantom.", ["NAME Phantom"]),
    ("It is called 'My Team'.", ["NAME My Team"]),
    ("the phantom-monthly is over.", ["NAME phantom-monthly"]),
    ("The budget 'Three Rivers 5' is over.", ["NAME Three Rivers 5"]),
    ("Account 123456789012 is over.", ["NAME 123456789012"]),
    ("Account 1234-5678-9012 is over.", ["NAME 1234-5678-9012"]),
    ("See i-0123456789abcdef0.", ["NAME i-0123456789abcdef0"]),
    ("See left-999999.", ["NAME left-999999"]),
    # ARNs and addresses.
    ("See arn:aws:iam::123456789012:role/X.", ["ARN arn:aws:iam::123456789012:role/X"]),
    ("Ask a.b@c.example.", ["ADDRESS a.b@c.example"]),
    ("See https://a.example/b?c=1.", ["ADDRESS https://a.example/b?c=1"]),
    ("See www.a.example.", ["ADDRESS www.a.example"]),
    ("See evil.com/x.", ["ADDRESS evil.com/x"]),
    ("See [this](//a.example/1).", ["ADDRESS //a.example/1"]),
    ("See [this](./1).", ["ADDRESS ./1"]),
    ("[this]: //a.example/1", ["ADDRESS //a.example/1"]),
    ("It is <b>so</b>.", ["ADDRESS <b>", "ADDRESS </b>"]),
    ("It is <!-- so -->.", ["ADDRESS <!-- so -->"]),
    ("javascript:alert(x)", ["ADDRESS javascript:alert"]),
    # Disguises.
    ("It costs $9\u200b99.", ["MONEY $9\u200b99"]),
    ("It costs $9\u00ad99.", ["MONEY $9\u00ad99"]),
    ("It costs 9**99** USD.", ["MONEY 9**99** USD"]),
    ("It costs 9`99` USD.", ["MONEY 9`99` USD"]),
    ("It costs \\$9\\99.", ["MONEY \\$9", "FIGURE 99"]),
    ("It costs ９９９ dollars.", ["MONEY ９９９ dollars"]),  # noqa: RUF001
    ("It costs ٩٩٩ dollars.", ["MONEY ٩٩٩ dollars"]),
    ("It costs 𝟗𝟗 dollars.", ["MONEY 𝟗𝟗 dollars"]),  # noqa: RUF001
    ("It costs &#36;999.", ["MONEY &#36;999"]),
    ("It costs $9&#57;9.", ["MONEY $9&#57;9"]),
    ("It costs \u2212999.", ["FIGURE 999"]),
    ("It costs 1\u00a0234 USD.", ["MONEY 1\u00a0234 USD"]),
    ("It costs $1,O00.", ["FIGURE $1"]),
    ("It is ½.", ["FIGURE ½"]),
]


@pytest.mark.parametrize(("text", "claims"), CLAIMS)
def test_what_a_text_claims_is_found_as_it_is_written(text: str, claims: list[str]) -> None:
    found = [f"{claim.kind.value} {claim.text}" for claim in claims_of(text)]
    assert list(dict.fromkeys(found)) == list(dict.fromkeys(claims))
    assert len(found) >= len(claims)


@pytest.mark.parametrize(
    "text",
    [
        "The on-track budgets and the month-end forecast are fine.",
        "The monthly budget isn't one of the at-risk budgets.",
        "A t3.medium or a db.r6g.2xlarge in us-east-1 would do; EC2, S3 and p90 are words.",
        "1. First\n2) Second\n- Third\n**3. Fourth**\n4\ufe0f\u20e3 Fifth\n#1 is best.",
        "Amazon Route 53 and AWS X-Ray: the Route 53 budget, the X-Ray budget.",
        "One of them is half full, twice as fast, or the first in its quarter; nobody is second.",
        "It is a two-step confirmation, and a one-off.",
        "You may march on; it may be so.",
        "It is \"only noise\", as they say, and 'quite common'.",
        "**Month-to-date** spend, **Right-sizing** and **Kubernetes-based** workloads.",
        "e.g. budgets, i.e. limits, in the U.S. or elsewhere.",
        "Somebody's budgets' limits aren't what AWS's console shows.",
        "It is so called because the budget was called off.",
        "a < b, c > d, and x <y isn't there.",
        "The cost-allocation tag, pay-as-you-go, auto-adjusting budgets and non-production accounts.",
        "Ask a friend @ home.",
        REMOVED,
        f"- {REMOVED}\n\n| {REMOVED} |",
        "",
    ],
)
def test_ordinary_english_claims_nothing(text: str) -> None:
    assert claims_of(text) == []


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
        ("It is 1.5 of e.g. the U.S. part. See no. 3.", ["It is 1.5 of e.g. the U.S. part.", "See no. 3."]),
        ("A t3.medium. elasticache-monthly is over.", ["A t3.medium.", "elasticache-monthly is over."]),
        ("It is so... and so on. (Really.) Yes.", ["It is so... and so on.", "(Really.)", "Yes."]),
        ("# Head\n- One. Two\n  goes on\n- Three", ["Head", "One.", "Two\n  goes on", "Three"]),
        ("| a | b |\n|---|---|\n| 1. c | d. E |", ["a | b", "---|---", "1. c | d. E"]),
        ("> Quoted.\n> - [ ] To do", ["Quoted.", "To do"]),
        ("Text:\n```json\n{\n  1. A\n```\nMore.", ["Text:", "json", "{", "1. A", "More."]),
        ("**Bold.** Then.\n\nNew", ["**Bold.**", "Then.", "New"]),
        (f"A {REMOVED} b.", ["A", REMOVED, "b."]),
        ("  \n\n ", []),
    ],
)
def test_a_sentence_ends_where_a_reader_ends_it(text: str, sentences: list[str]) -> None:
    assert [text[each.start : each.end] for each in sentences_of(text)] == sentences


def test_a_claim_tells_its_sentence() -> None:
    assert [(claim.sentence, claim.text) for claim in claims_of("It is 5. It is 6.\n- And 7.")] == [
        (0, "5"),
        (1, "6"),
        (2, "7"),
    ]


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("$1,234.56", "1234.56", "USD"),
        ("1.234,56 EUR", "1234.56", "EUR"),
        ("1 234,5", "1234.5", ""),
        ("1.5k", "1500", ""),
        ("$2 million", "2000000", "USD"),
        ("five hundred thousand", "500000", ""),
        ("50 cents", "0.5", "USD"),
        ("1.234", "1.234", ""),
        ("1,5", "1.5", ""),
        ("12 GB", "12", "gb"),
        ("3 hours", "3", "hours"),
        ("2e3 %", "2000", "%"),
    ],
)
def test_a_figure_is_read_as_what_it_means(text: str, value: str, unit: str) -> None:
    (reading,) = _only_claim(text).readings
    assert isinstance(reading, Figure)
    assert (f"{reading.value.normalize():f}", reading.unit) == (value, unit)


def test_a_date_may_be_read_in_two_ways() -> None:
    assert _only_claim("03/04/2026").readings == (
        WrittenDate(2026, None, 3, 4),
        WrittenDate(2026, None, 4, 3),
    )


def test_a_moment_in_another_time_zone_is_one_in_utc_as_well() -> None:
    assert WrittenDate(2026, None, 10, 20, 22, 30) in _only_claim("2026-10-21T00:30:00+02:00").readings


@pytest.mark.parametrize("text", ["![a](https://b.example/c)", "![a][b]", "1e999999", "9" * 70, "$1,O00"])
def test_what_can_never_be_true_has_no_reading(text: str) -> None:
    assert any(claim.readings == () for claim in claims_of(text))


def _only_claim(text: str) -> Claim:
    (claim,) = claims_of(text)
    assert isinstance(claim.kind, Kind)
    return claim
