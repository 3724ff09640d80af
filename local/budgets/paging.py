"""Pages of a list, and the tokens that lead from one to the next."""

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, TypeVar

from local.budgets.errors import expired_token, invalid_token

Item = TypeVar("Item")

# The defaults that AWS states; where it states none, the largest page is the default (emulator-defined).
DEFAULT_PAGE = {"DescribeBudgets": 100, "DescribeBudgetNotificationsForAccount": 50}
OTHER_DEFAULT_PAGE = 100
# AWS says that tokens expire, not when: emulator-defined.
TOKEN_LIFETIME = timedelta(hours=24)
# Operations that do not declare ExpiredNextTokenException in the service model.
_NEVER_EXPIRED = (
    "DescribeBudgetActionHistories",
    "DescribeBudgetActionsForAccount",
    "DescribeBudgetActionsForBudget",
)


def page(
    operation: str,
    request: Mapping[str, Any],
    items: Iterable[Item],
    position: Callable[[Item], int],
    now: datetime,
) -> tuple[list[Item], str | None]:
    """The page that the request asks for, and the token of the next one if there is more.

    `items` are in ascending `position`, a number that an item keeps, so that one deleted between two pages
    makes none be skipped. Raises Refused for a token of another request, and for an expired one.
    """
    after = _position_in(request["NextToken"], operation, request, now) if request.get("NextToken") else None
    size = request.get("MaxResults") or DEFAULT_PAGE.get(operation, OTHER_DEFAULT_PAGE)
    left = (item for item in items if after is None or position(item) > after)
    found = list(islice(left, size + 1))
    if len(found) <= size:
        return found, None
    shown = found[:size]
    return shown, _token(operation, request, position(shown[-1]), now)


def _token(operation: str, request: Mapping[str, Any], position: int, now: datetime) -> str:
    content = [operation, _fingerprint(request), position, now.timestamp()]
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode()


def _position_in(token: str, operation: str, request: Mapping[str, Any], now: datetime) -> int:
    try:
        of, fingerprint, position, given_at = json.loads(base64.urlsafe_b64decode(token.encode()))
        age, position = now.timestamp() - float(given_at), int(position)
    except (binascii.Error, ValueError, TypeError, OverflowError, RecursionError) as error:
        raise invalid_token() from error
    if of != operation or fingerprint != _fingerprint(request):
        raise invalid_token()
    if age > TOKEN_LIFETIME.total_seconds():
        raise invalid_token() if operation in _NEVER_EXPIRED else expired_token()
    return position


def _fingerprint(request: Mapping[str, Any]) -> str:
    asked = {name: held for name, held in request.items() if name not in ("NextToken", "MaxResults")}
    return json.dumps(asked, sort_keys=True, default=str)
