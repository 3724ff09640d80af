"""A change that a question asks for: its tool, and the parameters that can be read from the words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

Parameters = dict[str, Any]

# Asked politely or not.
_ASKED = r"^\W*(?:(?:please|now|can you|could you|would you|i want to|i'd like to|let us|let's)\W+)*"
_NUMBER = r"([0-9][0-9,]*(?:\.[0-9]+)?)\s*(k\b)?"
_AMOUNT = re.compile(
    rf"(?:\$|\busd\s*){_NUMBER}|{_NUMBER}\s*(?:\$|usd\b|us dollars?\b|dollars?\b)", re.IGNORECASE
)
_PLAIN_AMOUNT = re.compile(rf"\bof\s+{_NUMBER}(?!\s*%)", re.IGNORECASE)
_NEW_AMOUNT = re.compile(rf"\b(?:to|at)\s+(?:\$|usd\s*)?{_NUMBER}(?!\s*%)", re.IGNORECASE)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_CALLED = re.compile(
    r"\b(?:called|named)\s+(?:['\"`]([^'\"`]+)['\"`]|(\S+?)(?=[.,;]?(?:\s|$)))", re.IGNORECASE
)
_FOR = re.compile(
    r"\bfor\s+(?!\$|[0-9])(?:the\s+)?(.+?)(?=\s+(?:called|named|of|and|with|to|that|in)\b|[,;]|[.?!]?\s*$)",
    re.IGNORECASE,
)
_EVERYTHING = re.compile(r"^(all|everything|the account|the whole|our account|my account)\b", re.IGNORECASE)

# A word of the question to AWS's own.
_TIME_UNITS = {
    "daily": "DAILY",
    "monthly": "MONTHLY",
    "quarterly": "QUARTERLY",
    "annual": "ANNUALLY",
    "year": "ANNUALLY",
}
# How people call services to how Cost Explorer does.
_SERVICES = {
    "ec2": "Amazon Elastic Compute Cloud - Compute",
    "s3": "Amazon Simple Storage Service",
    "rds": "Amazon Relational Database Service",
    "lambda": "AWS Lambda",
    "dynamodb": "Amazon DynamoDB",
    "cloudfront": "Amazon CloudFront",
    "elasticache": "Amazon ElastiCache",
    "sagemaker": "Amazon SageMaker",
}


@dataclass(frozen=True)
class Change:
    """A change: its tool and parameters, without the budget's name where that still has to be found."""

    tool: str
    parameters: Mapping[str, Any]
    lacks: str | None = None
    """What the question should have said; None if it is all there."""


def change_in(question: str) -> Change | None:
    """The change that the question asks for; None if it asks for none."""
    for pattern, tool, read in _CHANGES:
        if re.match(_ASKED + pattern, question, re.IGNORECASE):
            return read(tool, question)
    return None


def _creation(tool: str, question: str) -> Change:
    amount, service = _first_amount(question, _AMOUNT, _PLAIN_AMOUNT), _service_in(question)
    unit = next((aws for word, aws in _TIME_UNITS.items() if word in question.lower()), "MONTHLY")
    called = _CALLED.search(question)
    made_up = re.sub(r"[^a-z0-9]+", "-", f"{service or 'all-costs'} {unit}".lower()).strip("-")
    parameters: Parameters = {
        "budget_name": (called[1] or called[2]) if called else made_up,
        "budget_type": "COST",
        "time_unit": unit,
    }
    if amount is not None:
        parameters["amount"] = amount
    if service is not None:
        parameters["service_filter"] = service
    emails = _EMAIL.findall(question)
    if emails:
        parameters["notification_email"] = emails[0] if len(emails) == 1 else emails
    lacks = "an amount, such as: a monthly budget of 500 USD" if amount is None else None
    return Change(tool, parameters, lacks)


def _update(tool: str, question: str) -> Change:
    amount = _first_amount(question, _NEW_AMOUNT)
    if amount is None:
        return Change(tool, {}, "the new amount, such as: to 500 USD")
    return Change(tool, {"amount": amount})


def _deletion(tool: str, question: str) -> Change:  # noqa: ARG001
    return Change(tool, {})


def _first_amount(question: str, *patterns: re.Pattern[str]) -> str | None:
    """The first sum of money that one of the patterns finds, as a decimal number."""
    found = next(filter(None, (pattern.search(question) for pattern in patterns)), None)
    if found is None:
        return None
    groups = found.groups()
    number, thousands = next(pair for pair in zip(groups[::2], groups[1::2], strict=True) if pair[0])
    amount = Decimal(number.replace(",", "")) * (1000 if thousands else 1)
    return f"{amount.normalize():f}"


def _service_in(question: str) -> str | None:
    found = _FOR.search(question)
    if found is None or _EVERYTHING.match(found[1]):
        return None
    words = found[1].lower().split()
    return next((name for word, name in _SERVICES.items() if word in words), found[1])


# What may be removed without the budget.
_PARTS = "restriction|budget action|alert|alarm|notification|rule|tag"
# The first that fits is taken.
_CHANGES: tuple[tuple[str, str, Callable[[str, str], Change]], ...] = (
    (r"(?:create|add|make|set up|open)\b.*\bbudget\b", "create_budget", _creation),
    (rf"(?:delete|remove|drop)\b(?!.*\b(?:{_PARTS})s?\b)", "delete_budget", _deletion),
    (r"(?:raise|lower|increase|reduce|decrease|change|set|update)\b(?! me\b)", "update_budget", _update),
)
