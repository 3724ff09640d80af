"""The list of recommenders, the best first: what is not here is not used."""

from __future__ import annotations

from tools.domain.recommenders._recommender import Recommender
from tools.domain.recommenders.competing_rules import COMPETING_RULES
from tools.domain.recommenders.first_days import FIRST_DAYS
from tools.domain.recommenders.starting import STARTING
from tools.domain.recommenders.unchanged import UNCHANGED
from tools.domain.spend_history import SpendHistory

RECOMMENDERS: tuple[Recommender, ...] = (UNCHANGED, COMPETING_RULES, FIRST_DAYS, STARTING)


def recommender_for(history: SpendHistory) -> Recommender | None:
    """The first recommender that is for such a history; None for an empty one."""
    return next((each for each in RECOMMENDERS if _is_for(each, history)), None)


def _is_for(recommender: Recommender, history: SpendHistory) -> bool:
    enough = len(history.months) >= recommender.fewest_months
    return enough and (recommender.suits is None or recommender.suits(history))
