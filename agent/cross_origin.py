"""Which web pages' scripts may call the agent over HTTP: those of CORS_ALLOWED_ORIGINS, and none by itself.

Source: the Fetch standard, "CORS protocol". Of what a caller sends nothing is given back but an origin that is
allowed.
"""

from __future__ import annotations

_METHODS = "POST, OPTIONS"
_HEADERS = "Content-Type, Authorization, X-Api-Key, X-Amz-Date, X-Amz-Security-Token, X-Amz-Content-Sha256"
_SECONDS = "600"


def allowing_headers(origin: str | None, allowed: str | None) -> dict[str, str]:
    """The headers that let a page of this origin read the answer; none if it may not."""
    shown = _shown(origin, allowed)
    if shown is None:
        return {}
    return {"Access-Control-Allow-Origin": shown, "Access-Control-Expose-Headers": "Retry-After"}


def preflight_headers(origin: str | None, allowed: str | None) -> dict[str, str]:
    """The further headers of an answer to OPTIONS, by which a browser lets the page send its request."""
    if _shown(origin, allowed) is None:
        return {}
    return {
        "Access-Control-Allow-Methods": _METHODS,
        "Access-Control-Allow-Headers": _HEADERS,
        "Access-Control-Max-Age": _SECONDS,
    }


def is_foreign_page(origin: str | None, host: str | None, allowed: str | None) -> bool:
    """Whether a browser sends this for a page of somebody else's.

    A browser sends a form or a text to any address without asking before, with the reader's cookies and from the
    reader's network; only the page cannot read the answer. A change would have been made by then.
    """
    if origin is None or _shown(origin, allowed) is not None:
        return False
    return origin.partition("://")[2] != host


def _shown(origin: str | None, allowed: str | None) -> str | None:
    """The value of Access-Control-Allow-Origin."""
    if origin is None or allowed is None:
        return None
    if allowed == "*":
        return "*"
    return origin if origin in [each.strip() for each in allowed.split(",")] else None
