"""Which tool answers a question that changes nothing: that of the first row whose words it has."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Reading:
    """Words, and the tools that answer them, the best first. `is_about_one` ones need the name of a budget."""

    words: str
    tools: tuple[str, ...]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    is_about_one: bool = False


OVERVIEW = "analyze_budgets"

_READINGS = (
    Reading(
        r"\bchanges\b|\bwhat (?:\w+ )?changed\b|\bwho (?:\w+ )?(?:changed|raised|lowered|deleted|created)\b",
        ("list_changes",),
    ),
    Reading(r"\bwhy\b|\bperform|\bhistory\b|\bdone\b", ("get_budget_performance",), is_about_one=True),
    Reading(r"\balerts?\b|\balarms?\b|\bnotified\b", ("list_alerts", "monitor_budgets")),
    Reading(r"\bthresholds?\b|\bmonitor", ("monitor_budgets",)),
    Reading(r"\brecommend|\bsuggest|\bpropos|\bmissing\b|\bshould\b", ("recommend_budgets",)),
    Reading(r"\brestrict|\bbudget actions?\b|\bblocked\b|\bstopped\b", ("list_budget_actions",)),
    Reading(r"\brules?\b|\bgovern|\bcompl(?:y|iant|iance)\b|\baudit|\bviolat", ("audit_budgets",)),
    Reading(r"\btemplates?\b", ("list_budget_templates",)),
    Reading(
        r"\boverview\b|\bstatus\b|\bsummar|\bbudgets?\b|\bspen|\bcosts?\b|\blimits?\b|\bover\b", (OVERVIEW,)
    ),
)


def reading_of(question: str, offered: Container[str]) -> Reading | None:
    """The first row that fits; None if no word is known, or no tool of its row is offered."""
    for row in _READINGS:
        if re.search(row.words, question, re.IGNORECASE) and any(tool in offered for tool in row.tools):
            return row
    return None
