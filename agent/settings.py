"""The only reader of the environment: every setting, its default and its check."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, Json, ValidationError, model_validator


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


class ModelProvider(StrEnum):
    """Whose language model is asked, by Strands' names."""

    BEDROCK = "bedrock"
    ANTHROPIC = "anthropic"
    GEMINI = "gemini"
    LITELLM = "litellm"
    LLAMAAPI = "llamaapi"
    LLAMACPP = "llamacpp"
    MISTRAL = "mistral"
    OLLAMA = "ollama"
    OPENAI = "openai"
    OPENAI_RESPONSES = "openai_responses"
    SAGEMAKER = "sagemaker"
    WRITER = "writer"


class SettingsError(Exception):
    """The environment holds a value that cannot be; the message names the variable and what is allowed."""


_TABLE = r"^[a-zA-Z0-9_.-]{3,255}$"
_PRICE = r"(input|output|cache_read|cache_write)=[0-9]{1,5}(\.[0-9]{1,6})?"
_PRICES = rf"^{_PRICE}(,{_PRICE}){{0,3}}$"
_STAGE_ADDRESS = r"^https?://[\w.:-]+(/[\w.$-]+)*$"

_MODEL_SETTINGS = "MODEL_SETTINGS"
_OF_QUESTIONS = ("MODEL_", "ASK_")
"""How the names of settings begin that MODEL_SETTINGS may hold."""


class Settings(BaseModel):
    """The configuration of one deployment. Each field's alias is its environment variable."""

    model_config = ConfigDict(frozen=True, populate_by_name=True, str_strip_whitespace=True)

    log_level: LogLevel = Field(default=LogLevel.INFO, alias="LOG_LEVEL", description="How much is logged.")
    state_table: str | None = Field(
        default=None,
        alias="BUDGET_STATE_TABLE",
        pattern=_TABLE,
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
    websocket_endpoint: str | None = Field(
        default=None,
        alias="WEBSOCKET_ENDPOINT",
        pattern=_STAGE_ADDRESS,
        description="Stage of your own WebSocket API, to whose clients alerts are pushed, such as "
        "https://abc.execute-api.us-east-1.amazonaws.com/prod. Needs WEBSOCKET_CONNECTIONS_TABLE.",
    )
    websocket_connections_table: str | None = Field(
        default=None,
        alias="WEBSOCKET_CONNECTIONS_TABLE",
        pattern=_TABLE,
        description="DynamoDB table of that API's connections, with the key `connectionId`.",
    )
    stack_websocket_endpoint: str | None = Field(
        default=None,
        alias="STACK_WEBSOCKET_ENDPOINT",
        pattern=_STAGE_ADDRESS,
        description="Stage of the stack's own WebSocket API. Needs BUDGET_STATE_TABLE, which has its connections.",
    )
    alert_channel_topic_arn: str | None = Field(
        default=None,
        alias="ALERT_CHANNEL_TOPIC_ARN",
        pattern=r"^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]+$",
        description="SNS topic to which alerts are published for people. Never one that the function listens to.",
    )
    governance_rules: str | None = Field(
        default=None,
        alias="GOVERNANCE_RULES",
        pattern=r"^(s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/.+|ssm:[a-zA-Z0-9_./-]+)$",
        description="Where your governance rules are: `s3://bucket/key`, or `ssm:/name` for a parameter of SSM "
        "Parameter Store. Without it the packaged rules are in force.",
    )
    model_id: str | None = Field(
        default=None,
        alias="MODEL_ID",
        min_length=1,
        max_length=2048,
        description="The language model that `ask` and `explain` speak to: with Amazon Bedrock a model id, or id "
        "or ARN of an inference profile. Without it ask answers MODEL_UNAVAILABLE, and explain in the agent's own "
        "words.",
    )
    model_provider: ModelProvider = Field(
        default=ModelProvider.BEDROCK,
        alias="MODEL_PROVIDER",
        description="Whose model it is. Providers other than Bedrock need their own library in the package.",
    )
    model_region: str | None = Field(
        default=None,
        alias="MODEL_REGION",
        pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]$",
        description="Region of Amazon Bedrock; the function's own when missing.",
    )
    model_temperature: float = Field(
        default=0,
        ge=0,
        le=1,
        alias="MODEL_TEMPERATURE",
        description="How freely the model words things: 0 (always alike) to 1.",
    )
    model_max_tokens: int = Field(
        default=2000,
        ge=100,
        le=64000,
        alias="MODEL_MAX_TOKENS",
        description="Tokens that the model may write in one turn.",
    )
    model_guardrail: str | None = Field(
        default=None,
        alias="MODEL_GUARDRAIL",
        pattern=r"^[a-zA-Z0-9:/_-]{1,2048}@([0-9]{1,8}|DRAFT)$",
        description="A guardrail of Amazon Bedrock that every turn passes, as `id@version`.",
    )
    model_prompt_caching: bool = Field(
        default=True,
        alias="MODEL_PROMPT_CACHING",
        description="Whether Bedrock may cache prompt and tools, where the model can.",
    )
    model_prices: str | None = Field(
        default=None,
        alias="MODEL_PRICES",
        pattern=_PRICES,
        description="USD for a million tokens, such as `input=3,output=15,cache_read=0.3,cache_write=3.75`. "
        "Without it replies tell tokens and no cost.",
    )
    model_options: Json[dict[str, Any]] | None = Field(
        default=None,
        alias="MODEL_OPTIONS",
        description="Further arguments of the provider's Strands class, as a JSON object. No keys: providers read "
        "those from variables of their own.",
    )
    model_settings: str | None = Field(
        default=None,
        alias=_MODEL_SETTINGS,
        description="Any of the settings that begin with MODEL_ or ASK_ in one, as a JSON object, such as "
        '`{"ASK_SECONDS": 30}`. A variable of its own wins over it.',
    )
    ask_tool_calls: int = Field(
        default=12, ge=1, le=50, alias="ASK_TOOL_CALLS", description="Tool calls that one question may cause."
    )
    ask_seconds: float = Field(
        default=45,
        ge=1,
        le=240,
        alias="ASK_SECONDS",
        description="Seconds that one question may take; then the answer is what is known.",
    )
    ask_tokens: int = Field(
        default=150000,
        ge=1000,
        le=10000000,
        alias="ASK_TOKENS",
        description="Tokens that one question may take, read and written.",
    )
    ask_session_hours: float = Field(
        default=8,
        gt=0,
        le=720,
        alias="ASK_SESSION_HOURS",
        description="Hours that a conversation is remembered after its last question.",
    )
    cors_allowed_origins: str | None = Field(
        default=None,
        alias="CORS_ALLOWED_ORIGINS",
        pattern=r"^(\*|https?://[\w.:-]+(\s*,\s*https?://[\w.:-]+)*)$",
        description="Web pages whose scripts may call the function over HTTP, such as https://finops.example.com, "
        "parted by commas. None when missing.",
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

    @model_validator(mode="after")
    def _has_what_channels_need(self) -> Settings:
        """An address without its table of connections, or the other way round, would be ignored."""
        if (self.websocket_endpoint is None) != (self.websocket_connections_table is None):
            raise ValueError("WEBSOCKET_ENDPOINT and WEBSOCKET_CONNECTIONS_TABLE need each other")
        if self.stack_websocket_endpoint is not None and self.state_table is None:
            raise ValueError("STACK_WEBSOCKET_ENDPOINT needs BUDGET_STATE_TABLE")
        return self


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process. Raises SettingsError naming every variable that is wrong.

    An empty variable counts as missing.
    """
    found = os.environ if environment is None else environment
    own = {name: value for name, value in found.items() if name in _variables() and value.strip()}
    given = {**_taken_apart(own.get(_MODEL_SETTINGS, "{}")), **own}
    try:
        return Settings.model_validate(given)
    except ValidationError as error:
        problems = "; ".join(
            f"{each['loc'][0]}={each['input']!r}: {each['msg']}" if each["loc"] else each["msg"]
            for each in error.errors(include_url=False)
        )
        raise SettingsError(f"The environment is wrong: {problems}") from error


def _variables() -> set[str]:
    return {str(field.alias) for field in Settings.model_fields.values()}


def _taken_apart(text: str) -> dict[str, str]:
    """What MODEL_SETTINGS holds, as variables of their own would say it; null counts as missing.

    Raises SettingsError if it is no JSON object, or names what it cannot hold.
    """
    try:
        held = json.loads(text)
    except ValueError as error:
        raise SettingsError(f"The environment is wrong: {_MODEL_SETTINGS} is no JSON: {error}") from error
    if not isinstance(held, dict):
        raise SettingsError(f"The environment is wrong: {_MODEL_SETTINGS} is no JSON object")
    allowed = {name for name in _variables() - {_MODEL_SETTINGS} if name.startswith(_OF_QUESTIONS)}
    unknown = sorted(held.keys() - allowed)
    if unknown:
        raise SettingsError(
            f"The environment is wrong: {_MODEL_SETTINGS} cannot hold {', '.join(unknown)}; "
            f"it can hold {', '.join(sorted(allowed))}"
        )
    return {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in held.items()
        if value is not None
    }
