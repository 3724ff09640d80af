"""What every CostMemory promises: the fake of the unit tests and the table on the embedded AWS alike."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import ACCOUNT, NOW
from tests.embedded import STATE_TABLE, begin, clients, items_of_state_table, make_state_table
from tests.fakes import FakeStateStore
from tools.aws.state_store import DynamoDbStateStore
from tools.aws.state_table import StateTable
from tools.domain.cost_answer_items import MOST_BYTES, cost_answer_from, cost_answer_items
from tools.domain.cost_answers import KeptAnswer
from tools.domain.errors import StateUnavailable
from tools.domain.state_items import EXPIRY, PARTITION, SORT
from tools.ports.state import StateStore

DAY = NOW.date()
ANSWER = KeptAnswer(question='{"read": "ü"}', asked_at=NOW, text='{"amounts": {"ü": "1.50"}}')


@pytest.fixture(params=["fake", "embedded AWS"])
def memory(request: pytest.FixtureRequest) -> StateStore:
    if request.param == "fake":
        return FakeStateStore()
    return table()


def table() -> DynamoDbStateStore:
    begin("empty")
    make_state_table()
    return DynamoDbStateStore(StateTable(clients().dynamodb, STATE_TABLE))


def a_large_text(characters: int, seed: int = 1) -> str:
    """Text that compression hardly shortens."""
    return random.Random(seed).randbytes(characters // 2).hex()


def test_an_answer_is_read_back_whole(memory: StateStore) -> None:
    memory.keep_cost_answer(ACCOUNT, ANSWER)
    assert memory.cost_answer(ACCOUNT, ANSWER.question, DAY) == ANSWER


def test_an_answer_beyond_the_size_of_one_item_is_read_back_whole(memory: StateStore) -> None:
    large = replace(ANSWER, text=a_large_text(1_500_000))
    memory.keep_cost_answer(ACCOUNT, large)
    assert memory.cost_answer(ACCOUNT, ANSWER.question, DAY) == large


def test_a_smaller_answer_takes_the_place_of_a_larger_one(memory: StateStore) -> None:
    memory.keep_cost_answer(ACCOUNT, replace(ANSWER, text=a_large_text(1_500_000)))
    later = replace(ANSWER, asked_at=NOW + timedelta(minutes=1))
    memory.keep_cost_answer(ACCOUNT, later)
    assert memory.cost_answer(ACCOUNT, ANSWER.question, DAY) == later


def test_an_older_answer_does_not_take_the_place_of_a_newer_one(memory: StateStore) -> None:
    memory.keep_cost_answer(ACCOUNT, ANSWER)
    memory.keep_cost_answer(ACCOUNT, replace(ANSWER, asked_at=NOW - timedelta(minutes=1), text="old"))
    assert memory.cost_answer(ACCOUNT, ANSWER.question, DAY) == ANSWER


def test_another_question_another_day_and_another_account_have_no_answer(memory: StateStore) -> None:
    memory.keep_cost_answer(ACCOUNT, ANSWER)
    assert memory.cost_answer(ACCOUNT, "{}", DAY) is None
    assert memory.cost_answer(ACCOUNT, ANSWER.question, DAY + timedelta(days=1)) is None
    assert memory.cost_answer("999999999999", ANSWER.question, DAY) is None


def test_answers_are_keyed_as_documented_and_expire_after_two_days() -> None:
    table().keep_cost_answer(ACCOUNT, replace(ANSWER, text=a_large_text(1_000_000)))
    items = items_of_state_table()
    assert len(items) > 1
    for number, item in enumerate(sorted(items, key=lambda each: each[SORT]["S"])):
        assert item[PARTITION] == {"S": f"{ACCOUNT}#costs"}
        day, _, part = item[SORT]["S"].split("#")
        assert (day, part) == ("2026-10-20", f"{number:03d}")
        assert item[EXPIRY] == {"N": str(int((NOW + timedelta(days=2)).timestamp()))}
        assert len(item["answer"]["S"]) <= MOST_BYTES


def test_parts_of_two_answers_are_no_answer() -> None:
    one, other = (
        cost_answer_items(ACCOUNT, replace(ANSWER, text=a_large_text(1_000_000, seed))) for seed in (1, 2)
    )
    assert cost_answer_from(ANSWER.question, one) is not None
    assert cost_answer_from(ANSWER.question, [one[0], *other[1:]]) is None
    assert cost_answer_from(ANSWER.question, one[:-1]) is None
    assert cost_answer_from("another question", one) is None
    assert cost_answer_from(ANSWER.question, []) is None


def test_a_table_that_does_not_exist_is_said_by_name() -> None:
    begin("empty")
    nowhere = DynamoDbStateStore(StateTable(clients().dynamodb, "no-such-table"))
    with pytest.raises(StateUnavailable, match="'no-such-table' does not exist"):
        nowhere.keep_cost_answer(ACCOUNT, ANSWER)
    with pytest.raises(StateUnavailable, match="'no-such-table' does not exist"):
        nowhere.cost_answer(ACCOUNT, ANSWER.question, DAY)
