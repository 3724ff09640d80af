"""DynamoDB tables."""

from typing import Any

from local.cloudformation.resources._resource import Made, Properties, ResourceType, Services, pick


class Table(ResourceType):
    """A table on demand or provisioned."""

    name = "AWS::DynamoDB::Table"
    name_property = "TableName"
    _created_with = (
        "AttributeDefinitions",
        "BillingMode",
        "DeletionProtectionEnabled",
        "GlobalSecondaryIndexes",
        "KeySchema",
        "ProvisionedThroughput",
        "StreamSpecification",
        "TableName",
        "Tags",
    )
    properties = frozenset(
        (*_created_with, "PointInTimeRecoverySpecification", "SSESpecification", "TimeToLiveSpecification")
    )

    def create(self, services: Services, wanted: Properties) -> Made:
        """CreateTable."""
        given = pick(wanted, *self._created_with)
        if "SSESpecification" in wanted:
            given["SSESpecification"] = _encryption(wanted["SSESpecification"])
        if "StreamSpecification" in wanted:
            given["StreamSpecification"] = {"StreamEnabled": True, **wanted["StreamSpecification"]}
        table = services("dynamodb").create_table(**given)["TableDescription"]
        attributes = {"Arn": table["TableArn"], "StreamArn": table.get("LatestStreamArn", "")}
        return Made(wanted["TableName"], attributes)

    def complete(self, services: Services, made: Made, wanted: Properties) -> None:
        """Set expiry and recovery, which CreateTable does not take."""
        _set_later(services("dynamodb"), made.physical_id, {}, wanted)

    def update(self, services: Services, made: Made, before: Properties, wanted: Properties) -> None:
        """UpdateTable with what changed; AWS refuses another key schema."""
        tables, name = services("dynamodb"), made.physical_id
        changed = {
            each: wanted[each]
            for each in ("BillingMode", "DeletionProtectionEnabled", "ProvisionedThroughput")
            if each in wanted and before.get(each) != wanted[each]
        }
        if before.get("SSESpecification") != wanted.get("SSESpecification"):
            changed["SSESpecification"] = _encryption(wanted.get("SSESpecification", {"SSEEnabled": False}))
        if changed:
            tables.update_table(TableName=name, **changed)
        _set_later(tables, name, before, wanted)

    def delete(self, services: Services, made: Made, properties: Properties) -> None:
        """DeleteTable; AWS refuses while it is protected."""
        services("dynamodb").delete_table(TableName=made.physical_id)


def _set_later(tables: Any, name: str, before: Properties, wanted: Properties) -> None:
    expiry, recovery = "TimeToLiveSpecification", "PointInTimeRecoverySpecification"
    if expiry in wanted and before.get(expiry) != wanted[expiry]:
        tables.update_time_to_live(TableName=name, TimeToLiveSpecification=wanted[expiry])
    if recovery in wanted and before.get(recovery) != wanted[recovery]:
        tables.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=wanted[recovery])


def _encryption(specification: Properties) -> dict[str, Any]:
    """What the API calls Enabled is SSEEnabled in templates."""
    return {"Enabled": specification["SSEEnabled"], **pick(specification, "SSEType", "KMSMasterKeyId")}
