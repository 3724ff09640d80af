"""The ARN of what an AWS operation works on, from its parameters."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from moto.organizations.models import organizations_backends

from local.authorization.actions import http_of
from local.bedrock.foundation_models import DESTINATIONS, profile_parts


@dataclass(frozen=True)
class Place:
    """Where a call is made: the account it works in and its Region."""

    account_id: str
    region: str

    def arn(self, service: str, resource: str, *, is_global: bool = False) -> str:
        """The ARN of a resource here; a global service's has no Region."""
        return f"arn:aws:{service}:{'' if is_global else self.region}:{self.account_id}:{resource}"


Parameters = Mapping[str, Any]
Namer = Callable[[str, Parameters, Place], list[str]]

ANYTHING = ["*"]


def resources_of(service: str, operation: str, parameters: Parameters, place: Place) -> list[str]:
    """The ARNs that `operation` of a boto3 service needs its action on; `*` where it has no resource.

    Source: Service Authorization Reference, "resource types" of each service. A service without an entry
    here is asked for `*`, which only a statement about `*` grants (emulator-defined: stricter than AWS).
    """
    return _NAMERS.get(service, _anything)(operation, parameters, place) or ANYTHING


def _anything(operation: str, parameters: Parameters, place: Place) -> list[str]:
    return ANYTHING


def _budgets(operation: str, parameters: Parameters, place: Place) -> list[str]:
    if operation == "DescribeBudgetActionsForAccount":
        return ANYTHING
    if "ResourceARN" in parameters:
        return [parameters["ResourceARN"]]
    budget = parameters.get("Budget") or parameters.get("NewBudget") or parameters
    account = Place(parameters.get("AccountId", place.account_id), place.region)
    arn = account.arn("budgets", f"budget/{budget.get('BudgetName', '*')}", is_global=True)
    if "ActionId" in parameters or operation == "CreateBudgetAction":
        arn = f"{arn}/action/{parameters.get('ActionId', '*')}"
    return [arn]


def _cost_explorer(operation: str, parameters: Parameters, place: Place) -> list[str]:
    named = ("BillingViewArn", "MonitorArn", "SubscriptionArn", "CostCategoryArn", "ResourceArn")
    given = [parameters[name] for name in named if name in parameters]
    # The resource that AWS's denials of Cost Explorer reads name.
    return given or [Place(place.account_id, "us-east-1").arn("ce", f"/{operation}")]


def _dynamodb(operation: str, parameters: Parameters, place: Place) -> list[str]:
    def table(name: str) -> str:
        return name if name.startswith("arn:") else place.arn("dynamodb", f"table/{name}")

    if isinstance(parameters.get("RequestItems"), Mapping):
        return [table(name) for name in parameters["RequestItems"]]
    if "TransactItems" in parameters:
        return [
            table(action["TableName"]) for item in parameters["TransactItems"] for action in item.values()
        ]
    if "ResourceArn" in parameters:
        return [parameters["ResourceArn"]]
    if "TableName" not in parameters:
        return [table("*")] if operation == "ListTables" else ANYTHING
    index = f"/index/{parameters['IndexName']}" if "IndexName" in parameters else ""
    return [table(parameters["TableName"]) + index]


def _sns(operation: str, parameters: Parameters, place: Place) -> list[str]:
    for name in ("TopicArn", "TargetArn", "ResourceArn"):
        if name in parameters:
            return [parameters[name]]
    if "SubscriptionArn" in parameters:
        return [parameters["SubscriptionArn"].rpartition(":")[0]]
    if operation == "CreateTopic":
        return [place.arn("sns", parameters.get("Name", "*"))]
    return [place.arn("sns", "*")] if operation == "ListTopics" else ANYTHING


def _sqs(operation: str, parameters: Parameters, place: Place) -> list[str]:
    name = parameters.get("QueueName") or parameters.get("QueueUrl", "").rpartition("/")[2]
    return [place.arn("sqs", name)] if name else ANYTHING


def _sts(operation: str, parameters: Parameters, place: Place) -> list[str]:
    return [parameters["RoleArn"]] if "RoleArn" in parameters else ANYTHING


def _iam(operation: str, parameters: Parameters, place: Place) -> list[str]:
    for kind in ("Role", "User", "Group", "InstanceProfile"):
        if f"{kind}Name" in parameters:
            resource = f"{kind.lower() if kind != 'InstanceProfile' else 'instance-profile'}"
            return [place.arn("iam", f"{resource}/{parameters[f'{kind}Name']}", is_global=True)]
    if "PolicyArn" in parameters:
        return [parameters["PolicyArn"]]
    if "PolicyName" in parameters:
        return [place.arn("iam", f"policy/{parameters['PolicyName']}", is_global=True)]
    return ANYTHING


def _lambda(operation: str, parameters: Parameters, place: Place) -> list[str]:
    name = parameters.get("FunctionName")
    if not name:
        return [parameters["Resource"]] if "Resource" in parameters else ANYTHING
    qualifier = f":{parameters['Qualifier']}" if "Qualifier" in parameters else ""
    return [(name if name.startswith("arn:") else place.arn("lambda", f"function:{name}")) + qualifier]


def _s3(operation: str, parameters: Parameters, place: Place) -> list[str]:
    bucket = parameters.get("Bucket")
    if not bucket:
        return ANYTHING
    key = f"/{parameters['Key']}" if "Key" in parameters else ""
    if operation == "DeleteObjects":
        objects = parameters.get("Delete", {}).get("Objects", [])
        return [f"arn:aws:s3:::{bucket}/{each['Key']}" for each in objects]
    return [f"arn:aws:s3:::{bucket}{key}"]


def _api_gateway(operation: str, parameters: Parameters, place: Place) -> list[str]:
    """Resources have no account, and a path in place of a name: arn:aws:apigateway:us-east-1::/apis/a1b2c3."""
    path = http_of("apigatewayv2", operation)[1].removeprefix("/v2").partition("?")[0]
    named = {name.lower(): str(held) for name, held in parameters.items()}
    filled = re.sub(r"\{(\w+)\}", lambda match: named.get(match[1].lower(), "*"), path)
    return [f"arn:aws:apigateway:{place.region}::{filled}"]


def _bedrock(operation: str, parameters: Parameters, place: Place) -> list[str]:
    """An inference profile is asked for itself and for its model wherever it may pass a request on to.

    AWS asks for the model in the Region a request happens to go to; asking for all is emulator-defined, so that a
    policy that works now and then does not pass. Source: Bedrock user guide, inference profiles.
    """
    model = parameters.get("modelId", "*")
    profile = profile_parts(model)
    if profile is not None:
        arn = model if model.startswith("arn:") else place.arn("bedrock", f"inference-profile/{model}")
        geography, base = profile
        regions = dict.fromkeys((place.region, *DESTINATIONS[geography]))
        return [arn, *(f"arn:aws:bedrock:{region}::foundation-model/{base}" for region in regions)]
    return [
        model if model.startswith("arn:") else f"arn:aws:bedrock:{place.region}::foundation-model/{model}"
    ]


def _connections(operation: str, parameters: Parameters, place: Place) -> list[str]:
    method = {"PostToConnection": "POST", "GetConnection": "GET", "DeleteConnection": "DELETE"}[operation]
    stage = f"{parameters.get('ApiId', '*')}/{parameters.get('Stage', '*')}"
    return [place.arn("execute-api", f"{stage}/{method}/@connections/{parameters.get('ConnectionId', '*')}")]


def _ec2(operation: str, parameters: Parameters, place: Place) -> list[str]:
    if operation.startswith("Describe"):
        return ANYTHING
    return [place.arn("ec2", f"instance/{each}") for each in parameters.get("InstanceIds", [])]


def _rds(operation: str, parameters: Parameters, place: Place) -> list[str]:
    name = parameters.get("DBInstanceIdentifier", "*")
    return [place.arn("rds", f"db:{name}")]


def _ssm(operation: str, parameters: Parameters, place: Place) -> list[str]:
    if operation == "StartAutomationExecution":
        version = parameters.get("DocumentVersion", "$DEFAULT")
        return [place.arn("ssm", f"automation-definition/{parameters.get('DocumentName', '*')}:{version}")]
    names = parameters.get("Names") or [parameters[key] for key in ("Name", "Path") if key in parameters]
    return [place.arn("ssm", f"parameter/{name.lstrip('/')}") for name in names]


def _scheduler(operation: str, parameters: Parameters, place: Place) -> list[str]:
    if "Name" not in parameters:
        return ANYTHING
    return [place.arn("scheduler", f"schedule/{parameters.get('GroupName', 'default')}/{parameters['Name']}")]


def _events(operation: str, parameters: Parameters, place: Place) -> list[str]:
    if operation == "PutEvents":
        buses = (entry.get("EventBusName", "default") for entry in parameters.get("Entries", []))
        return [bus if bus.startswith("arn:") else place.arn("events", f"event-bus/{bus}") for bus in buses]
    name = parameters.get("Rule") or parameters.get("Name")
    return [place.arn("events", f"rule/{name}")] if name else ANYTHING


def _logs(operation: str, parameters: Parameters, place: Place) -> list[str]:
    group = parameters.get("logGroupName")
    if not group:
        return ANYTHING
    stream = f":log-stream:{parameters['logStreamName']}" if "logStreamName" in parameters else ""
    return [place.arn("logs", f"log-group:{group}{stream}")]


def _email(operation: str, parameters: Parameters, place: Place) -> list[str]:
    sender = parameters.get("Source") or parameters.get("FromEmailAddress")
    return [place.arn("ses", f"identity/{sender}")] if sender else ANYTHING


def _organizations(operation: str, parameters: Parameters, place: Place) -> list[str]:
    """The policy, account, unit or root that is named; their ARNs have the organization's id in them."""
    organization = getattr(organizations_backends[place.account_id]["aws"].org, "id", "*")
    named = (
        parameters[key]
        for key in ("PolicyId", "TargetId", "AccountId", "OrganizationalUnitId", "ParentId")
        if key in parameters
    )
    kinds = {"p-": "policy/{}/service_control_policy/{}", "ou-": "ou/{}/{}", "r-": "root/{}/{}"}
    return [
        place.arn(
            "organizations",
            next((path for begin, path in kinds.items() if each.startswith(begin)), "account/{}/{}").format(
                organization, each
            ),
            is_global=True,
        )
        for each in named
    ]


_NAMERS: Mapping[str, Namer] = {
    "apigatewaymanagementapi": _connections,
    "apigatewayv2": _api_gateway,
    "bedrock-runtime": _bedrock,
    "budgets": _budgets,
    "ce": _cost_explorer,
    "dynamodb": _dynamodb,
    "ec2": _ec2,
    "events": _events,
    "iam": _iam,
    "lambda": _lambda,
    "logs": _logs,
    "organizations": _organizations,
    "rds": _rds,
    "s3": _s3,
    "scheduler": _scheduler,
    "ses": _email,
    "sesv2": _email,
    "sns": _sns,
    "sqs": _sqs,
    "ssm": _ssm,
    "sts": _sts,
}
