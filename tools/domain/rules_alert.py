"""The alert that a governance file cannot be used: told once a day for as long as it is so."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Final

from tools.domain.announcements import Announcement, AnnouncementType

RULES_UNUSABLE: Final = "governance_file_unusable"


def rules_alert(account_id: str, source: str, code: str, reason: str, now: datetime) -> Announcement:
    """What is told of a file that cannot be used; its id is the file's, the problem's and the day's."""
    digest = hashlib.sha256(f"{source}\n{code}\n{reason}".encode()).hexdigest()[:16]
    return Announcement(
        id=f"{RULES_UNUSABLE}-{digest}-{now:%Y-%m-%d}",
        account_id=account_id,
        at=now,
        type=AnnouncementType.BUDGET_ALERT,
        event=RULES_UNUSABLE,
        data={
            "event": RULES_UNUSABLE,
            "account_id": account_id,
            "budget_name": None,
            "source": source,
            "code": code,
            "sentence": reason,
        },
    )
