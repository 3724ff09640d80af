"""What a channel sends: the message of an announcement for programs, and for people."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tools.domain.announcements import Announcement
from tools.domain.names import AGENT_NAME

LARGEST_MESSAGE_BYTES = 32_000
"""API Gateway's WebSocket frames have at most 32 KB; a message in one frame is one that every client takes."""

LONGEST_SUBJECT = 100
"""SNS API, Publish, Subject: ASCII, at most 100 characters, no line breaks."""

# What says which message it is, and of what.
_NEVER_LEFT_OUT = frozenset(("id", "event", "account_id", "budget_name"))


def message_of(announcement: Announcement, largest: int = LARGEST_MESSAGE_BYTES) -> dict[str, Any]:
    """The message for programs: `type`, `agent`, `data` with the announcement's `id`, and `timestamp`.

    One that is too large as JSON loses the largest members of its data until it fits; `data.left_out` names them.
    """
    about = {
        "id": announcement.id,
        "event": announcement.event,
        "account_id": announcement.account_id,
        "budget_name": announcement.budget_name,
    }
    data: dict[str, Any] = {**about, **announcement.data, **about}
    message = {
        "type": announcement.type.value,
        "agent": AGENT_NAME,
        "data": data,
        "timestamp": f"{announcement.at:%Y-%m-%dT%H:%M:%SZ}",
    }
    left_out: list[str] = []
    while _size(message) > largest:
        name = max(data.keys() - _NEVER_LEFT_OUT - {"left_out"}, key=lambda each: (_size(data[each]), each))
        del data[name]
        left_out.append(name)
        data["left_out"] = left_out
    return message


def as_bytes(message: Mapping[str, Any]) -> bytes:
    """The message as it is sent."""
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()


def subject_of(announcement: Announcement) -> str:
    """One line for people, in ASCII."""
    kind = announcement.type.value.replace("_", " ").capitalize()
    event = announcement.event.replace("_", " ")
    about = "" if announcement.budget_name is None else f": {announcement.budget_name}"
    line = " ".join(f"{kind} {event}{about}".split())
    plain = line.encode("ascii", "replace").decode()
    plain = "".join(each if each.isprintable() else "?" for each in plain)
    return plain if len(plain) <= LONGEST_SUBJECT else f"{plain[: LONGEST_SUBJECT - 3]}..."


def text_of(announcement: Announcement, largest: int = LARGEST_MESSAGE_BYTES) -> str:
    """A few lines for people: the sentence, the figures that there are, and where it comes from."""
    message = message_of(announcement, largest)
    data = message["data"]
    lines = [str(data.get("sentence") or subject_of(announcement)), ""]
    for title, name in _FIGURES.items():
        if data.get(name) is not None:
            lines.append(f"{title}: {_in_words(data[name])}")
    lines += [f"Account: {announcement.account_id}", f"At: {message['timestamp']}"]
    return "\n".join([*lines, "", f"{AGENT_NAME}, message {announcement.id}"])


_FIGURES: Mapping[str, str] = {
    "Budget": "budget_name",
    "Severity": "severity",
    "Value": "value",
    "Threshold": "threshold",
    "Limit": "limit",
    "Period": "period",
    "Note": "note",
}


def _in_words(value: Any) -> str:
    if not isinstance(value, Mapping):
        return str(value)
    if "amount" in value:
        return f"{value['amount']} {value['unit']}"
    return " to ".join(str(each) for each in value.values())


def _size(part: Any) -> int:
    return len(as_bytes(part))
