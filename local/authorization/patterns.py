"""Wildcards and variables of IAM policies."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_LITERALS = ("*", "?", "$")


def listed(value: Any) -> list[Any]:
    """IAM lets a single value stand for a list of one."""
    return list(value) if isinstance(value, (list, tuple)) else [value]


def matches(wanted: str, text: str) -> bool:
    """Whether `text` is what `wanted` describes: `*` is any text, `?` any one character, case counts."""
    return _compiled(wanted).fullmatch(text) is not None


def fill_in(wanted: str, context: Mapping[str, str | Sequence[str]]) -> str:
    """Replace policy variables such as `${aws:PrincipalTag/team}` by the request's values.

    A variable without a value stays as it is written and so matches nothing (IAM user guide, policy
    variables); `${*}`, `${?}` and `${$}` are the characters themselves; a default follows a comma.
    """

    def value_of(variable: re.Match[str]) -> str:
        name, _, default = variable.group(1).partition(",")
        if name in _LITERALS:
            return _LITERAL_MARKS.get(name, name)
        value = context.get(name.strip().lower())
        if isinstance(value, str):
            return _escape(value)
        return default.strip().strip("'") or variable.group(0)

    return _VARIABLE.sub(value_of, wanted) if "${" in wanted else wanted


# Private-use characters stand for wildcards that are meant literally.
_LITERAL_MARKS = {"*": "\ue000", "?": "\ue001"}


def spell_out(filled_in: str) -> str:
    """What `fill_in` gave, for a comparison without wildcards."""
    for character, mark in _LITERAL_MARKS.items():
        filled_in = filled_in.replace(mark, character)
    return filled_in


def _escape(value: str) -> str:
    for character, mark in _LITERAL_MARKS.items():
        value = value.replace(character, mark)
    return value


@lru_cache(maxsize=4096)
def _compiled(wanted: str) -> re.Pattern[str]:
    literal = {mark: character for character, mark in _LITERAL_MARKS.items()}
    parts = (
        ".*" if char == "*" else "." if char == "?" else re.escape(literal.get(char, char)) for char in wanted
    )
    return re.compile("".join(parts), re.DOTALL)
