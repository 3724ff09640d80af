"""Rules that compete: the limit is their mean, weighted by what each would have cost in the past.

The rules are those of `_trials`: ways to look at past months, each with margins from none to wide. What a rule
would have cost in the scope's own months counts, and beside it what it would have cost in the account's other
scopes, the more the fewer own months there are. No rule is right for every bill: a flat one with steps is met by
the higher of two months, a lumpy one by the highest of twelve, a yearly one by last year.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from tools.domain.money import Spend
from tools.domain.recommenders._experience import Experience
from tools.domain.recommenders._looks import LOOKS
from tools.domain.recommenders._recommender import INTERVAL_PROBABILITY, Estimate, Recommender
from tools.domain.recommenders._trials import COMPARED_AT, MIDDLE, Offer, Record, settled
from tools.domain.spend_history import SpendHistory

# How sharply rules that cost more are left behind: a tenth of the usual loss more is an eighth of the weight.
SHARPNESS = 20.0
# What held elsewhere counts as this many own months, between no other scope and very many.
FEWEST_MONTHS_OF_OTHERS = 5.0
MOST_MONTHS_OF_OTHERS = 20.0
MONTHS_UNTIL_HALF_OF_THEM = 50.0

# Limits are made at these quantiles and in between along a line, each at least the one before.
QUANTILES: tuple[float, ...] = (0.1, 0.5, 0.75, 0.9, 0.95, 0.99)
# A look that counts for less is left out, and saves the time.
SMALLEST_SHARE = 0.003
LOOKS_NAMED = 2
SHARE_WORTH_NAMING = 0.05
DIGITS = 12


def limits_at(
    quantiles: Sequence[float], record: Record, offer: Offer, experience: Experience
) -> tuple[list[float], list[float]]:
    """The limit at each quantile, none lower than the one before; and the share of each look in the upper ones.

    Looks are compared twice: as limits, and as guesses of the middle, which a highest month is not.
    """
    usual, usual_of_middle = record.usual(COMPARED_AT), record.usual(MIDDLE)
    scope = _Scope(record, offer, experience, usual, usual_of_middle, months_of_others(experience))
    upper, lower = scope.shares(COMPARED_AT), scope.shares(MIDDLE)
    limits: list[float] = []
    for quantile in quantiles:
        shares = upper if quantile > MIDDLE else lower
        limit = sum([share * scope.limit(look, quantile) for look, share in enumerate(shares) if share])
        limits.append(max(limit, limits[-1]) if limits else limit)
    return limits, upper


@dataclass(frozen=True, slots=True)
class _Scope:
    """A scope's own trials beside those of others, which count as `others` months."""

    record: Record
    offer: Offer
    experience: Experience
    usual: float
    usual_of_middle: float
    others: float
    _known: dict[tuple[int, float], list[float]] = field(default_factory=dict)

    def shares(self, quantile: float) -> list[float]:
        """How much each look counts: its rules' weights together, compared at the quantile."""
        losses = [
            None if offered is None else self.losses(look, quantile)
            for look, offered in enumerate(self.offer)
        ]
        least = min([min(each) for each in losses if each is not None])
        sums = [0.0 if each is None else sum(_weights(each, least)) for each in losses]
        counting = [each if each >= SMALLEST_SHARE * sum(sums) else 0.0 for each in sums]
        total = sum(counting)
        return [each / total for each in counting]

    def limit(self, look: int, quantile: float) -> float:
        """The weighted mean of what the look's rules offer."""
        offered = self.offer[look] or ()
        losses = self.losses(look, quantile)
        weights = _weights(losses, min(losses))
        return sum([weight * each for weight, each in zip(weights, offered, strict=True)]) / sum(weights)

    def losses(self, look: int, quantile: float) -> list[float]:
        """The mean loss of the look's rules over own and others' months, in usual losses."""
        found = self._known.get((look, quantile))
        if found is None:
            found = self._known[look, quantile] = self._losses(look, quantile)
        return found

    def _losses(self, look: int, quantile: float) -> list[float]:
        weight, others = self.record.trials[look] + self.others, self.others
        own, elsewhere = self.record.losses(look, quantile), self.experience.losses(look, quantile)
        scale = 1 / (self.usual if quantile > MIDDLE else self.usual_of_middle)
        return [
            (mine * scale + others * theirs) / weight for mine, theirs in zip(own, elsewhere, strict=True)
        ]


def months_of_others(experience: Experience) -> float:
    """As how many own months the other scopes count."""
    share = experience.months / (experience.months + MONTHS_UNTIL_HALF_OF_THEM)
    return FEWEST_MONTHS_OF_OTHERS + (MOST_MONTHS_OF_OTHERS - FEWEST_MONTHS_OF_OTHERS) * share


def _weights(losses: Sequence[float], least: float) -> list[float]:
    return [math.exp(SHARPNESS * (least - loss)) for loss in losses]


def _estimate(history: SpendHistory, breach_probability: Decimal, experience: Experience) -> Estimate:
    record, offer = settled(history)
    reach = (1 + float(INTERVAL_PROBABILITY)) / 2
    highest = max(1 - float(breach_probability), reach)
    limits, shares = limits_at(_up_to(highest), record, offer, experience)
    return Estimate(
        limit=_exact(_between(limits, 1 - float(breach_probability))),
        expected=_exact(_between(limits, 0.5)),
        low=_exact(_between(limits, 1 - reach)),
        high=_exact(_between(limits, reach)),
        method=COMPETING_RULES.id,
        months_used=len(history.months),
        evidence=_evidence(history, record, shares, experience),
    )


def _up_to(highest: float) -> tuple[float, ...]:
    """The quantiles that a limit at the highest depends on."""
    count = sum(each < highest for each in QUANTILES)
    return QUANTILES[: count + 1]


def _between(limits: Sequence[float], quantile: float) -> float:
    """Along the line between the quantiles that limits were made at."""
    for at in range(1, len(limits)):
        below, above = QUANTILES[at - 1], QUANTILES[at]
        if quantile <= above:
            part = (quantile - below) / (above - below)
            return limits[at - 1] + part * (limits[at] - limits[at - 1])
    return limits[-1]


def _exact(amount: float) -> Decimal:
    """To twelve digits, which are more than a bill has and fewer than the arithmetic kept."""
    return Decimal(f"{amount:.{DIGITS}g}")


def _evidence(
    history: SpendHistory, record: Record, shares: Sequence[float], experience: Experience
) -> tuple[str, ...]:
    amounts = history.amounts
    recent = ", ".join(Spend(amount, history.unit).in_words() for amount in amounts[-3:])
    tried = len(amounts) - 1
    best = sorted(range(len(LOOKS)), key=lambda index: -shares[index])[:LOOKS_NAMED]
    named = " and ".join(
        f"{LOOKS[index].words} ({round(shares[index] * 100)} %)"
        for index in best
        if shares[index] >= SHARE_WORTH_NAMING
    )
    sentences = [
        f"The last {min(3, len(amounts))} whole months were {recent}.",
        f"{len(LOOKS)} ways to look at them with margins from none to wide were tried on {tried} past months as"
        f" if nothing later were known; the limit is their mean, weighted by what each would have cost. Most"
        f" weight has {named}.",
    ]
    if experience.scopes > 1:
        share = months_of_others(experience) / (months_of_others(experience) + max(record.trials))
        sentences.append(
            f"What held in {experience.scopes} scopes of the account counts for {round(share * 100)} % of that."
        )
    negative = sum(amount < 0 for amount in amounts)
    if negative:
        months = "1 month is" if negative == 1 else f"{negative} months are"
        sentences.append(f"{months} negative: credits or refunds were larger than the costs.")
    return tuple(sentences)


COMPETING_RULES = Recommender(
    id="competing_rules",
    sentence="The mean of many simple rules, weighted by what each would have cost in past months.",
    fewest_months=3,
    estimate=_estimate,
)
