"""The only reader of the environment: every setting, its default and its check."""

from __future__ import annotations

import os
from collections.abc import Mapping
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field, ValidationError


class LogLevel(StrEnum):
    """How much is logged."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"
    CRITICAL = "CRITICAL"


class TimeSource(StrEnum):
    """Where the present comes from."""

    SYSTEM = "system"
    AWS = "aws"


class SettingsError(Exception):
    """The environment holds a value that cannot be; the message names the variable and what is allowed."""


class Settings(BaseModel):
    """The configuration of one deployment. Each field's alias is its environment variable."""

    model_config = ConfigDict(frozen=True, populate_by_name=True, str_strip_whitespace=True)

    log_level: LogLevel = Field(default=LogLevel.INFO, alias="LOG_LEVEL", description="How much is logged.")
    state_table: str | None = Field(
        default=None,
        alias="BUDGET_STATE_TABLE",
        pattern=r"^[a-zA-Z0-9_.-]{3,255}$",
        description="DynamoDB table of the agent's memory. Without it changes work, and are neither recorded nor "
        "made once per request_id.",
    )
    snapshot_days: int = Field(
        default=1155,
        ge=1,
        le=36500,
        alias="BUDGET_SNAPSHOT_DAYS",
        description="Days that the table keeps snapshots of budgets; 38 months.",
    )
    account_id: str | None = Field(
        default=None,
        alias="AWS_ACCOUNT_ID",
        pattern=r"^\d{12}$",
        description="The account the agent works in; asked from STS when missing.",
    )
    action_execution_role_arn: str | None = Field(
        default=None,
        alias="BUDGET_ACTION_EXECUTION_ROLE_ARN",
        pattern=r"^arn:aws[\w-]*:iam::\d{12}:role/.+$",
        description="The role that AWS Budgets assumes to carry out budget actions.",
    )
    region: str = Field(
        default="us-east-1", alias="AWS_REGION", description="Region of the clients; Lambda sets it."
    )
    aws_attempts: int = Field(
        default=5, ge=1, le=10, alias="AWS_ATTEMPTS", description="Tries per AWS call, the first included."
    )
    aws_read_timeout: float = Field(
        default=20, gt=0, le=120, alias="AWS_READ_TIMEOUT", description="Seconds to wait for an AWS reply."
    )
    time_source: TimeSource = Field(
        default=TimeSource.SYSTEM,
        alias="TIME_SOURCE",
        description="`system`, or `aws`: the Date header of AWS replies (an embedded AWS has its own clock).",
    )


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process. Raises SettingsError naming every variable that is wrong.

    An empty variable counts as missing.
    """
    found = os.environ if environment is None else environment
    known = {str(field.alias) for field in Settings.model_fields.values()}
    given = {name: value for name, value in found.items() if name in known and value.strip()}
    try:
        return Settings.model_validate(given)
    except ValidationError as error:
        problems = "; ".join(
            f"{each['loc'][0]}={each['input']!r}: {each['msg']}" for each in error.errors(include_url=False)
        )
        raise SettingsError(f"The environment is wrong: {problems}") from error
