"""Signing the handshake of a WebSocket, for APIs whose $connect asks for IAM."""

from collections.abc import Mapping

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest


def signed_headers(url: str, session: boto3.Session | None = None) -> Mapping[str, str]:
    """The headers that sign a connection to `url` with the credentials of a session; none without credentials."""
    used = session or boto3.Session()
    credentials = used.get_credentials()
    if credentials is None:
        return {}
    request = AWSRequest("GET", url.replace("ws", "http", 1))
    SigV4Auth(credentials, "execute-api", used.region_name or "us-east-1").add_auth(request)
    return {str(name): str(value) for name, value in request.headers.items()}
