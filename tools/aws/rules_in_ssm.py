"""The rules file as a parameter of SSM Parameter Store: 4 KB of text, 8 KB in the advanced tier."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

from botocore.exceptions import ClientError

from tools.aws.errors import aws_errors
from tools.domain.errors import GovernanceFileInvalid

GET_PARAMETER: Final = "ssm:GetParameter"

PERMISSIONS: Mapping[str, tuple[str, ...]] = {"GetParameter": (GET_PARAMETER,)}


class SsmClient(Protocol):
    """The call of boto3's SSM client that rules need."""

    def get_parameter(self, **request: Any) -> Mapping[str, Any]:
        """GetParameter."""


class RulesInSsm:
    """`RulesSource` on a parameter of type String. `client` is asked for at first use."""

    def __init__(self, client: Callable[[], SsmClient], name: str) -> None:
        self._client, self._name = client, name
        self.name = f"ssm:{name}"

    def read(self) -> str:
        """GetParameter, without decryption: rules are no secret."""
        with aws_errors(GET_PARAMETER):
            try:
                reply = self._client().get_parameter(Name=self._name)
            except ClientError as error:
                if error.response.get("Error", {}).get("Code") != "ParameterNotFound":
                    raise
                raise GovernanceFileInvalid.because("file", f"there is no {self.name}") from error
        text: str = reply["Parameter"]["Value"]
        return text
