"""The model that settings name, what its failures mean, and what its tokens cost."""

from __future__ import annotations

from contextlib import nullcontext
from decimal import Decimal
from typing import Any

import pytest

from agent.models import TooLongForModel, build_model, cost_of, model_errors
from agent.settings import load_settings
from tools.domain.conversation import ModelUse
from tools.domain.errors import ModelUnavailable

MODEL = "us.anthropic.claude-sonnet-4-6"


class APITimeoutError(Exception):
    """An error of a provider's own library."""

    __module__ = "somebodys_sdk.errors"


def use(**tokens: int) -> ModelUse:
    return ModelUse(model_id=MODEL, turns=1, **{"input_tokens": 0, "output_tokens": 0, **tokens})  # type: ignore[arg-type]


def built(**variables: str) -> Any:
    return build_model(load_settings({"MODEL_ID": MODEL, **variables}))


def test_bedrock_is_asked_unless_another_provider_is_named() -> None:
    model = built(MODEL_REGION="eu-central-1", MODEL_TEMPERATURE="0.3", MODEL_MAX_TOKENS="700")
    assert model.client.meta.region_name == "eu-central-1"
    config = model.get_config()
    assert (config["model_id"], config["temperature"], config["max_tokens"]) == (MODEL, 0.3, 700)
    assert "guardrail_id" not in config


def test_a_guardrail_may_be_named_by_its_arn() -> None:
    arn = "arn:aws:bedrock:us-east-1:123456789012:guardrail/gr0a1b2c3d4e"
    config = built(MODEL_GUARDRAIL=f"{arn}@DRAFT").get_config()
    assert (config["guardrail_id"], config["guardrail_version"]) == (arn, "DRAFT")


@pytest.mark.parametrize("caching", ["true", "false"])
@pytest.mark.parametrize(("model", "can_cache"), [(MODEL, True), ("amazon.nova-lite-v1:0", False)])
def test_tools_are_cached_where_the_model_can_and_the_settings_want_it(
    model: str, can_cache: bool, caching: str
) -> None:
    config = built(MODEL_ID=model, MODEL_PROMPT_CACHING=caching).get_config()
    assert ("cache_config" in config) == (can_cache and caching == "true")


def test_a_provider_whose_library_is_missing_says_what_to_add() -> None:
    with pytest.raises(ModelUnavailable, match=r"strands-agents\[writer\]") as caught:
        built(MODEL_PROVIDER="writer")
    assert caught.value.details["reason"] == "LIBRARY_MISSING"


def test_a_provider_that_needs_no_library_of_its_own_is_built_from_its_options() -> None:
    model = built(MODEL_PROVIDER="llamacpp", MODEL_OPTIONS='{"base_url": "http://127.0.0.1:1"}')
    assert type(model).__name__ == "LlamaCppModel"
    assert model.get_config()["model_id"] == MODEL


def test_options_that_a_provider_does_not_take_are_told() -> None:
    with pytest.raises(ModelUnavailable, match="MODEL_OPTIONS") as caught:
        built(MODEL_OPTIONS='{"boto_session": "another"}')
    assert caught.value.details["reason"] == "SETTINGS_REFUSED"


def test_a_providers_own_error_is_a_model_that_does_not_answer() -> None:
    with (
        pytest.raises(ModelUnavailable, match="APITimeoutError of somebodys_sdk"),
        model_errors(MODEL, nullcontext),
    ):
        raise APITimeoutError("secret of the provider")


def test_a_defect_of_ours_stays_one() -> None:
    with pytest.raises(KeyError), model_errors(MODEL, nullcontext):
        raise KeyError("ours")


def test_what_is_nested_too_deeply_is_too_long() -> None:
    with pytest.raises(TooLongForModel), model_errors(MODEL, nullcontext):
        raise RecursionError


@pytest.mark.parametrize(
    ("tokens", "prices", "cost"),
    [
        ({"input_tokens": 1_000_000, "output_tokens": 1_000}, "input=3,output=15", Decimal("3.015")),
        (
            {"input_tokens": 10, "cache_read_tokens": 100},
            "input=3,output=15,cache_read=0.3",
            Decimal("0.00006"),
        ),
        ({}, "input=3", Decimal(0)),
        ({"input_tokens": 10, "cache_write_tokens": 1}, "input=3,output=15", None),
        ({"input_tokens": 10, "output_tokens": 1}, "input=3", None),
        ({"input_tokens": 10}, None, None),
    ],
)
def test_a_cost_is_told_only_where_every_price_it_needs_is_known(
    tokens: dict[str, int], prices: str | None, cost: Decimal | None
) -> None:
    assert cost_of(use(**tokens), prices) == cost
