"""Which budget a question is about: by its name, or by the words that it shares with a name and a scope."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from local.bedrock.keywords.dialogue import Call

_QUOTED = re.compile(r"(?<!\w)['\"`]([^'\"`]{1,100})['\"`](?!\w)")
_WORD = re.compile(r"[a-z]+|[0-9]+")
# They are in nearly every question, or in nearly every name.
_COMMON = frozenset(
    re.findall(
        r"\w+", "a all amazon and aws budget by for from how in is it my of on our over s service the to why"
    )
)


def exact_name(question: str, calls: Iterable[Call]) -> str | None:
    """The budget that the question names: in quotes, or as a result calls it; the longest where there are more."""
    quoted = _QUOTED.search(question)
    if quoted is not None:
        return quoted[1]
    said = question.lower()
    named = (
        name for name in scopes_in(calls) if re.search(rf"(?<![\w-]){re.escape(name.lower())}(?![\w-])", said)
    )
    return max(named, key=len, default=None)


def best_match(question: str, calls: Iterable[Call]) -> str | None:
    """The budget of the results that shares most words with the question; None where none shares any."""
    asked = _words(question)
    ranked = sorted(
        (-len(asked & (own | _words(scope))), -len(asked & own) / (len(own) or 1), name)
        for name, scope in scopes_in(calls).items()
        for own in [_words(name)]
    )
    return ranked[0][2] if ranked and ranked[0][0] < 0 else None


def last_named(calls: Iterable[Call]) -> str | None:
    """The budget that the last call was about, for questions that say `it`."""
    names = [call.given["budget_name"] for call in calls if call.given.get("budget_name")]
    return names[-1] if names else None


def scopes_in(calls: Iterable[Call]) -> dict[str, str]:
    """Every budget that results list, with its scope in words."""
    return {
        name: str(each.get("scope", "")) for call in calls for each, name in _budgets_in(call.result) if name
    }


def _budgets_in(result: Any) -> Iterator[tuple[Mapping[str, Any], str]]:
    listed = result.get("budgets") if isinstance(result, Mapping) else None
    for each in listed if isinstance(listed, list) else ():
        if isinstance(each, Mapping):
            yield each, str(each.get("name", ""))


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.lower())) - _COMMON
