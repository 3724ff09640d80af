"""Small parts of sentences: counted things, lists of phrases, and what could not be read."""

from __future__ import annotations

from collections.abc import Sequence

from tools.domain.conversation import Gap

_MOST_GAPS = 3


def counted(count: int, what: str, several: str | None = None) -> str:
    """`1 budget`, `3 budgets`; `several` where the plural is not made with an s."""
    return f"{count} {what}" if count == 1 else f"{count} {several or f'{what}s'}"


def listed(phrases: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(phrases[:-1]), phrases[-1]] if len(phrases) > 1 else phrases)


def sentence_of(phrases: Sequence[str]) -> str:
    """Phrases as one sentence, with semicolons between them."""
    text = "; ".join(phrases)
    return f"{text[0].upper()}{text[1:]}."


def gaps_in_words(gaps: Sequence[Gap]) -> list[str]:
    """One sentence about what could not be read, and with which error; none where all was read."""
    if not gaps:
        return []
    named = [f"{each.part} ({each.code})" for each in gaps[:_MOST_GAPS]]
    rest = len(gaps) - len(named)
    more = [counted(rest, "more part")] if rest else []
    return [f"Not everything could be read: {listed([*named, *more])}; what depends on it is unknown here."]
