"""The list of recommenders, the best first: what is not here is not used."""

from __future__ import annotations

from tools.domain.recommenders._recommender import Recommender
from tools.domain.recommenders.recent_months import RECENT_MONTHS
from tools.domain.recommenders.starting import STARTING
from tools.domain.spend_history import SpendHistory

RECOMMENDERS: tuple[Recommender, ...] = (RECENT_MONTHS, STARTING)


def recommender_for(history: SpendHistory) -> Recommender | None:
    """The best recommender that has months enough; None for an empty history."""
    return next((each for each in RECOMMENDERS if len(history.months) >= each.fewest_months), None)
