"""Confirmations: the tokens with which a proposed change is made. Keys and shapes: `state_items`.

A token holds for one request, of one caller, for a short time and for one success. The table keeps its hash only.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from tools.domain.errors import ConfirmationRefused
from tools.domain.state_items import EXPIRY, PARTITION, SORT, Item

HOLDS = timedelta(minutes=15)
TAKEN = "taken"

_ASK_AGAIN = "Ask for the change again. Nothing was changed."


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """One token: what it is bound to, until when, and how often it was taken or given back.

    `taken` is odd while it is taken: by a change that is being made or was made.
    """

    key: str
    request: str
    caller: str
    expires_at: datetime
    taken: int = 0

    def take(self, request: str, caller: str, now: datetime) -> Confirmation:
        """The token after it was taken for this request. Raises ConfirmationRefused saying why not."""
        if self.caller != caller:
            # In the words for an unknown token: that there is one is the other caller's business.
            raise unknown_token()
        if now >= self.expires_at:
            raise ConfirmationRefused(
                f"The confirmation token is over since {self.expires_at:%Y-%m-%dT%H:%M:%SZ}. {_ASK_AGAIN}",
                {"reason": "EXPIRED"},
            )
        if self.request != request:
            raise ConfirmationRefused(
                "The confirmation token belongs to another request: send the proposed one exactly as it was "
                f"returned. {_ASK_AGAIN}",
                {"reason": "OTHER_REQUEST"},
            )
        if self.taken % 2:
            raise already_taken()
        return replace(self, taken=self.taken + 1)

    def give_back(self) -> Confirmation:
        """The token after the change it was taken for was not made."""
        return replace(self, taken=self.taken + 1)


def unknown_token() -> ConfirmationRefused:
    """There is no such token for this caller."""
    return ConfirmationRefused(
        f"The confirmation token is not known, or belongs to another caller. {_ASK_AGAIN}",
        {"reason": "UNKNOWN"},
    )


def already_taken() -> ConfirmationRefused:
    """The token was used."""
    return ConfirmationRefused(
        "The confirmation token was used already. list_changes shows what was made of it; for another change ask "
        "again.",
        {"reason": "USED"},
    )


def token_key(token: str) -> str:
    """What of a token is kept."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def request_mark(action: str, parameters: Mapping[str, Any]) -> str:
    """What is the same for the same request only, in whatever order its members stand."""
    text = json.dumps([action, parameters], sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def caller_mark(source: str, principal: str | None) -> str:
    """What is the same for the same caller only, as far as callers are told apart."""
    return hashlib.sha256(json.dumps([source, principal]).encode()).hexdigest()


def confirmations_of(account_id: str) -> str:
    """The partition of the tokens of an account's agent."""
    return f"{account_id}#confirmations"


def confirmation_item(account_id: str, confirmation: Confirmation) -> Item:
    """A token as an item."""
    return {
        PARTITION: confirmations_of(account_id),
        SORT: confirmation.key,
        "request": confirmation.request,
        "caller": confirmation.caller,
        "until": confirmation.expires_at.isoformat(),
        TAKEN: confirmation.taken,
        EXPIRY: int((confirmation.expires_at + timedelta(days=1)).timestamp()),
    }


def confirmation_from(item: Mapping[str, Any]) -> Confirmation:
    """An item as the token it holds."""
    return Confirmation(
        key=item[SORT],
        request=item["request"],
        caller=item["caller"],
        expires_at=datetime.fromisoformat(item["until"]),
        taken=int(item[TAKEN]),
    )
