"""The company: a synthetic organization that spends about 50,000 USD a month and tells a story doing so."""

from datetime import date

from local.ledger.ledger import Ledger
from local.scenarios.company_budgets import make_budgets
from local.scenarios.company_commitments import fill_commitments
from local.scenarios.company_flows import fill_bills, make_flows
from local.scenarios.company_people import ACCOUNTS, POLICIES, ROLES, TOPICS, UNITS
from local.scenarios.flow import MILLI_UNITS, month_start, usage_of
from local.scenarios.scenario import Scenario

MONTHS_BEFORE = 26
MONTHS_AFTER = 14


def make_company(today: date) -> Scenario:
    """The company as seen on that day: 26 months behind it, and what it will spend in the year ahead.

    Synthetic and deterministic. Its stories are placed relative to today, so that any day between the
    10th and the 28th that is not the last of its month shows the same picture.
    """
    ledger = Ledger()
    first_day = month_start(today, -MONTHS_BEFORE)
    length = (month_start(today, MONTHS_AFTER) - first_day).days
    for flow in make_flows(today):
        usage = usage_of(flow, first_day, today, length)
        columns = {
            "unblended": [amount * flow.price_nanodollars for amount in usage],
            "usage_quantity": [amount * MILLI_UNITS for amount in usage],
        }
        ledger.fill(flow.line, first_day, columns)
    fill_commitments(ledger, today, first_day, length)
    fill_bills(ledger, today, first_day, length)
    return Scenario(
        ledger=ledger,
        budgets=make_budgets(ledger, today),
        accounts=list(ACCOUNTS),
        units=list(UNITS),
        roles=list(ROLES),
        policies=list(POLICIES),
        topics=list(TOPICS),
    )
