"""The template as a stack of the embedded account, with a package that answers the event it gets."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from tests.contracts.local.account_resources import Clients

TEMPLATE = Path(__file__).parents[3] / "cloudformation" / "budget-management-agent.yaml"
STACK = "agent"
PACKAGE = "def lambda_handler(event, context):\n    return event\n"


def deploy_template(clients: Clients, **parameters: str) -> dict[str, str]:
    """Create the stack, or update it if there is one; its outputs. Raises AssertionError if it was rolled back."""
    formation, s3 = clients("cloudformation"), clients("s3")
    is_new = not formation.list_stacks(StackStatusFilter=["CREATE_COMPLETE", "UPDATE_COMPLETE"])[
        "StackSummaries"
    ]
    if is_new:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("lambda_handler.py", PACKAGE)
        s3.create_bucket(Bucket="code")
        s3.put_object(Bucket="code", Key="budget-management-agent.zip", Body=buffer.getvalue())
    given = {
        "LambdaS3Bucket": "code",
        "LambdaPython": "3.11",
        "LambdaArchitecture": "x86_64",
        **parameters,
    }
    make = formation.create_stack if is_new else formation.update_stack
    make(
        StackName=STACK,
        TemplateBody=TEMPLATE.read_text(encoding="utf-8"),
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()],
        Capabilities=["CAPABILITY_NAMED_IAM"],
    )
    (stack,) = formation.describe_stacks(StackName=STACK)["Stacks"]
    events = formation.describe_stack_events(StackName=STACK)["StackEvents"]
    assert stack["StackStatus"] == ("CREATE_COMPLETE" if is_new else "UPDATE_COMPLETE"), [
        each["ResourceStatusReason"] for each in events if "ResourceStatusReason" in each
    ]
    return {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}
