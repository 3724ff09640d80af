"""Keeps what the model is told to itself: an answer that repeats its instructions loses the sentences that do.

Texts are compared as their readers see them: hidden characters, marks within words, look-alike letters and case
make no difference. No guard knows every spelling, so a prompt must not hold a secret.
"""

from __future__ import annotations

import base64
import re
from itertools import pairwise
from unicodedata import normalize

from tools.domain.prose.plain import as_plain

KEPT_BACK = "[removed: instructions]"
_LONGEST_ALIKE = 7
"""Words in a row that ordinary sentences may have in common with the instructions."""
_SHORT_RUN = 4
_SMALLEST = 60
_MOST_OF_PROMPT = 0.35
"""The share of the prompt's runs of four words that an answer may hold: of sliced instructions it is more."""

_WORD = re.compile(r"[^\W_]+")
_END = re.compile(r"[.!?](?=\s)|\n")
_ENCODED = re.compile(r"[A-Za-z0-9+/_-]{40,}={0,2}")
_LOOK_ALIKE = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0455\u0458\u04bb\u0501\u0261\u03bf\u03b1\u03bd",
    "aeopcyxisjhdgoav",
)


def without_prompt(text: str, prompt: str) -> str:
    """The text without the sentences that repeat more than seven words in a row of the prompt.

    Of a text that holds much of it in smaller parts, forwards or backwards, nothing is left but a mark.
    """
    text = _without_encoded(text, prompt)
    plain, told = as_plain(text), _words(as_plain(prompt).text)
    words = list(_WORD.finditer(plain.text))
    said = _words(plain.text)
    if _holds_much(said, told) or _holds_much(_words(plain.text[::-1]), told):
        return KEPT_BACK
    size = _LONGEST_ALIKE + 1
    runs = _runs(told, size)
    spans = [
        plain.in_source(words[at].start(), words[at + size - 1].end())
        for at in range(len(words) - size + 1)
        if tuple(said[at : at + size]) in runs
    ]
    return _without(text, spans) if spans else text


def repeats_prompt(text: str, prompt: str) -> bool:
    """Whether the text gives a part of the prompt away."""
    return without_prompt(text, prompt) != text


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    ends = [0, *(match.end() for match in _END.finditer(text)), len(text)]
    kept: list[str] = []
    for begin, end in pairwise(ends):
        sentence = text[begin:end]
        if not any(first < end and begin < last for first, last in spans):
            kept.append(sentence)
        elif not kept or KEPT_BACK not in kept[-1]:
            kept.append(f" {KEPT_BACK}" + ("\n" if sentence.endswith("\n") else ""))
    return "".join(kept).strip()


def _holds_much(said: list[str], told: list[str]) -> bool:
    runs = _runs(told, _SHORT_RUN)
    return len(runs) > _SMALLEST and len(runs & _runs(said, _SHORT_RUN)) > _MOST_OF_PROMPT * len(runs)


def _words(text: str) -> list[str]:
    """The words as they are compared; as many as _WORD finds."""
    return [normalize("NFKC", each).casefold().translate(_LOOK_ALIKE) for each in _WORD.findall(text)]


def _runs(words: list[str], size: int) -> set[tuple[str, ...]]:
    return {tuple(words[at : at + size]) for at in range(len(words) - size + 1)}


def _without_encoded(text: str, prompt: str) -> str:
    """The same for what is written as base64."""

    def shown(found: re.Match[str]) -> str:
        try:
            code = found.group().replace("-", "+").replace("_", "/").rstrip("=")
            said = base64.b64decode(code + "=" * (-len(code) % 4)).decode(errors="replace")
        except ValueError:
            return found.group()
        return KEPT_BACK if without_prompt(said, prompt) != said else found.group()

    return _ENCODED.sub(shown, text)
