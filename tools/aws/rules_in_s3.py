"""The rules file as an object in S3."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

from botocore.exceptions import ClientError

from tools.aws.errors import aws_errors
from tools.domain.errors import GovernanceFileInvalid
from tools.domain.governance.yaml_text import LARGEST_BYTES, text_of

GET_OBJECT: Final = "s3:GetObject"

PERMISSIONS: Mapping[str, tuple[str, ...]] = {"GetObject": (GET_OBJECT,)}


class S3Client(Protocol):
    """The call of boto3's S3 client that rules need."""

    def get_object(self, **request: Any) -> Mapping[str, Any]:
        """GetObject."""


class RulesInS3:
    """`RulesSource` on an object. `client` is asked for at first use."""

    def __init__(self, client: Callable[[], S3Client], bucket: str, key: str) -> None:
        self._client, self._bucket, self._key = client, bucket, key
        self.name = f"s3://{bucket}/{key}"

    def read(self) -> str:
        """GetObject, no more of it than a rules file may have. S3 hides a missing object from who may not list."""
        with aws_errors(GET_OBJECT):
            try:
                reply = self._client().get_object(Bucket=self._bucket, Key=self._key)
                content: bytes = reply["Body"].read(LARGEST_BYTES + 1)
            except ClientError as error:
                if error.response.get("Error", {}).get("Code") not in ("NoSuchKey", "NoSuchBucket"):
                    raise
                raise GovernanceFileInvalid.because("file", f"there is no {self.name}") from error
        return text_of(content)
