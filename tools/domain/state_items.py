"""The items of the state table: their keys and their shapes.

The table has a partition key `pk` and a sort key `sk`, both text, and `expires_at` (seconds since 1970) from which
on DynamoDB may delete an item. Accounts never share a partition.

| item | pk | sk | expires |
|---|---|---|---|
| audit entry | `<account>#changes` | `<moment>#<id>` | never |
| alert | `<account>#alerts` | `<budget>:<start of period>:<figure>:<operator>:<threshold>` | never |
| past alert | `<account>#past-alerts` | `<moment of its end>#<id>-<occurrence>` | after 400 days |
| budget action | `<account>#budget-actions` | `<budget>:<action id>` | never |
| announcement | `<account>#outbox` | `<id>` | never |
| told announcement | `<account>#told` | `<id>` | after 90 days |
| received message | `<account>#inbox` | `<message id>` | after 90 days |
| budget snapshot | `<account>#snapshots#<budget>` | `<day>` | after `BUDGET_SNAPSHOT_DAYS` |
| latest snapshot | `<account>#latest-snapshots` | `<budget>` | after `BUDGET_SNAPSHOT_DAYS` |
| answer of Cost Explorer | `<account>#costs` | `<day>#<hash of the question>#<part>` | after two days |
| WebSocket connection | `<account>#connections` | `<connection id>` | after 2 h 15 min |
| governance rules | `<account>#governance` | `s3://<bucket>/<key>` or `ssm:<name>` | never |
| session | `<account>#sessions` | `<hash of caller and session id>` | after `ASK_SESSION_HOURS` |
| confirmation token | `<account>#confirmations` | `<hash of the token>` | a day after it is over |
| request | `<account>#requests` | `request#<hash of its id>` | after a day |

An audit entry has `id`, `account_id`, `at`, `action`, `budget_name`, `reason`, `requester`, `caller`, `outcome`,
`finished_at`, `before`, `after`, `undo` (both exactly, for undo_change) and `error`; what is unknown has no
attribute. Objects are JSON texts. Its account is the one worked in. Moments are UTC with microseconds, so that
their order as text is that of time.

An alert has `status`, `version` (a number, which every change of it raises) and `alert`, a JSON text of all the
rest; it becomes a past one when its period is over. An announcement has `revision` (a number), `announcement` (a
JSON text: what is told, and how far each channel has got) and `claimed_until` while a run is delivering it. It
is written in one transaction with the alert that causes it, and becomes a told one when every channel has
delivered it or given up.

A budget action has `version` (a number) and `record`, a JSON text: the state it was seen in last, since when, the
limit it restricted at and how often the agent tried to mend it. It goes when AWS has no such budget action.

A received message has `received_at`, `outcome`, `budget_name` and `message`, a JSON text: what was understood, and
of one that was refused the beginning of its text. It is written once it was worked on, and never changed.

A snapshot has `as_of` (when AWS made its figures, then when they were read) and `snapshot`, a JSON text of all the
rest; it is written only over one whose `as_of` is lower. The latest of each budget is kept a second time, in one
partition, so that one query tells what is new.

An answer of Cost Explorer has `asked_at`, `parts` (how many items it is), `digest` (of question and answer) and
`answer`: JSON, compressed (zlib), as base64, at most 300,000 characters in each part. Parts are written only over
older ones, and an answer whose parts do not match its digest is none. Its account is the one that asks.

A connection is one to the stack's own WebSocket API: `subscriptions`, a JSON list of `{"account_id",
"budget_name"}` in which null stands for any, and `connected_at`. Its account is the agent's own.

Governance rules are `text`, the last good one of the rules file, and `kept_at`; it is written only over an older
one. Its account is the agent's own.

A session has `version` (a number, which every change of it raises), `turns`, a JSON list of questions and answers,
and `until`. A confirmation token has the hashes of its `request` and of its `caller`, `until`, and `taken`: how
often it was taken or given back, odd while it is taken. Their account is the agent's own.

A request is Powertools' idempotency record: `status`, `validation` (hash of the request), `data` (the reply) and
`in_progress_expiration`. Its account is the agent's own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from tools.domain.audit import AuditEntry, Outcome, Requester, position_of

PARTITION = "pk"
SORT = "sk"
EXPIRY = "expires_at"
OUTCOME = "outcome"
BUDGET = "budget_name"

Item = Mapping[str, str | int]
"""An item of the table: texts and whole numbers. What is unknown has no attribute."""

_OBJECTS = ("before", "after", "undo", "error")
_CALLER = ("source", "principal")


def changes_of(account_id: str) -> str:
    """The partition of an account's audit entries."""
    return f"{account_id}#changes"


def requests_of(account_id: str) -> str:
    """The partition of the requests that the agent of an account was sent."""
    return f"{account_id}#requests"


def audit_item(entry: AuditEntry) -> Item:
    """An audit entry as an item."""
    texts: dict[str, str | None] = {
        PARTITION: changes_of(entry.account_id),
        SORT: entry.position,
        "id": entry.id,
        "account_id": entry.account_id,
        "at": position_of(entry.at),
        "action": entry.action,
        BUDGET: entry.budget_name,
        "reason": entry.reason,
        **_requester_texts(entry.requester),
        **completion_of(entry),
    }
    return {name: value for name, value in texts.items() if value is not None}


def _requester_texts(requester: Requester) -> dict[str, str]:
    """The caller apart from the rest: what came before it reads the rest, should the agent be rolled back."""
    known = asdict(requester)
    caller = {name: known.pop(name) for name in _CALLER}
    return {"requester": json.dumps(known), "caller": json.dumps(caller)}


def completion_of(entry: AuditEntry) -> dict[str, str]:
    """The attributes of an audit entry that are written when its change has ended."""
    parts = {name: getattr(entry, name) for name in _OBJECTS}
    return {
        OUTCOME: entry.outcome.value,
        **({} if entry.finished_at is None else {"finished_at": position_of(entry.finished_at)}),
        **{name: json.dumps(part, ensure_ascii=False) for name, part in parts.items() if part is not None},
    }


def audit_entry_from(item: Mapping[str, Any]) -> AuditEntry:
    """An item as the audit entry it holds."""
    finished_at = item.get("finished_at")
    return AuditEntry(
        id=item["id"],
        account_id=item["account_id"],
        at=datetime.fromisoformat(item["at"]),
        action=item["action"],
        budget_name=item.get(BUDGET),
        reason=item.get("reason"),
        requester=Requester(**json.loads(item["requester"]), **json.loads(item.get("caller", "{}"))),
        outcome=Outcome(item[OUTCOME]),
        finished_at=None if finished_at is None else datetime.fromisoformat(finished_at),
        **{name: json.loads(item[name]) for name in _OBJECTS if name in item},
    )
