"""Sentences of ours without the names in them, which others chose and which prove nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from tools.domain.prose.number_words import number_words_in
from tools.domain.prose.plain import as_plain

_QUOTED = re.compile(r"(?<!\w)(?P<quote>['\"]).*?(?P=quote)(?!\w)")
_FROM_FIRST_TO_LAST = re.compile(r"(?<!\w)['\"].*['\"](?!\w)")
_LONE_QUOTE = re.compile(r"(?<!\w)['\"]|(?<!s)['\"](?!\w)")
_CALLED = re.compile(r"\b(?:roles?|users?|groups?|polic(?:y|ies)|accounts?|tags?) \S+|\b\d{12}\b")
_SHORTEST_NAME = 4


def without_names(sentences: Iterable[str], names: Iterable[str]) -> Iterator[str]:
    """The sentences, once each, without these names and what is in quotes, to be read for figures and dates.

    Our sentences quote the names of budgets. Scopes and usage types stand in them as they are, so what could
    be read as a figure is taken out of them as well; a name that is a mere number is not, since it would take
    figures along.
    """
    text = "\n".join(dict.fromkeys(_on_one_line(each) for each in sentences))
    if not text:
        return
    for name in sorted({_on_one_line(each) for each in names}, key=len, reverse=True):
        text = text.replace(f"'{name}'", "''")
        if _could_be_a_figure(name):
            # A scope may begin a sentence.
            text = text.replace(name, "_").replace(f"{name[0].upper()}{name[1:]}", "_")
    for sentence in text.split("\n"):
        left = _QUOTED.sub("", sentence)
        if _LONE_QUOTE.search(left) is not None:
            # A name with a quote in it: nothing between the first and the last can be told from it.
            left = _FROM_FIRST_TO_LAST.sub("", sentence)
        yield as_plain(_CALLED.sub("", left)).text


def _could_be_a_figure(name: str) -> bool:
    if len(name) < _SHORTEST_NAME or not any(map(str.isalpha, name)):
        return False
    return any(map(str.isdigit, name)) or next(number_words_in(name), None) is not None


def _on_one_line(text: str) -> str:
    return text.replace("\n", " ")
