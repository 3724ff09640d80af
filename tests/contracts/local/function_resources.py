"""Small functions in the embedded account: code in a zip, a role, and what they wrote."""

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

from local.functions import service
from local.functions.interpreters import own_runtime
from tests.contracts.local.account_resources import trust
from tests.contracts.local.worlds import ACCOUNT

Clients = Callable[[str], Any]

ROLE = f"arn:aws:iam::{ACCOUNT}:role/function"
FUNCTION = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:agent"
ECHO = "def handler(event, context):\n    return event\n"
# Writes what it gets into the queue called seen, and fails if told so.
RECORDER = """
import json
import boto3

sqs = boto3.client("sqs")

def handler(event, context):
    queue = sqs.get_queue_url(QueueName="seen")["QueueUrl"]
    sqs.send_message(QueueUrl=queue, MessageBody=json.dumps({"event": event, "arn": context.invoked_function_arn}))
    if "fail" in json.dumps(event):
        raise RuntimeError("as told")
    return {"seen": True}
"""


def zipped(**files: str) -> bytes:
    """A zip of Python modules."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in files.items():
            archive.writestr(f"{name}.py", text)
    return packed.getvalue()


def make_role(clients: Clients, *actions: str, name: str = "function", service: str = "lambda") -> str:
    """A role that a service can assume and that is allowed some actions on everything."""
    iam = clients("iam")
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(f"{service}.amazonaws.com"))
    allow(clients, *actions, role=name)
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


def allow(clients: Clients, *actions: str, role: str = "function", resource: str = "*") -> None:
    """Make these the only actions a role is allowed."""
    statement = {
        "Effect": "Allow",
        "Action": list(actions) or ["sts:GetCallerIdentity"],
        "Resource": resource,
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    clients("iam").put_role_policy(RoleName=role, PolicyName="own", PolicyDocument=document)


def make_function(clients: Clients, code: str = ECHO, name: str = "agent", **members: Any) -> Any:
    """A function with one module, and its role if there is none yet; returns a client of Lambda."""
    if not any(role["RoleName"] == "function" for role in clients("iam").list_roles()["Roles"]):
        make_role(clients, "logs:*", "sqs:*", "sns:Publish", "lambda:InvokeFunction")
    functions = clients("lambda")
    functions.create_function(
        **{
            "FunctionName": name,
            "Role": ROLE,
            "Runtime": own_runtime(),
            "Handler": "main.handler",
            "Timeout": 20,
            "Code": {"ZipFile": zipped(main=code)},
            **members,
        }
    )
    return functions


def invoke(functions: Any, payload: Any = None, **members: Any) -> tuple[Any, dict[str, Any]]:
    """The reply of a function, read as JSON, and the whole answer of Invoke."""
    answer = functions.invoke(
        **{"FunctionName": "agent", "Payload": json.dumps(payload or {}).encode(), **members}
    )
    body = answer["Payload"].read()
    return (json.loads(body) if body else None), answer


def settle() -> None:
    """Wait until every event that was accepted has been dealt with."""
    service.current().backlog.settle()


def make_queue(clients: Clients, name: str, **attributes: str) -> str:
    """A queue; returns its ARN."""
    clients("sqs").create_queue(QueueName=name, Attributes=attributes)
    return f"arn:aws:sqs:us-east-1:{ACCOUNT}:{name}"


def read_queue(clients: Clients, name: str) -> list[dict[str, Any]]:
    """The messages of a queue, which stay hidden afterwards."""
    sqs = clients("sqs")
    url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    found: list[dict[str, Any]] = []
    while True:
        received = sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"], AttributeNames=["All"]
        ).get("Messages", [])
        if not received:
            return found
        found += received


def seen(clients: Clients) -> list[Any]:
    """The events that a recorder got, in order."""
    return [json.loads(message["Body"])["event"] for message in read_queue(clients, "seen")]


def attributes_of(message: dict[str, Any]) -> dict[str, str]:
    """The message attributes of a received message."""
    return {name: each["StringValue"] for name, each in message["MessageAttributes"].items()}
