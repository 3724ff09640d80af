"""Words by which a hyphenated English word (`on-track`, `month-end`) is told from a name (`platform-monthly`)."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PARTS = _words(
    """a able about above account accounts across action actions active actual ad adjust adjusted adjusting
    after again alarm alert alerts all allocation alone amortized an and annual annually any approval as
    at auto automatic aware away aws back based basis below best better between bi big blended both
    bottom breach breached breaches breaking budget budgeted budgets built business by cap capacity case
    change changes check clean close cloud co commitment committed compute control cost costs count
    covered coverage credit credits cross current custom cut daily data date day days deep default
    demand detail detailed double down driven driver dry due early easy end ended ending ends even ever
    exact existing expected expensive explorer family far fast few fine first fit fits fitting fixed
    flat follow for forecast forecasted free friendly from full further future gap general go grade
    granted group grown growing half hand hard head heavy hidden high higher highest hoc hour hourly
    hours house how idle impact in inter interval intra is it item just key kind known large larger
    largest last late least left less level levels light like limit limits line linked list little live
    load long look low lower lowest made main major management manual many margin max mean measure
    medium metric mid middle min minor mis mode monitoring month monthly months more most multi narrow
    near needed net never new next no non normal not notification notifications now of off on once one
    ongoing only open opt optimization optimized or order ordinary other out over overall owned pace
    paid pay per percent percentage period periods place plan planned plans point policy post power
    powered pre present price priced priority pro production project projected proof purchase purpose
    quarter quarterly quarters quick rate ray re ready real reason recent recommended recurring related
    report reported request reservation reservations reserved resource resources ri right rise risk
    risky role roll rolling root rounded rule run running safe same saving savings scale scaled scaling
    scope second self semi sensitive separate service services set sets sharp shared short side sided
    sign single size sized sizing slow small so soon source specific speed spend spending spent spike
    spiking stable stage standing start starting state static status steady step still stop strong sub
    sure system table tag tagged target targeted team term test text the then third this threshold
    thresholds tier tight tighter time timely times to today together top total track tracked traffic
    trend trending trial two type types un unblended under unit up upfront usage usage use used user
    usual utilization value variance versus very view volatility warning watch way week weekend weekly
    weeks weighted well what whole wide width wise with within word work workload world worst worth x year
    yearly years yes yet zero"""
)
_LAST_PARTS = _words(
    """aware backed based bound centric controlled dependent driven eligible enabled facing focused free
    friendly heavy hosted intensive led level like managed native only optimized oriented owned powered
    ready related side specific style tier type wide"""
)
ABBREVIATIONS = _words(
    """ec2 s3 route53 k8s db2 p50 p90 p95 p99 h1 h2 q1 q2 q3 q4 oauth2 http2 ipv4 ipv6 x86 arm64 utf-8"""
)
"""Abbreviations with digits that are words of the trade, and no name of anybody's budget."""


def is_english(word: str) -> bool:
    """Whether a word, in small letters, with hyphens, is put together from ordinary ones."""
    parts = word.strip("-").split("-")
    return parts[-1] in _LAST_PARTS or all(
        part in _PARTS or part.removesuffix("s") in _PARTS or (part.isdigit() and len(part) <= 2)
        for part in parts
    )
