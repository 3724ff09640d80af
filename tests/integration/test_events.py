"""Every event in tests/events/ gives the reply beside it."""

import pytest

from tests.events import Event, events
from tests.pipeline import reply_to
from tools.actions.catalogue import ACTION_NAMES


@pytest.mark.parametrize("event", events(), ids=lambda event: event.name)
def test_the_event_gives_the_reply_beside_it(event: Event) -> None:
    assert reply_to(event) == event.reply


def test_every_action_has_an_event_that_succeeds() -> None:
    answered = {each.request["action"] for each in events() if each.reply.get("status") == "success"}
    assert answered == set(ACTION_NAMES)
