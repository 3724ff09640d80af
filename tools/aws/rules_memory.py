"""The last good rules in the state table."""

from __future__ import annotations

from tools.aws.state_table import StateTable
from tools.domain.kept_rules import KEPT_AT, KeptRules, kept_rules_from, rules_item, rules_of


class DynamoDbRulesMemory:
    """`RulesMemory` on the state table."""

    _table: StateTable

    def keep_rules(self, account_id: str, kept: KeptRules) -> None:
        """PutItem over an older one."""
        self._table.put(rules_item(account_id, kept), newer_by=KEPT_AT)

    def kept_rules(self, account_id: str, source: str) -> KeptRules | None:
        """Query the one of this source."""
        found = self._table.all_in(rules_of(account_id), earliest=source, latest=source)
        return kept_rules_from(found[0]) if found else None
