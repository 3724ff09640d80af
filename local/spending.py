"""Cost lines that people add by hand, to push a budget over its limit and watch."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from local.durations import parse_day
from local.ledger.record import CostRecord, pairs
from local.world import World

_MAY_SAY = ("service", "amount", "account", "on", "region", "usage_type", "tags")


def cost_record(request: Mapping[str, Any], world: World) -> CostRecord:
    """One line of usage cost from a request that says service and amount, and may say the rest of `_MAY_SAY`.

    `amount` is USD as a decimal string or a whole number, `account` the management account and `on` today if
    left out. Raises ValueError for anything missing, unknown or malformed.
    """
    unknown = request.keys() - set(_MAY_SAY)
    if unknown:
        raise ValueError(f"{', '.join(sorted(unknown))} is not known; a line may say {', '.join(_MAY_SAY)}")
    service = request.get("service")
    if not isinstance(service, str) or not service:
        raise ValueError("say which service, as Cost Explorer calls it: Amazon SageMaker")
    account = request.get("account", world.account_id)
    if not isinstance(account, str) or not (len(account) == 12 and account.isdigit()):
        raise ValueError(f"{account!r} is no account id of twelve digits")
    on = request.get("on")
    optional = {name: request[name] for name in ("region", "usage_type") if name in request}
    return CostRecord(
        account=account,
        service=service,
        day=world.clock.now().date() if on is None else parse_day(on),
        unblended=_amount(request.get("amount")),
        tags=pairs(request.get("tags", {})),
        **optional,
    )


def _amount(value: Any) -> Decimal:
    if isinstance(value, (str, int)) and not isinstance(value, bool):
        try:
            amount = Decimal(value)
        except InvalidOperation:
            amount = Decimal("NaN")
        if amount.is_finite():
            return amount
    raise ValueError(f'{value!r} is no amount; write USD as a decimal string: "900" or "12.50"')
