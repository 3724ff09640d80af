"""The IAM permissions that stand beside the calls are real ones."""

import json
from importlib.resources import files
from typing import Any

import botocore.session
import pytest

from tools.aws import (
    budgets,
    connections,
    cost_explorer,
    databases,
    iam,
    instances,
    model_permissions,
    organization,
    rules_in_s3,
    rules_in_ssm,
    state_table,
    topic,
    websocket,
)

ADAPTERS = (
    ("budgets", budgets),
    ("ce", cost_explorer),
    ("dynamodb", state_table),
    ("dynamodb", connections),
    ("apigatewaymanagementapi", websocket),
    ("sns", topic),
    ("iam", iam),
    ("ec2", instances),
    ("rds", databases),
    ("organizations", organization),
    ("s3", rules_in_s3),
    ("ssm", rules_in_ssm),
    ("bedrock-runtime", model_permissions),
)
CALLS = [
    (service, operation, permission)
    for service, adapter in ADAPTERS
    for operation, permissions in adapter.PERMISSIONS.items()
    for permission in permissions
]


def iam_actions() -> dict[str, Any]:
    """IAM's table of services and actions as cfn-lint ships it; names in lower case."""
    table = files("cfnlint.data.AdditionalSpecs").joinpath("Policies.json")
    found: dict[str, Any] = json.loads(table.read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize(("service", "operation", "permission"), CALLS)
def test_the_operation_and_its_permission_exist(service: str, operation: str, permission: str) -> None:
    model = botocore.session.get_session().get_service_model(service)
    assert operation in model.operation_names
    prefix, _, name = permission.partition(":")
    assert name.lower() in iam_actions()[prefix]["Actions"]
