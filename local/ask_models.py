"""Which model is asked: the built-in one, or your own, which is the only thing that is not embedded then."""

from __future__ import annotations

import os
from collections.abc import Mapping

import boto3

from local.bedrock.script import BUILTIN_MODEL

BEDROCK = "bedrock"
# Botocore's variable of a service's own address, and Bedrock's API keys, which stand in for credentials.
ENDPOINT_OF_BEDROCK = "AWS_ENDPOINT_URL_BEDROCK_RUNTIME"
API_KEY_OF_BEDROCK = "AWS_BEARER_TOKEN_BEDROCK"
DEFAULT_REGION = "us-east-1"


class NoCredentialsError(Exception):
    """Bedrock cannot be asked as nobody; the message says what to do."""


def variables_of(model_id: str | None, provider: str) -> dict[str, str]:
    """The variables with which the function asks this model; the built-in one where none is named.

    For a model of Bedrock they hold the machine's own credentials, which the embedded AWS takes as it takes any.
    Raises NoCredentialsError where there are none.
    """
    if model_id is None:
        return {"MODEL_PROVIDER": BEDROCK, "MODEL_ID": BUILTIN_MODEL}
    variables = {"MODEL_PROVIDER": provider, "MODEL_ID": model_id}
    return {**variables, **_own_bedrock(model_id)} if provider == BEDROCK else variables


def _own_bedrock(model_id: str) -> Mapping[str, str]:
    # An address that is set for all services would be asked for credentials too, and is hardly Bedrock's.
    for name in [each for each in os.environ if each.startswith("AWS_ENDPOINT_URL")]:
        del os.environ[name]
    session = boto3.Session()
    region = _region_in(model_id) or os.environ.get("MODEL_REGION") or session.region_name or DEFAULT_REGION
    client = session.client("bedrock-runtime", region_name=region)
    variables = {"MODEL_REGION": region, ENDPOINT_OF_BEDROCK: client.meta.endpoint_url}
    client.close()
    if API_KEY_OF_BEDROCK in os.environ:
        return {**variables, API_KEY_OF_BEDROCK: os.environ[API_KEY_OF_BEDROCK]}
    credentials = session.get_credentials()
    if credentials is None:
        raise NoCredentialsError(
            f"To ask {model_id} this machine needs AWS credentials: aws configure, AWS_PROFILE or "
            f"{API_KEY_OF_BEDROCK}. Without --model-id the built-in model answers."
        )
    own = credentials.get_frozen_credentials()
    variables |= {"AWS_ACCESS_KEY_ID": own.access_key, "AWS_SECRET_ACCESS_KEY": own.secret_key}
    return {**variables, **({"AWS_SESSION_TOKEN": own.token} if own.token else {})}


def _region_in(model_id: str) -> str | None:
    return model_id.split(":")[3] if model_id.startswith("arn:") else None
