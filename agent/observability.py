"""The one logger. It logs events with their fields; never an AWS event, a reply, an address or a token."""

from __future__ import annotations

from aws_lambda_powertools import Logger

logger = Logger(service="budget-management-agent")
