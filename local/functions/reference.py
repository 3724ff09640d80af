"""How calls name a function: by name, partial ARN or ARN, with or without a qualifier."""

import re
from dataclasses import dataclass

from local.functions.errors import InvalidParameterValue

# Source: the pattern of FunctionName in the service model.
_NAME = re.compile(
    r"(arn:aws:lambda:)?((?P<region>[a-z]{2}(-gov)?(-[a-z]+)+-\d):)?((?P<account>\d{12}):)?(function:)?"
    r"(?P<name>[A-Za-z0-9_-]+)(:(?P<qualifier>\$LATEST|[A-Za-z0-9_-]+))?"
)


@dataclass(frozen=True)
class Reference:
    """What a call names. Account and Region are None where the name leaves them to the caller."""

    name: str
    qualifier: str | None = None
    account_id: str | None = None
    region: str | None = None


def refer(named: str, qualifier: str | None = None) -> Reference:
    """Read a FunctionName and the Qualifier beside it. Raises InvalidParameterValue."""
    found = _NAME.fullmatch(named)
    if found is None:
        raise InvalidParameterValue(f"Value '{named}' at 'functionName' is no name or ARN of a function")
    if qualifier and found["qualifier"] and qualifier != found["qualifier"]:
        raise InvalidParameterValue(
            "The derived qualifier from the function name does not match the specified qualifier."
        )
    return Reference(found["name"], found["qualifier"] or qualifier, found["account"], found["region"])


def unqualified_arn(arn: str) -> str:
    """The ARN of a function without version or alias."""
    return ":".join(arn.split(":")[:7])
