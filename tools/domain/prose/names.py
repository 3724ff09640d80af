"""Names in a text: what is marked as one, what stands beside the word budget, and ids.

An ordinary English word in quotes or before the word budget is none, so what looks like a name is decided by
its form: an underscore, letters with digits, or a hyphen between parts that are not all everyday words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tools.domain.prose.english import ABBREVIATIONS, is_english
from tools.domain.prose.plain import Plain
from tools.domain.prose.readings import Found, Kind, Mention

_LONGEST = 120
_QUOTED = re.compile(r"(?<!\w)(?P<quote>['\"])(?=[^\s'\"])(?P<inside>[^\n]{1,120}?)(?<=\S)(?P=quote)(?!\w)")
_TOKEN = re.compile(r"[^\s,;:=(){}\[\]<>|\"'!?\ufffc]+")
_INTRODUCED = re.compile(
    r"(?<![\w-])(?P<word>(?:budgets?[ ])?(?:named|called|name[ ]is)|budget[ _]name|budgets?)"
    r"(?:[ ]{1,2}|[ ]?[:=][ ]{0,2})"
    r"(?P<name>[A-Za-z_][^\s,;:=(){}\[\]<>|\"'!?\ufffc]*)",
    re.IGNORECASE,
)
_BEFORE_BUDGET = re.compile(
    r"(?P<name>(?<![^\s,;:=(){}\[\]<>|\"'!?])[A-Za-z_][\w.$/+@#-]*+)[ ]budgets?(?![A-Za-z_-])", re.IGNORECASE
)
_INTRODUCES = re.compile(
    r"(?<![\w-])(?:budgets?|named|called|name[ ]is|budget[ _]name)[ ]?[:=]?[ ]?$", re.IGNORECASE
)
_FOLLOWED = re.compile(r"[ ]budgets?(?![A-Za-z_-])", re.IGNORECASE)
_UNDERSCORED = re.compile(r"(?<![\w-])[A-Za-z0-9][A-Za-z0-9-]*+(?:_[A-Za-z0-9-]++)+")
_PERIODIC = re.compile(
    r"(?<![\w-])[A-Za-z][A-Za-z0-9]*+(?:-[A-Za-z0-9]++)*?"
    r"-(?:daily|weekly|monthly|quarterly|yearly|annual|annually|budget)(?![\w-])",
    re.IGNORECASE,
)
_ID = re.compile(
    r"(?<![\w-])(?:[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[A-Za-z]{1,12}-[0-9a-f]{8,40}"
    r"|(?=[0-9]*[a-f])(?=[a-f]*[0-9])[0-9a-f]{12,64})(?![\w-])"
)
_ACCOUNT = re.compile(
    r"(?<![\w$€£.,-])(?:\d{12}|\d{4}-\d{4}-\d{4})(?![\w-]|[.,]\d|[ ]?(?:%|USD|dollars?|EUR|[$€£]))",
    re.IGNORECASE,
)
_JOINED = re.compile(r"\w\w[.@$#]\w\w")
_LETTERS_AND_DIGITS = re.compile(r"[^\W\d_]\d|\d[^\W\d_]")
# Types of instances and regions are words of AWS, which may be told without a tool.
_OF_AWS = re.compile(
    r"(?:(?:cache|db|ml)\.)?[a-z]{1,3}\d[a-z0-9-]*\.(?:nano|micro|small|medium|metal|\d*x?large)"
    r"|[a-z]{2}(?:-[a-z]{2,10}){1,2}-\d"
)
_CLOSING = ".`*"


def names_in(plain: Plain, text: str) -> Iterator[Found]:
    """Every name in a plain text; `text` is the same with other characters where addresses stand."""
    yield from _marked(plain, text)
    for found in _ACCOUNT.finditer(text):
        written = found.group()
        yield Found(Kind.NAME, *found.span(), (Mention(written), Mention(written.replace("-", ""))))
    for pattern in (_ID, _UNDERSCORED):
        for found in pattern.finditer(text):
            yield _name(found.start(), found.group())
    for found in _PERIODIC.finditer(text):
        if not is_english(found.group().lower()):
            yield _name(found.start(), found.group())
    for found in _INTRODUCED.finditer(text):
        token = found["name"].rstrip(_CLOSING)
        is_called = found["word"].lower() not in ("budget", "budgets")
        if looks_like_name(token) or (is_called and token[:1].isupper()):
            yield _name(found.start("name"), token)
    for found in _BEFORE_BUDGET.finditer(text):
        if looks_like_name(found["name"]):
            yield _name(found.start("name"), found["name"])


def delimited_in(plain: Plain, *, is_row: bool) -> Sequence[Sequence[tuple[int, int, bool]]]:
    """The spans that stand as a name of their own whatever they say: in quotes, as code, in a row's first cell.

    Each kind in its order. With a span, whether it stands beside the word budget or after `named`: only there
    a mere number is a name.
    """
    text = plain.text
    quoted = [(*each.span("inside"), _is_introduced(text, *each.span())) for each in _QUOTED.finditer(text)]
    code = [(start, end, _is_introduced(text, start, end)) for start, end in plain.code]
    cell = text.split("|", 1)[0]
    cells = [(len(cell) - len(cell.lstrip()), len(cell.rstrip()), False)] if is_row else []
    return quoted, code, cells


def words_around(text: str, start: int, end: int) -> Iterator[str]:
    """What a name with spaces could be that a number stands in: some words before it, and some after it."""
    before = [match.start() for match in re.finditer(r"(?<!\S)\S", text[max(0, start - 60) : start])]
    after = [end, *(match.end() + end for match in re.finditer(r"\S(?!\S)", text[end : end + 40]))][:4]
    for first in before[-5:]:
        for last in after:
            yield text[max(0, start - 60) + first : last].rstrip(".,;:!?")


def _is_introduced(text: str, start: int, end: int) -> bool:
    is_after = _INTRODUCES.search(text[max(0, start - 16) : start]) is not None
    return is_after or _FOLLOWED.match(text, end) is not None


def looks_like_name(token: str) -> bool:
    """Whether one word, as it is written, has the form of a name rather than of an English word."""
    lowered = token.lower()
    if len(token) > _LONGEST or not any(map(str.isalpha, token)) or token[0].isdigit():
        return False
    if lowered in ABBREVIATIONS or _OF_AWS.fullmatch(lowered) is not None:
        return False
    if "_" in token or _JOINED.search(token) is not None or _LETTERS_AND_DIGITS.search(token) is not None:
        return True
    return "-" in token.strip("-") and not is_english(lowered)


def _marked(plain: Plain, text: str) -> Iterator[Found]:
    for start, end in plain.code:
        yield from _in_code(text, start, end)
    for quoted in _QUOTED.finditer(text):
        start, end = quoted.span("inside")
        is_introduced = _is_introduced(text, quoted.start(), quoted.end())
        if is_introduced and any(map(str.isalpha, text[start:end])):
            yield _name(start, text[start:end])
        else:
            yield from _tokens(text, start, end)
    for start, end in plain.bold:
        if end - start <= _LONGEST:
            yield from _tokens(text, start, end, is_bold=True)


def _in_code(text: str, start: int, end: int) -> Iterator[Found]:
    inside = text[start:end].strip()
    if not inside or end - start > _LONGEST:
        yield from _tokens(text, start, end)
        return
    is_one_word = re.search(r"[\s=(){}\[\]\ufffc]", inside) is None
    is_word = any(map(str.isalpha, inside)) and not inside[0].isdigit() and inside[0] not in "$€£<>-+."
    if is_one_word and is_word:
        if _OF_AWS.fullmatch(inside.lower()) is None and inside.lower() not in ABBREVIATIONS:
            yield _name(start + text[start:end].index(inside), inside)
        return
    yield from _tokens(text, start, end)


def _tokens(text: str, start: int, end: int, *, is_bold: bool = False) -> Iterator[Found]:
    """The words of a marked text that look like names; the whole of it may be the name as well."""
    whole = Mention(text[start:end].strip())
    for token in _TOKEN.finditer(text, start, end):
        word = token.group().rstrip(_CLOSING)
        if looks_like_name(word):
            readings = (Mention(word),) if is_bold or end - start > _LONGEST else (Mention(word), whole)
            yield Found(Kind.NAME, token.start(), token.start() + len(word), readings)


def _name(start: int, written: str) -> Found:
    return Found(Kind.NAME, start, start + len(written), (Mention(written),))
