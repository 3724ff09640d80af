"""The loop of a restriction as a picture: drawn from the table of states that the agent itself decides by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path

from tools.domain.budget_action_states import (
    STATES,
    TRANSITIONS,
    AwsEvent,
    BudgetActionStatus,
    ExecutionType,
    Restricts,
    Transition,
)

PICTURE = Path(__file__).parent / "pictures" / "restriction_loop.svg"

WIDTH, HEIGHT = 1240, 620
_BOX_WIDTH, _BOX_HEIGHT = 214, 54
_S = BudgetActionStatus

_PLACES: dict[BudgetActionStatus, tuple[float, float]] = {
    _S.STANDBY: (130, 160),
    _S.PENDING: (430, 50),
    _S.EXECUTION_IN_PROGRESS: (730, 160),
    _S.EXECUTION_FAILURE: (1115, 60),
    _S.EXECUTION_SUCCESS: (1115, 255),
    _S.REVERSE_IN_PROGRESS: (730, 350),
    _S.REVERSE_FAILURE: (1115, 455),
    _S.REVERSE_SUCCESS: (430, 350),
    _S.RESET_IN_PROGRESS: (130, 350),
    _S.RESET_FAILURE: (130, 505),
}
_FILLS = {Restricts.YES: "#fde2e1", Restricts.PERHAPS: "#fff3d6", Restricts.NO: "#e3f4e8"}
_WORDS = {
    AwsEvent.CROSSED_AUTOMATIC: "crossed, AUTOMATIC",
    AwsEvent.CROSSED_MANUAL: "crossed, MANUAL",
    AwsEvent.DONE: "done",
    AwsEvent.FAILED: "fails",
    ExecutionType.APPROVE_BUDGET_ACTION: "a person approves",
    ExecutionType.RETRY_BUDGET_ACTION: "retry",
    ExecutionType.REVERSE_BUDGET_ACTION: "release",
    ExecutionType.RESET_BUDGET_ACTION: "re-arm",
}
BY_THE_AGENT = {
    ExecutionType.RETRY_BUDGET_ACTION,
    ExecutionType.REVERSE_BUDGET_ACTION,
    ExecutionType.RESET_BUDGET_ACTION,
}
"""What reconcile_budget_actions asks for by itself."""


@dataclass(frozen=True)
class _Arrow:
    """All ways from one state to another."""

    start: BudgetActionStatus
    end: BudgetActionStatus
    causes: tuple[ExecutionType | AwsEvent, ...]


def drawn() -> str:
    """The picture as SVG."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
        f'height="{HEIGHT}" font-family="Helvetica, Arial, sans-serif" role="img" '
        'aria-label="How a budget action restricts, releases and is watched again">',
        "<defs>",
        *(
            f'<marker id="{name}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" '
            f'orient="auto-start-reverse"><path d="M0 0 10 5 0 10z" fill="{colour}"/></marker>'
            for name, colour in _COLOURS.items()
        ),
        "</defs>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        *(part for arrow in _arrows() for part in _arrow(arrow)),
        *(part for status in _PLACES for part in _box(status)),
        *_legend(),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


_COLOURS = {"aws": "#6b7280", "agent": "#1d4ed8", "person": "#b45309"}


def _arrows() -> list[_Arrow]:
    """What stands in the table, but for the beginning and the new period, which the legend tells."""
    found: dict[tuple[BudgetActionStatus, BudgetActionStatus], list[ExecutionType | AwsEvent]] = {}
    for each in TRANSITIONS:
        if each.start is not None and each.cause is not AwsEvent.NEW_PERIOD:
            found.setdefault((each.start, each.end), []).append(each.cause)
    return [_Arrow(start, end, tuple(causes)) for (start, end), causes in found.items()]


def _arrow(arrow: _Arrow) -> Iterator[str]:
    kind = _kind(arrow)
    (x1, y1), (x2, y2) = _PLACES[arrow.start], _PLACES[arrow.end]
    # Ways there and back run beside each other.
    aside = 14 if any(each.start == arrow.end and each.end == arrow.start for each in _arrows()) else 0
    length = max(((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5, 1)
    right, down = -(y2 - y1) / length * aside, (x2 - x1) / length * aside
    (x1, y1), (x2, y2) = _edge(x1, y1, x2, y2), _edge(x2, y2, x1, y1)
    x1, y1, x2, y2 = x1 + right, y1 + down, x2 + right, y2 + down
    yield (
        f'<path d="M{x1:.0f} {y1:.0f}L{x2:.0f} {y2:.0f}" stroke="{_COLOURS[kind]}" stroke-width="1.8" '
        f'fill="none" marker-end="url(#{kind})"/>'
    )
    words = " or ".join(_WORDS[each] for each in arrow.causes)
    x, y = (x1 + x2) / 2 + right * 1.6, (y1 + y2) / 2 + down * 0.4 - 4
    yield (
        f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="middle" font-size="12" fill="{_COLOURS[kind]}" '
        f'paint-order="stroke" stroke="#ffffff" stroke-width="4">{escape(words)}</text>'
    )


def _kind(arrow: _Arrow) -> str:
    if any(each in BY_THE_AGENT for each in arrow.causes):
        return "agent"
    return "person" if any(isinstance(each, ExecutionType) for each in arrow.causes) else "aws"


def _edge(x1: float, y1: float, x2: float, y2: float) -> tuple[float, float]:
    """Where the line from the middle of a box towards a point leaves the box."""
    across, along = x2 - x1, y2 - y1
    reach = min(
        (_BOX_WIDTH / 2 + 3) / abs(across) if across else 9.0,
        (_BOX_HEIGHT / 2 + 3) / abs(along) if along else 9.0,
    )
    return x1 + across * reach, y1 + along * reach


def _box(status: BudgetActionStatus) -> Iterator[str]:
    x, y = _PLACES[status]
    restricts = STATES[status].restricts
    yield (
        f'<rect x="{x - _BOX_WIDTH / 2:.0f}" y="{y - _BOX_HEIGHT / 2:.0f}" width="{_BOX_WIDTH}" '
        f'height="{_BOX_HEIGHT}" rx="8" fill="{_FILLS[restricts]}" stroke="#374151"/>'
    )
    yield (
        f'<text x="{x:.0f}" y="{y - 4:.0f}" text-anchor="middle" font-size="13" font-weight="bold" '
        f'fill="#111827">{status.value}</text>'
    )
    yield (
        f'<text x="{x:.0f}" y="{y + 15:.0f}" text-anchor="middle" font-size="12" fill="#374151">'
        f"restricts: {restricts.value}</text>"
    )


def _legend() -> Iterator[str]:
    waiting = [each.start.value for each in TRANSITIONS if _is_new_period(each) and each.start is not None]
    lines = [
        ("aws", "AWS, at its refreshes"),
        ("agent", "the agent, when spend fell or the limit was raised; or a person"),
        ("person", "a person, with a reason"),
    ]
    for number, (kind, words) in enumerate(lines):
        y = 500 + 24 * number
        yield f'<path d="M400 {y - 4}h36" stroke="{_COLOURS[kind]}" stroke-width="2" marker-end="url(#{kind})"/>'
        yield f'<text x="448" y="{y}" font-size="13" fill="#111827">{escape(words)}</text>'
    yield (
        f'<text x="400" y="{500 + 24 * len(lines)}" font-size="12" fill="#374151">A new budget period puts back '
        f"to STANDBY: {', '.join(waiting[:3])},</text>"
    )
    yield (
        f'<text x="400" y="{518 + 24 * len(lines)}" font-size="12" fill="#374151">'
        f"{', '.join(waiting[3:])}.</text>"
    )


def _is_new_period(transition: Transition) -> bool:
    return transition.cause is AwsEvent.NEW_PERIOD
