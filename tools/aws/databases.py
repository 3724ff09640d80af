"""RDS instances as far as a budget action's targets go, read only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from tools.aws.iam import reading
from tools.domain.targets import Database

DESCRIBE: Final = "rds:DescribeDBInstances"
PERMISSIONS: Mapping[str, tuple[str, ...]] = {"DescribeDBInstances": (DESCRIBE,)}


class AwsDatabases:
    """RDS instances through boto3. `client` gives the RDS client of a Region."""

    def __init__(self, client: Callable[[str], Any]) -> None:
        self._rds = client

    def databases(self, region: str, ids: Sequence[str]) -> list[Database]:
        """By filter, which leaves out those that do not exist; naming one would fail the call."""
        request: dict[str, Any] = {"Filters": [{"Name": "db-instance-id", "Values": list(ids)}]}
        found: list[Database] = []
        while True:
            with reading(DESCRIBE):
                page = self._rds(region).describe_db_instances(**request)
            found += [_database_from(wire) for wire in page.get("DBInstances") or ()]
            if not page.get("Marker"):
                return found
            request["Marker"] = page["Marker"]


def _database_from(wire: Mapping[str, Any]) -> Database:
    return Database(
        id=wire["DBInstanceIdentifier"],
        state=wire["DBInstanceStatus"],
        engine=wire["Engine"],
        type=wire["DBInstanceClass"],
        cluster=wire.get("DBClusterIdentifier"),
        replica_of=wire.get("ReadReplicaSourceDBInstanceIdentifier"),
        replicas=tuple(wire.get("ReadReplicaDBInstanceIdentifiers") or ()),
    )
