"""Announcements in the state table: pending until every channel is done with them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from tools.aws.state_table import StateTable, where_equal
from tools.domain.announcement_items import (
    REVISION,
    announcement_from,
    announcement_item,
    outbox_of,
    told_item,
    told_of,
)
from tools.domain.announcements import Announcement


class DynamoDbOutbox:
    """`Outbox` on the state table."""

    def __init__(self, table: StateTable) -> None:
        self._table = table

    def announce(self, announcement: Announcement) -> bool:
        """Put it where neither a pending nor a told one of its id is."""
        return self._table.write_together(
            [
                self._table.put_of(announcement_item(announcement)),
                self._table.absence_of(told_of(announcement.account_id), announcement.id),
            ]
        )

    def pending_announcements(self, account_id: str) -> list[Announcement]:
        """Query the account's outbox."""
        found = [announcement_from(each) for each in self._table.all_in(outbox_of(account_id))]
        return sorted(found, key=lambda each: (each.at, each.id))

    def claim_announcement(
        self, announcement: Announcement, now: datetime, until: datetime
    ) -> Announcement | None:
        """Put it with a lease where its revision is the one that was read and no lease is running."""
        if announcement.claimed_until is not None and announcement.claimed_until > now:
            return None
        claimed = replace(announcement, claimed_until=until, revision=announcement.revision + 1)
        return claimed if self._replace(announcement, claimed) else None

    def settle_announcement(self, announcement: Announcement, now: datetime, *, is_done: bool) -> bool:
        """Put it without its lease, or move it to the told ones, where its revision is that of the claim."""
        settled = replace(announcement, claimed_until=None, revision=announcement.revision + 1)
        if not is_done:
            return self._replace(announcement, settled)
        return self._table.write_together(
            [
                self._table.delete_of(
                    outbox_of(announcement.account_id),
                    announcement.id,
                    where_equal(REVISION, announcement.revision),
                ),
                self._table.put_of(told_item(settled, now)),
            ]
        )

    def _replace(self, read: Announcement, written: Announcement) -> bool:
        condition = where_equal(REVISION, read.revision)
        return self._table.write_together([self._table.put_of(announcement_item(written), condition)])
