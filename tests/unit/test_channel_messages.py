"""What channels send: the message for programs, and for people; and who wants it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import ACCOUNT
from tests.fake_channels import an_announcement
from tools.domain.announcements import AnnouncementType
from tools.domain.channel_messages import (
    LARGEST_MESSAGE_BYTES,
    LONGEST_SUBJECT,
    as_bytes,
    message_of,
    subject_of,
    text_of,
)
from tools.domain.channels import CHANNELS, OWNERS_WEBSOCKET, TOPIC

FIGURES: dict[str, Any] = {
    "sentence": "Actual $950.00 of 'team' is past 80 % of its limit of $1,000.00.",
    "severity": "WARNING",
    "value": {"amount": "950.00", "unit": "USD"},
    "period": {"start": "2026-10-01T00:00:00Z", "end": "2026-11-01T00:00:00Z"},
    "note": None,
}


def test_a_message_says_its_type_who_sends_it_what_happened_and_when() -> None:
    message = message_of(an_announcement(at=datetime(2026, 10, 20, 12, tzinfo=UTC), **FIGURES))
    assert list(message) == ["type", "agent", "data", "timestamp"]
    assert (message["type"], message["agent"]) == ("budget_alert", "BudgetManagementAgent")
    assert message["timestamp"] == "2026-10-20T12:00:00Z"
    assert message["data"] == {
        "id": "a1",
        "event": "opened",
        "account_id": ACCOUNT,
        "budget_name": "team",
        **FIGURES,
    }


def test_a_message_is_whole_up_to_the_last_byte_and_then_loses_its_largest_part_and_says_so() -> None:
    def told(letters: int) -> dict[str, Any]:
        return message_of(an_announcement(sentence="é" * 100, details="x" * letters))

    room = LARGEST_MESSAGE_BYTES - len(as_bytes(told(0)))
    assert len(as_bytes(told(room))) == LARGEST_MESSAGE_BYTES
    assert "left_out" not in told(room)["data"]
    shortened = told(room + 1)["data"]
    assert shortened["left_out"] == ["details"]
    assert ("details" in shortened, shortened["sentence"]) == (False, "é" * 100)


@given(
    st.dictionaries(
        st.text(st.characters(codec="utf-8"), min_size=1, max_size=20),
        st.text(st.characters(codec="utf-8"), max_size=50_000),
        max_size=6,
    ),
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=100),
)
def test_every_message_fits_and_keeps_what_it_is_about(data: dict[str, str], budget: str) -> None:
    announcement = replace(an_announcement(budget=budget), data=data)
    message = message_of(announcement)
    assert len(as_bytes(message)) <= LARGEST_MESSAGE_BYTES
    told = json.loads(as_bytes(message))["data"]
    assert (told["id"], told["budget_name"]) == ("a1", budget)
    assert set(told.get("left_out", [])) == data.keys() - told.keys()


@given(st.text(st.characters(codec="utf-8"), max_size=200))
def test_a_subject_is_one_line_of_ascii_that_sns_takes(budget: str) -> None:
    subject = subject_of(an_announcement(budget=budget))
    assert 1 <= len(subject) <= LONGEST_SUBJECT
    assert subject.isascii()
    assert subject.isprintable()
    assert subject.startswith("Budget alert opened")


def test_people_read_a_sentence_the_figures_and_the_id() -> None:
    assert text_of(an_announcement(**FIGURES)).splitlines() == [
        "Actual $950.00 of 'team' is past 80 % of its limit of $1,000.00.",
        "",
        "Budget: team",
        "Severity: WARNING",
        "Value: 950.00 USD",
        "Period: 2026-10-01T00:00:00Z to 2026-11-01T00:00:00Z",
        f"Account: {ACCOUNT}",
        message_of(an_announcement())["timestamp"].join(["At: ", ""]),
        "",
        "BudgetManagementAgent, message a1",
    ]


@pytest.mark.parametrize(
    ("event", "resolution", "is_wanted"),
    [
        ("opened", None, True),
        ("resolved", "FELL_BACK", True),
        ("resolved", "PERIOD_ENDED", False),
        ("resolved", "OVERTAKEN", False),
        ("resolved", "BUDGET_GONE", False),
        ("acknowledged", None, False),
        ("snoozed", None, False),
        ("snooze_ended", None, False),
    ],
)
def test_people_hear_what_opened_and_what_fell_back_and_programs_everything(
    event: str, resolution: str | None, is_wanted: bool
) -> None:
    announcement = an_announcement(event=event, resolution=resolution)
    assert TOPIC.wants(announcement) is is_wanted
    assert OWNERS_WEBSOCKET.wants(announcement)


def test_people_hear_of_budget_actions_and_of_performance() -> None:
    for kind in (AnnouncementType.BUDGET_ACTION, AnnouncementType.BUDGET_PERFORMANCE):
        assert TOPIC.wants(an_announcement(type=kind, event="executed"))


def test_a_channel_is_listed_under_the_name_that_the_outbox_keeps() -> None:
    assert all(name == channel.name for name, channel in CHANNELS.items())
