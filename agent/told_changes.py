"""What an answer says of changes is true: a conversation has made none, whatever the model claims."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tools.domain.conversation import ProposedChange

_DONE = "created|deleted|removed|updated|changed|raised|lowered|increased|decreased|set|attached|approved|executed"
_DONE += "|reversed|reset|acknowledged|snoozed|adjusted|restored|undone|reverted|confirmed|applied|sent|added"
# It is said once too often rather than once too seldom: it is always true.
_CLAIMS = re.compile(
    rf"\b(?:I|we)(?:'ve|\u2019ve| have| did)?(?: (?:just|now|already|successfully))? (?:{_DONE})\b"
    rf"|\b(?:has|have|was|were|is|are) (?:now |just |already |successfully |been )*(?:{_DONE})\b"
    r"|\b(?:created|deleted|approved|acknowledged|snoozed|reverted|undone|deletion|creation)\b"
    r"|\b(?:went|gone) ahead\b|\bin place\b|\bis live\b|\ball set\b|\bsuccessfully\b|(?:^|[.!?]\s)Done\b",
    re.IGNORECASE,
)
NOTHING_CHANGED = "Nothing was changed: a conversation changes nothing by itself."


def with_truth_about_changes(
    text: str, proposals: Sequence[ProposedChange], *, has_tried: bool = False
) -> str:
    """The answer, and where it proposes changes or sounds as if it had made some, that it has not.

    `has_tried` says that the model called a tool that changes something, whatever became of it.
    """
    if proposals:
        named = ", ".join(dict.fromkeys(str(each.request["action"]) for each in proposals))
        return f"{text}\n\nNothing was changed yet. Proposed: {named}; whoever sends a proposal makes it."
    return f"{text}\n\n{NOTHING_CHANGED}" if has_tried or _CLAIMS.search(text) else text
