"""Answers of Cost Explorer in the state table."""

from __future__ import annotations

from datetime import date

from tools.aws.state_table import AFTER_EVERYTHING, StateTable
from tools.domain.cost_answer_items import (
    ASKED_AT,
    cost_answer_from,
    cost_answer_items,
    cost_answers_of,
    place_of,
)
from tools.domain.cost_answers import KeptAnswer


class DynamoDbCostMemory:
    """`CostMemory` on the state table."""

    def __init__(self, table: StateTable) -> None:
        self._table = table

    def cost_answer(self, account_id: str, question: str, day: date) -> KeptAnswer | None:
        """Query the parts of one answer."""
        place = place_of(question, day)
        parts = self._table.all_in(
            cost_answers_of(account_id), earliest=place, latest=place + AFTER_EVERYTHING
        )
        return cost_answer_from(question, parts)

    def keep_cost_answer(self, account_id: str, answer: KeptAnswer) -> None:
        """PutItem for each part where none as new is: what others mix in makes the answer none, until the next."""
        for part in cost_answer_items(account_id, answer):
            self._table.put(part, newer_by=ASKED_AT)
