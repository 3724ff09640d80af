"""Sessions and confirmation tokens in the state table."""

from __future__ import annotations

from tools.aws.state_table import StateTable
from tools.domain.confirmations import (
    TAKEN,
    Confirmation,
    confirmation_from,
    confirmation_item,
    confirmations_of,
)
from tools.domain.sessions import VERSION, Session, session_from, session_item, sessions_of


class DynamoDbConversations:
    """`ConversationStore` on the state table."""

    _table: StateTable

    def session(self, account_id: str, key: str) -> Session | None:
        """Query one sort key."""
        found = self._table.all_in(sessions_of(account_id), earliest=key, latest=key)
        return session_from(found[0]) if found else None

    def save_session(self, account_id: str, session: Session) -> bool:
        """PutItem over a lower version."""
        return self._table.put(session_item(account_id, session), newer_by=VERSION)

    def confirmation(self, account_id: str, key: str) -> Confirmation | None:
        """Query one sort key."""
        found = self._table.all_in(confirmations_of(account_id), earliest=key, latest=key)
        return confirmation_from(found[0]) if found else None

    def save_confirmation(self, account_id: str, confirmation: Confirmation) -> bool:
        """PutItem over one that was taken less often."""
        return self._table.put(confirmation_item(account_id, confirmation), newer_by=TAKEN)
