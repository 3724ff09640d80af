"""What AWS Budgets sent by e-mail, and what a topic did not take."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Mail:
    """An e-mail to one address; `at` is the moment of the world's clock, aware UTC."""

    to: str
    subject: str
    body: str
    at: datetime


@dataclass(frozen=True)
class Undelivered:
    """A message that a topic did not take, and why. On AWS nobody is told; here it can be read."""

    topic_arn: str
    subject: str
    reason: str
    at: datetime
