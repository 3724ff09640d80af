"""The agent's memory on DynamoDB behind `StateStore`: conditional writes and queries, no decisions."""

from __future__ import annotations

from tools.aws.alert_store import DynamoDbAlerts
from tools.aws.change_store import DynamoDbChanges
from tools.aws.outbox import DynamoDbOutbox


class DynamoDbStateStore(DynamoDbChanges, DynamoDbAlerts, DynamoDbOutbox):
    """All of it in one table."""
