"""Pages of a reply."""

from typing import Any

import pytest

from tools.domain.errors import InvalidParameters
from tools.domain.paging import Page, page_of


def pages(entries: list[str], token: str | None = None, **options: Any) -> Page[str]:
    return page_of(
        entries,
        key=str,
        size=options.get("size", 2),
        bytes_of=len,
        token=token,
        question=options.get("question", "all"),
        largest_bytes=options.get("largest_bytes", 1000),
    )


def test_tokens_lead_through_every_entry_once() -> None:
    entries = ["a", "b", "c", "d", "e"]
    seen, token = [], None
    for _ in range(3):
        page = pages(entries, token)
        seen += page.entries
        token = page.next_token
    assert (seen, token) == (entries, None)


def test_what_is_left_out_is_counted() -> None:
    assert pages(["a", "b", "c"]).left_out == 1


def test_a_page_stops_before_it_grows_too_large_and_says_so() -> None:
    page = pages(["a" * 6, "b" * 6, "c"], size=3, largest_bytes=10)
    assert page.entries == ["a" * 6]
    assert page.left_out == 2
    assert page.next_token is not None


def test_one_entry_is_given_however_large_it_is() -> None:
    assert pages(["a" * 99], largest_bytes=10).entries == ["a" * 99]


def test_entries_that_came_or_went_in_between_do_not_double_the_others() -> None:
    token = pages(["b", "c", "d"]).next_token
    assert pages(["a", "b", "c", "d"], token).entries == ["d"]


def test_a_page_goes_on_by_position_when_its_last_entry_is_gone() -> None:
    token = pages(["a", "b", "c"]).next_token
    assert pages(["a", "c", "d"], token).entries == ["d"]


@pytest.mark.parametrize("token", ["", "not base64!", "bm90IGpzb24=", "W10=", "WyJ4IiwxXQ=="])
def test_a_token_that_is_none_is_refused(token: str) -> None:
    with pytest.raises(InvalidParameters, match="next_token"):
        pages(["a", "b", "c"], token)


def test_a_token_of_another_question_is_refused() -> None:
    token = pages(["a", "b", "c"], question="costs").next_token
    with pytest.raises(InvalidParameters, match="another request"):
        pages(["a", "b", "c"], token, question="usage")


def test_an_empty_list_has_one_empty_page() -> None:
    assert pages([]) == Page([], 0, None)
