"""Stale reads: a budget just created is not seen by the next reads, as eventual consistency may have it."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from local.faults import Faults, Kind
from local.http_answer import HttpAnswer
from local.request import Call, Environ, body_of

_ACCOUNT_READS = {
    "DescribeBudgets": "Budgets",
    "DescribeBudgetNotificationsForAccount": "BudgetNotificationsForAccount",
    "DescribeBudgetActionsForAccount": "Actions",
}


@dataclass
class StaleReads:
    """Remembers the budgets created while a stale-read fault was ordered, and hides them from struck reads.

    A fault strikes only reads that would have seen such a budget; other reads do not use it up.
    """

    _unseen: set[str] = field(default_factory=set)

    def around(
        self, faults: Faults, call: Call, environ: Environ, proceed: Callable[[], HttpAnswer]
    ) -> HttpAnswer:
        """Answer `call` with `proceed`, without what a stale read does not see yet."""
        if call.service != "budgets" or not faults.is_ordered(Kind.STALE_READ, "budgets"):
            self._unseen.clear()
            return proceed()
        request = _json(body_of(environ))
        answer = proceed()
        if not answer.status.startswith("200"):
            return answer
        if call.operation == "CreateBudget":
            self._unseen.add(request["Budget"]["BudgetName"])
            return answer
        if not str(call.operation).startswith("Describe"):
            return answer
        if request.get("BudgetName") in self._unseen and faults.take(call, Kind.STALE_READ):
            return _not_found(request["BudgetName"], answer)
        return self._without_unseen(faults, call, answer)

    def forget(self) -> None:
        """Hide nothing any more."""
        self._unseen.clear()

    def _without_unseen(self, faults: Faults, call: Call, answer: HttpAnswer) -> HttpAnswer:
        listed = _ACCOUNT_READS.get(str(call.operation))
        body = _json(answer.body)
        seen = [each for each in body.get(listed or "", []) if each.get("BudgetName") not in self._unseen]
        if listed is None or seen == body.get(listed, []) or not faults.take(call, Kind.STALE_READ):
            return answer
        return HttpAnswer(answer.status, answer.headers, json.dumps({**body, listed: seen}).encode())


def _not_found(budget_name: str, answer: HttpAnswer) -> HttpAnswer:
    message = f"Unable to get budget: {budget_name} - the budget doesn't exist."
    body = json.dumps({"__type": "NotFoundException", "Message": message}).encode()
    headers = [*answer.headers, ("X-Amzn-ErrorType", "NotFoundException")]
    return HttpAnswer("400 Bad Request", headers, body)


def _json(body: bytes) -> dict[str, Any]:
    parsed = json.loads(body or b"{}")
    return parsed if isinstance(parsed, dict) else {}
