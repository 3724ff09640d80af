"""An answer held against what the tools said: what in it comes from no tool, and the answer without that."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tools.domain.claims import Claim, claims_of
from tools.domain.known.facts import Facts as Facts
from tools.domain.prose.sentences import REMOVED as REMOVED
from tools.domain.prose.sentences import Sentence, sentences_of


@dataclass(frozen=True, slots=True)
class GroundedText:
    """A text that claims nothing but facts, and how many sentences were removed from it."""

    text: str
    removed_sentences: int


def ungrounded(text: str, facts: Facts) -> list[Claim]:
    """The claims of a text that no tool gave, in the order of its sentences."""
    return [claim for claim in claims_of(text) if not facts.grounds(claim)]


def grounded_text(text: str, facts: Facts) -> GroundedText:
    """The text with REMOVED in place of every sentence that claims what no tool gave.

    A row of a table is a sentence, and a line of a list or a heading ends one. Sentences that follow one
    another get one mark, and a text of which nothing stays is the mark. What stays is unchanged. Done again,
    it removes nothing.
    """
    removed = 0
    while found := {claim.sentence for claim in ungrounded(text, facts)}:
        text = _without(text, found)
        removed += len(found)
    return GroundedText(text, removed)


def _without(text: str, removed: set[int]) -> str:
    """The text without the sentences of these numbers; a mark from before beside them becomes one with theirs."""
    sentences = sentences_of(text)
    pieces: list[str] = []
    done = number = 0
    stays = False
    while number < len(sentences):
        last = number
        while last < len(sentences) and (last in removed or _is_mark(text, sentences[last])):
            last += 1
        if last == number:
            stays = stays or _says_something(text, sentences[number])
            number += 1
            continue
        pieces += [text[done : sentences[number].start], REMOVED]
        done = sentences[last - 1].end
        number = last
    return "".join((*pieces, text[done:])) if stays else REMOVED


def _is_mark(text: str, sentence: Sentence) -> bool:
    return text[sentence.start : sentence.end] == REMOVED


def _says_something(text: str, sentence: Sentence) -> bool:
    return re.search(r"\w", text[sentence.start : sentence.end]) is not None
