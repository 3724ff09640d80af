"""A reply made as short as its caller takes it, and never without saying what was left out.

Lists lose their last entries first, the largest list before the others, because replies begin with what matters
most; then long texts are ended early, and at last whole parts go. The status stays as it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from agent.contract import AgentResponse
from tools.actions.catalogue import ACTIONS

CODE = "REPLY_TOO_LARGE"
"""The code under `incomplete` of what was left out."""

_ASKING_FOR_LESS = (
    "page_size",
    "budget_name",
    "budget_names",
    "action_names",
    "names",
    "budget_types",
    "budget_statuses",
    "since",
)
_COUNTS = ("next_token", "left_out")
"""What stands beside a list and would be wrong once the list is shorter: a token that goes on behind what is
missing, and how much is missing."""
_SMALL = 400
"""Bytes that a list or a text may have without being shortened."""

Measure = Callable[[Mapping[str, Any]], Any]


def fitted(response: AgentResponse, most_bytes: int, answer: Measure = lambda reply: reply) -> dict[str, Any]:
    """The reply, as it is where it fits, else shortened.

    `answer` makes of a reply what is sent, whose JSON may have `most_bytes`. What is left out stands under
    `data.incomplete`, of an error under its `details.incomplete`, with the parameters that ask for less. Counts
    and tokens beside a list that was shortened are null.
    """
    reply = response.model_dump(mode="json")
    if _bytes_of(answer(reply)) <= most_bytes:
        return reply
    action = response.action
    parameters = ACTIONS[action].parameters.model_fields if action in ACTIONS and action else {}
    narrowing = [name for name in _ASKING_FOR_LESS if name in parameters]
    return _Shortening(deepcopy(reply), most_bytes, answer, narrowing).result()


@dataclass(frozen=True)
class _Found:
    """A list or a text in a reply: where it is, and how many bytes it has as JSON."""

    path: str
    holder: Any
    key: Any
    size: int

    @property
    def held(self) -> Any:
        return self.holder[self.key]


@dataclass
class _Shortening:
    """One reply on its way to being short enough."""

    reply: dict[str, Any]
    most_bytes: int
    answer: Measure
    narrowing: Sequence[str]
    notes: dict[str, str] = field(default_factory=dict)

    def result(self) -> dict[str, Any]:
        for shorten in (self._end_a_list, self._end_a_text, self._leave_out_a_part, self._leave_out_all):
            while not self._fits() and shorten():
                pass
        return self._noted()

    def _fits(self) -> bool:
        return _bytes_of(self.answer(self._noted())) <= self.most_bytes

    def _noted(self) -> dict[str, Any]:
        entries = [
            {"part": part, "code": CODE, "reason": note, "retryable": False}
            for part, note in self.notes.items()
        ]
        if entries:
            less = f" Ask for less with {', '.join(self.narrowing)}." if self.narrowing else ""
            entries[0]["reason"] = (
                f"{entries[0]['reason']} This caller takes {self.most_bytes:,} bytes.{less}"
            )
        noted = {**self._place, "incomplete": [*self._place.get("incomplete", []), *entries]}
        data = self.reply["data"]
        if self._place is data:
            return {**self.reply, "data": noted}
        return {**self.reply, "data": {**data, "error": {**data["error"], "details": noted}}}

    @property
    def _place(self) -> dict[str, Any]:
        """Where the reply says what it lacks: its data, or the details of its error."""
        data: dict[str, Any] = self.reply["data"]
        details: dict[str, Any] = data["error"]["details"] if "error" in data else data
        return details

    def _end_a_list(self) -> bool:
        """End the largest list as early as is needed, but not before its first entry; False if none is large."""
        found = [each for each in _parts_in(self._place, "", list) if len(each.held) > 1]
        largest = max(found, key=lambda each: each.size, default=None)
        if largest is None or largest.size <= _SMALL:
            return False
        whole = largest.held
        for name in (*_COUNTS, f"{largest.key}_left_out"):
            if isinstance(largest.holder, dict) and name in largest.holder:
                largest.holder[name] = None

        def end_after(count: int) -> None:
            largest.holder[largest.key] = whole[:count]
            self.notes[largest.path] = f"Only the first {count:,} of {len(whole):,} entries are here."

        fewest, most = 1, len(whole) - 1
        while fewest < most:
            middle = (fewest + most + 1) // 2
            end_after(middle)
            fewest, most = (middle, most) if self._fits() else (fewest, middle - 1)
        end_after(fewest)
        return True

    def _end_a_text(self) -> bool:
        """Halve the longest text; False if none is long. A token that is cut would be none."""
        found = [each for each in _parts_in(self.reply["data"], "", str) if not _is_token(each)]
        longest = max(found, key=lambda each: each.size, default=None)
        if longest is None or longest.size <= _SMALL:
            return False
        longest.holder[longest.key] = f"{longest.held[: len(longest.held) // 2]}…"
        self.notes[longest.path] = "Only the beginning of this text is here."
        return True

    def _leave_out_a_part(self) -> bool:
        """Leave out the largest part of all; False if nothing is left that could be."""
        sizes = {name: _bytes_of(held) for name, held in self._place.items() if held}
        if not sizes:
            return False
        largest = max(sizes, key=lambda name: sizes[name])
        self._place[largest] = [] if largest == "incomplete" else None
        self.notes = {path: note for path, note in self.notes.items() if not _is_within(path, largest)}
        self.notes[largest] = "This part was left out."
        return True

    def _leave_out_all(self) -> bool:
        """Say no more than that nothing fits, which happens once."""
        if not self._place:
            return False
        self._place.clear()
        self.notes = {"everything": "Nothing of it fits."}
        return True


def _parts_in(value: Any, path: str, kind: type) -> Iterator[_Found]:
    """Every list, or every text, at any depth; what a reply lacks already stays as it is said."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, held in pairs:
        if not path and key == "incomplete":
            continue
        place = f"{path}[{key}]" if isinstance(value, list) else f"{path}.{key}".lstrip(".")
        if isinstance(held, kind):
            yield _Found(place, value, key, _bytes_of(held))
        yield from _parts_in(held, place, kind)


def _is_token(found: _Found) -> bool:
    return isinstance(found.key, str) and found.key.endswith("token")


def _is_within(path: str, part: str) -> bool:
    return path == part or path.startswith((f"{part}.", f"{part}["))


def _bytes_of(value: Any) -> int:
    """In ASCII, as some of Lambda's runtimes write it, which is never shorter than the others' UTF-8."""
    return len(json.dumps(value))
