"""The language model that the settings name, and what its failures mean. Loaded by the first question only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from decimal import Decimal
from importlib import import_module
from inspect import getmembers, isclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from strands.models.model import CacheConfig, Model
from strands.types.exceptions import (
    ContextWindowOverflowException,
    EventLoopException,
    ModelThrottledException,
)

from agent.observability import log_failure
from agent.settings import ModelProvider, Settings
from tools.domain.errors import AwsUnavailable, ModelUnavailable, Throttled

if TYPE_CHECKING:
    from tools.domain.conversation import ModelUse

ModelErrors = Callable[[], AbstractContextManager[None]]
"""Raises our errors for those of Bedrock's client."""

# Source: Bedrock Runtime's service model, ConverseStream: its errors, and those that it sends within a stream.
_REFUSED = ("ResourceNotFoundException", "ValidationException")
_FAILED = (
    "InternalServerException",
    "ModelErrorException",
    "ModelNotReadyException",
    "ModelStreamErrorException",
    "ModelTimeoutException",
    "ServiceUnavailableException",
)
_OUR_OWN = ("agent", "builtins", "strands", "tools")

_MILLION = Decimal(1_000_000)


class TooLongForModel(Exception):
    """The conversation does not fit into what the model can read."""


def build_model(settings: Settings) -> Model:
    """The model. Raises ModelUnavailable when its provider's library is missing or refuses the settings."""
    if settings.model_provider is ModelProvider.BEDROCK:
        return _bedrock(settings)
    return _other(settings)


def _bedrock(settings: Settings) -> Model:
    from botocore.config import Config
    from strands.models.bedrock import BedrockModel

    guardrail_id, _, version = (settings.model_guardrail or "").rpartition("@")
    # What is not set must not be there: Strands would send it.
    optional: dict[str, Any] = {
        **({"guardrail_id": guardrail_id, "guardrail_version": version} if guardrail_id else {}),
        **({"cache_config": CacheConfig(strategy="auto", tools_ttl=True)} if _caches(settings) else {}),
        **(settings.model_options or {}),
    }
    with _refused_settings(settings):
        return BedrockModel(
            region_name=settings.model_region or settings.region,
            boto_client_config=Config(
                connect_timeout=3,
                read_timeout=max(1.0, settings.ask_seconds),
                retries={"mode": "standard", "total_max_attempts": 2},
                user_agent_extra="budget-management-agent",
            ),
            model_id=str(settings.model_id),
            max_tokens=settings.model_max_tokens,
            temperature=settings.model_temperature,
            **optional,
        )


def _caches(settings: Settings) -> bool:
    """Strands finds out by itself whether a prompt can be cached, but not whether tools can."""
    named = str(settings.model_id).lower()
    return settings.model_prompt_caching and ("claude" in named or "anthropic" in named)


def _other(settings: Settings) -> Model:
    """Strands' class of the provider. Its library is not part of the package: whoever wants it adds it."""
    name = settings.model_provider.value
    try:
        module = import_module(f"strands.models.{name}")
    except ImportError as error:
        raise ModelUnavailable(
            f"The library of the provider {name} is not in the package. Add strands-agents[{name}] to "
            "requirements.txt and build anew, or set MODEL_PROVIDER to bedrock.",
            {"configure": ["MODEL_PROVIDER"], "reason": "LIBRARY_MISSING", "library": error.name},
        ) from error
    [found] = [
        each
        for _, each in getmembers(module, isclass)
        if issubclass(each, Model) and each.__module__ == module.__name__
    ]
    given: dict[str, Any] = {"model_id": settings.model_id, **(settings.model_options or {})}
    with _refused_settings(settings):
        made: Model = found(**given)
        return made


@contextmanager
def _refused_settings(settings: Settings) -> Iterator[None]:
    try:
        yield
    except (TypeError, ValueError) as error:
        raise ModelUnavailable(
            f"The provider {settings.model_provider.value} does not take these settings; see MODEL_ID and "
            "MODEL_OPTIONS.",
            {"configure": ["MODEL_ID", "MODEL_OPTIONS"], "reason": "SETTINGS_REFUSED"},
        ) from error


@contextmanager
def model_errors(model_id: str, errors: ModelErrors) -> Iterator[None]:
    """Raise our errors for those of a model: Throttled, AwsUnavailable, AccessDenied, ModelUnavailable.

    Raises TooLongForModel for a conversation that has become too long.
    """
    try:
        with errors(), _bedrock_errors(model_id):
            try:
                yield
            except EventLoopException as wrapped:
                raise wrapped.original_exception from wrapped
    except ModelThrottledException as error:
        raise Throttled(
            "The model asks to slow down; send the same question again in a minute.", {"model_id": model_id}
        ) from error
    except (ContextWindowOverflowException, RecursionError) as error:
        # What a model has nested too deeply cannot be sent back to it either.
        raise TooLongForModel from error
    except Exception as error:
        provider = type(error).__module__.partition(".")[0]
        if provider in _OUR_OWN:
            raise
        # Every provider has errors of its own, of libraries that need not be there.
        log_failure("the model's provider failed", error)
        raise ModelUnavailable(
            f"The model did not answer: {type(error).__name__} of {provider}.",
            {"reason": "PROVIDER_FAILED", "model_id": model_id},
        ) from error


@contextmanager
def _bedrock_errors(model_id: str) -> Iterator[None]:
    """What Bedrock Runtime's errors mean for a question; all others are those of any AWS service.

    In the middle of a stream their names begin in lower case.
    """
    try:
        yield
    except ClientError as error:
        code, said = (str(error.response["Error"].get(name, "")) for name in ("Code", "Message"))
        code = code[:1].upper() + code[1:]
        details = {"model_id": model_id, "aws_error": code, "aws_message": said}
        if code in _REFUSED or "access to the model" in said:
            raise ModelUnavailable(
                f"Amazon Bedrock refuses the model {model_id}: {said.rstrip('.')}. Check MODEL_ID and "
                "MODEL_REGION, and that the account has access to the model.",
                {"configure": ["MODEL_ID", "MODEL_REGION"], "reason": "MODEL_REFUSED", **details},
            ) from error
        if code in _FAILED:
            raise AwsUnavailable(
                "Amazon Bedrock failed while the model was answering; send the same question again.", details
            ) from error
        raise


def cost_of(use: ModelUse, prices: str | None) -> Decimal | None:
    """What the tokens cost in USD, by `MODEL_PRICES`; None where a price that is needed is missing."""
    if prices is None:
        return None
    known = {name: Decimal(price) for name, price in (each.split("=") for each in prices.split(","))}
    counts = {
        "input": use.input_tokens,
        "output": use.output_tokens,
        "cache_read": use.cache_read_tokens,
        "cache_write": use.cache_write_tokens,
    }
    needed = [name for name, count in counts.items() if count]
    if any(name not in known for name in needed):
        return None
    return sum((known[name] * counts[name] for name in needed), Decimal(0)) / _MILLION
