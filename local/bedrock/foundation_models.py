"""Which models and inference profiles there are, and how each may be asked."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from local.refusal import Refused


@dataclass(frozen=True)
class FoundationModel:
    """A text model: the geographies it has inference profiles in, and whether it answers without one."""

    id: str
    profiles: tuple[str, ...]
    is_on_demand: bool = False


_ANTHROPIC = ("us", "eu", "jp", "au", "global")

# A selection, so that a misspelt id is noticed (emulator-defined); a script may name further ids.
MODELS: Mapping[str, FoundationModel] = {
    model.id: model
    for model in (
        FoundationModel("amazon.nova-2-lite-v1:0", ("us", "eu", "jp", "global")),
        FoundationModel("amazon.nova-lite-v1:0", ("us", "eu", "apac"), is_on_demand=True),
        FoundationModel("amazon.nova-micro-v1:0", ("us", "eu", "apac"), is_on_demand=True),
        FoundationModel("amazon.nova-pro-v1:0", ("us", "eu", "apac"), is_on_demand=True),
        FoundationModel("anthropic.claude-haiku-4-5-20251001-v1:0", _ANTHROPIC),
        FoundationModel("anthropic.claude-sonnet-4-20250514-v1:0", ("us", "eu", "apac", "global")),
        FoundationModel("anthropic.claude-sonnet-4-5-20250929-v1:0", _ANTHROPIC),
        FoundationModel("anthropic.claude-sonnet-4-6", _ANTHROPIC),
    )
}

# Geography of an inference profile to the Regions it can be asked in, and to those it may pass a request on to;
# the global one stays where it was asked or goes anywhere, which IAM writes as an ARN without a Region.
# Source: Bedrock user guide, "Supported Regions and models for inference profiles".
SOURCES: Mapping[str, tuple[str, ...]] = {
    "us": ("us-", "ca-"),
    "eu": ("eu-",),
    "apac": ("ap-",),
    "jp": ("ap-northeast-",),
    "au": ("ap-southeast-",),
    "global": ("",),
}
DESTINATIONS: Mapping[str, tuple[str, ...]] = {
    "us": ("us-east-1", "us-east-2", "us-west-2"),
    "eu": ("eu-central-1", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-3"),
    "apac": ("ap-northeast-1", "ap-northeast-2", "ap-south-1", "ap-southeast-1", "ap-southeast-2"),
    "jp": ("ap-northeast-1", "ap-northeast-3"),
    "au": ("ap-southeast-2", "ap-southeast-4"),
    "global": ("",),
}


def profile_parts(model_id: str) -> tuple[str, str] | None:
    """Geography and foundation model of an inference profile, by its id or ARN; None for anything else."""
    _, is_arn, name = model_id.rpartition(":inference-profile/")
    geography, _, model = (name if is_arn else model_id).partition(".")
    return (geography, model) if geography in DESTINATIONS and model else None


def check_model(
    model_id: str, region: str, further: Collection[str], without_access: Collection[str]
) -> None:
    """Raise Refused unless the model exists, may be asked this way in the Region, and is open to the account.

    `further` are ids that count as models of their own; `without_access` are ids the account may not use. The
    texts are those that Bedrock Runtime answers with; which code an unknown ARN gets is emulator-defined.
    """
    if model_id in without_access:
        raise Refused(
            "AccessDeniedException", "You don't have access to the model with the specified model ID."
        )
    if model_id in further:
        return
    profile = profile_parts(model_id)
    if profile is not None and not _is_offered(*profile, region):
        raise _unknown(model_id)
    if profile is not None:
        return
    found = MODELS.get(model_id.rpartition(":foundation-model/")[2])
    if found is None:
        raise _unknown(model_id)
    if not found.is_on_demand:
        raise Refused(
            "ValidationException",
            f"Invocation of model ID {found.id} with on-demand throughput isn’t supported. Retry your "  # noqa: RUF001
            "request with the ID or ARN of an inference profile that contains this model.",
        )


def _is_offered(geography: str, model: str, region: str) -> bool:
    is_near = region.startswith(SOURCES[geography])
    return is_near and model in MODELS and geography in MODELS[model].profiles


def _unknown(model_id: str) -> Refused:
    if model_id.startswith("arn:"):
        return Refused("ResourceNotFoundException", "Model not found.")
    return Refused("ValidationException", "The provided model identifier is invalid.")
