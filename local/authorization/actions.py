"""The IAM action behind each AWS operation, where the two are not called the same."""

from collections.abc import Mapping

from moto.core.utils import get_service_model

# boto3 service name to the prefix of its IAM actions, where they differ.
PREFIXES: Mapping[str, str] = {
    "apigatewaymanagementapi": "execute-api",
    "apigatewayv2": "apigateway",
    "bedrock-runtime": "bedrock",
    "sesv2": "ses",
    "stepfunctions": "states",
    "application-autoscaling": "application-autoscaling",
}

_BUDGET_READS = (
    "DescribeBudget",
    "DescribeBudgets",
    "DescribeBudgetPerformanceHistory",
    "DescribeNotificationsForBudget",
    "DescribeBudgetNotificationsForAccount",
    "DescribeSubscribersForNotification",
)
_BUDGET_WRITES = tuple(
    f"{verb}{noun}"
    for verb in ("Create", "Update", "Delete")
    for noun in ("Budget", "Notification", "Subscriber")
)

# Source: Service Authorization Reference, "operation to action" tables of each service.
_RENAMED: Mapping[str, Mapping[str, str | None]] = {
    "budgets": {
        **dict.fromkeys(_BUDGET_READS, "ViewBudget"),
        **dict.fromkeys(_BUDGET_WRITES, "ModifyBudget"),
    },
    "lambda": {
        "Invoke": "InvokeFunction",
        "InvokeWithResponseStream": "InvokeFunction",
        "GetAccountSettings": "GetAccountSettings",
    },
    "bedrock-runtime": {
        "Converse": "InvokeModel",
        "ConverseStream": "InvokeModelWithResponseStream",
    },
    "apigatewaymanagementapi": dict.fromkeys(
        ("PostToConnection", "GetConnection", "DeleteConnection"), "ManageConnections"
    ),
    "sns": {"PublishBatch": "Publish"},
    "sqs": {
        "SendMessageBatch": "SendMessage",
        "DeleteMessageBatch": "DeleteMessage",
        "ChangeMessageVisibilityBatch": "ChangeMessageVisibility",
    },
    # Anyone may ask who they are: no policy can take it away, none need grant it.
    "sts": {"GetCallerIdentity": None},
    "s3": {
        "ListObjects": "ListBucket",
        "ListObjectsV2": "ListBucket",
        "HeadBucket": "ListBucket",
        "HeadObject": "GetObject",
        "ListBuckets": "ListAllMyBuckets",
        "CopyObject": "PutObject",
        "CreateMultipartUpload": "PutObject",
        "UploadPart": "PutObject",
        "CompleteMultipartUpload": "PutObject",
        "DeleteObjects": "DeleteObject",
        "ListObjectVersions": "ListBucketVersions",
    },
}


# API Gateway calls its actions after the HTTP method, and its resources after the path.
# Source: API Gateway developer guide, "Control access to API Gateway with IAM permissions".
NAMED_BY_METHOD = ("apigateway", "apigatewayv2")


def http_of(service: str, operation: str) -> tuple[str, str]:
    """Method and path of an operation, as `("DELETE", "/v2/apis/{apiId}")`; both `*` for one that is not known."""
    model = get_service_model(service)
    if operation not in model.operation_names:
        return "*", "*"
    http = model.operation_model(operation).http
    return str(http["method"]), str(http["requestUri"])


def action_of(service: str, operation: str) -> str | None:
    """The IAM action that `operation` of a boto3 service asks for; None if it asks for none.

    `action_of("budgets", "DescribeBudgets")` is `budgets:ViewBudget`.
    """
    if service in NAMED_BY_METHOD:
        return f"apigateway:{http_of(service, operation)[0]}"
    renamed = _RENAMED.get(service, {}).get(operation, operation)
    return None if renamed is None else f"{PREFIXES.get(service, service)}:{renamed}"
