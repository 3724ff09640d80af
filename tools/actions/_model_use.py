"""What a language model's part took, as replies show it."""

from __future__ import annotations

from pydantic import Field

from tools.actions._action import Model
from tools.actions._reply import Amount
from tools.domain.conversation import ModelUse
from tools.domain.money import USD


class ModelUseView(Model):
    """What the model's part took."""

    model_id: str
    turns: int
    input_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int
    cost: Amount | None = Field(description="By the configured prices; null without them.")


def model_use_view(use: ModelUse) -> ModelUseView:
    """What a model's part took, as replies show it."""
    return ModelUseView(
        model_id=use.model_id,
        turns=use.turns,
        input_tokens=use.input_tokens,
        output_tokens=use.output_tokens,
        cache_read_tokens=use.cache_read_tokens,
        cache_write_tokens=use.cache_write_tokens,
        cost=None if use.cost is None else Amount(amount=f"{use.cost:f}", unit=USD),
    )
