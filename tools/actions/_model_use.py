"""What asking a model took, as replies show it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from pydantic import Field

from tools.actions._action import Model
from tools.actions._reply import Amount
from tools.domain.money import USD, plain

if TYPE_CHECKING:
    from tools.domain.conversation import ModelUse

# A summary costs less than a cent: rounded to cents it would be told as free.
_MILLIONTH = Decimal("0.000001")


class ModelUseView(Model):
    """Tokens as the model's provider counted them, and what they cost."""

    model_id: str
    turns: int
    input_tokens: int = Field(description="Those that were not read from a cache.")
    output_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int
    cost: Amount | None = Field(
        description="To a millionth of a dollar; null where no prices are configured."
    )


def model_use_of(use: ModelUse) -> ModelUseView:
    """As replies show it."""
    cost = None if use.cost is None else Amount(amount=plain(use.cost.quantize(_MILLIONTH)), unit=USD)
    return ModelUseView(
        model_id=use.model_id,
        turns=use.turns,
        input_tokens=use.input_tokens,
        output_tokens=use.output_tokens,
        cache_read_tokens=use.cache_read_tokens,
        cache_write_tokens=use.cache_write_tokens,
        cost=cost,
    )
