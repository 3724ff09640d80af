"""DynamoDB: transactions are isolated, which moto's are not."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.contracts.local.conftest import Clients


def key(name: str) -> dict[str, Any]:
    return {"id": {"S": name}}


@pytest.mark.usefixtures("aws")
def test_a_transaction_that_fails_takes_nothing_back_that_others_wrote(clients: Clients) -> None:
    dynamodb = clients("dynamodb")
    dynamodb.create_table(
        TableName="table",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    )
    is_there = {"ConditionExpression": "attribute_exists(id)"}
    refused = {"Put": {"TableName": "table", "Item": key("never"), **is_there}}

    def write(number: int) -> None:
        if number % 2:
            dynamodb.put_item(TableName="table", Item=key(str(number)))
            return
        with pytest.raises(dynamodb.exceptions.TransactionCanceledException):
            dynamodb.transact_write_items(
                TransactItems=[{"Put": {"TableName": "table", "Item": key(f"half-{number}")}}, refused]
            )

    with ThreadPoolExecutor(8) as workers:
        list(workers.map(write, range(60)))
    found = {item["id"]["S"] for item in dynamodb.scan(TableName="table")["Items"]}
    assert found == {str(number) for number in range(1, 60, 2)}
