"""HttpAnswer: one answer of the embedded AWS before it is written."""

from dataclasses import dataclass


@dataclass(frozen=True)
class HttpAnswer:
    """Status line, headers and body; of a cut answer only half of the body is sent."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes
    is_cut: bool = False
