"""Keeps what the model is told to itself: an answer that repeats its instructions loses the sentences that do."""

from __future__ import annotations

import base64
import re
from itertools import pairwise
from unicodedata import normalize

KEPT_BACK = "[removed: instructions]"
_LONGEST_ALIKE = 7
"""Words in a row that ordinary sentences may have in common with the instructions."""

_WORD = re.compile(r"\w+")
_ENCODED = re.compile(r"[A-Za-z0-9+/_-]{40,}={0,2}")
_END = re.compile(r"[.!?](?=\s)|\n")


def without_prompt(text: str, prompt: str) -> str:
    """The text without the sentences that repeat more than seven words in a row of the prompt."""
    text = _without_encoded(text, prompt)
    told = _runs([each.group().casefold() for each in _WORD.finditer(normalize("NFKC", prompt))])
    words = list(_WORD.finditer(text))
    said = [normalize("NFKC", each.group()).casefold() for each in words]
    size = _LONGEST_ALIKE + 1
    spans = [
        (words[at].start(), words[at + size - 1].end())
        for at in range(len(words) - size + 1)
        if tuple(said[at : at + size]) in told
    ]
    if not spans:
        return text
    ends = [0, *(match.end() for match in _END.finditer(text)), len(text)]
    sentences = [text[begin:end] for begin, end in pairwise(ends)]
    kept: list[str] = []
    for begin, sentence in zip(ends, sentences, strict=False):
        if not any(first < begin + len(sentence) and begin < last for first, last in spans):
            kept.append(sentence)
        elif not kept or KEPT_BACK not in kept[-1]:
            kept.append(f" {KEPT_BACK}" + ("\n" if sentence.endswith("\n") else ""))
    return "".join(kept).strip()


def repeats_prompt(text: str, prompt: str) -> bool:
    """Whether the text gives a part of the prompt away."""
    return without_prompt(text, prompt) != text


def _without_encoded(text: str, prompt: str) -> str:
    """The same for what is written as base64. No guard knows every spelling: a prompt must not hold a secret."""

    def shown(found: re.Match[str]) -> str:
        try:
            code = found.group().replace("-", "+").replace("_", "/").rstrip("=")
            said = base64.b64decode(code + "=" * (-len(code) % 4)).decode(errors="replace")
        except ValueError:
            return found.group()
        return KEPT_BACK if without_prompt(said, prompt) != said else found.group()

    return _ENCODED.sub(shown, text)


def _runs(words: list[str]) -> set[tuple[str, ...]]:
    size = _LONGEST_ALIKE + 1
    return {tuple(words[at : at + size]) for at in range(len(words) - size + 1)}
