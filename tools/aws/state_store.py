"""The agent's memory on DynamoDB behind `StateStore`: conditional writes and queries, no decisions."""

from __future__ import annotations

from datetime import timedelta

from tools.aws.action_record_store import DynamoDbActionRecords
from tools.aws.alert_store import DynamoDbAlerts
from tools.aws.change_store import DynamoDbChanges
from tools.aws.conversations import DynamoDbConversations
from tools.aws.cost_memory import DynamoDbCostMemory
from tools.aws.inbox import DynamoDbInbox
from tools.aws.outbox import DynamoDbOutbox
from tools.aws.rules_memory import DynamoDbRulesMemory
from tools.aws.snapshot_store import DynamoDbSnapshots
from tools.aws.state_table import StateTable
from tools.domain.snapshots import SNAPSHOTS_KEPT


class DynamoDbStateStore(
    DynamoDbChanges,
    DynamoDbAlerts,
    DynamoDbActionRecords,
    DynamoDbOutbox,
    DynamoDbInbox,
    DynamoDbSnapshots,
    DynamoDbCostMemory,
    DynamoDbRulesMemory,
    DynamoDbConversations,
):
    """All of it in one table; `snapshots_kept` is how long DynamoDB keeps a budget's snapshots."""

    def __init__(self, table: StateTable, snapshots_kept: timedelta = SNAPSHOTS_KEPT) -> None:
        DynamoDbSnapshots.__init__(self, table, snapshots_kept)
