"""What callers send, the shapes of what they take, and an agent that notes what it is asked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, Json
from pydantic.alias_generators import to_camel

from agent import events
from agent.answers import Answers, Arrival
from agent.contract import AgentResponse, error_detail
from agent.invocation import Caller
from tests.builders import NOW
from tools.domain.errors import BudgetAgentError

SAMPLES = Path(__file__).parent / "data" / "events"


def sample(name: str) -> dict[str, Any]:
    """The payload of a verbatim sample."""
    content = json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))
    event: dict[str, Any] = content["event"]
    return event


class Shape(BaseModel):
    """What a caller takes; anything else it would not understand."""

    model_config = ConfigDict(extra="forbid", strict=True, alias_generator=to_camel)


class ErrorShape(Shape):
    """Why a request failed."""

    code: str = Field(pattern="^[A-Z_]+$")
    message: str = Field(min_length=1)
    details: dict[str, Any]
    retryable: bool


class StandardReply(Shape):
    """The five keys."""

    agent: Literal["BudgetManagementAgent"]
    action: str | None
    status: Literal["success", "error"]
    data: dict[str, Any]
    timestamp: str = Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")

    @property
    def error(self) -> ErrorShape:
        """The error it carries."""
        assert self.status == "error", self.data
        return ErrorShape.model_validate(self.data["error"])


class Words(Shape):
    """A body as supervisors read it."""

    response: str = Field(min_length=1)
    error: str | None = None


class SupervisorReply(StandardReply):
    """A reply that is read in three ways. Source: what FinOps supervisors do, as the README tells it."""

    status_code: int
    headers: dict[str, str]
    body: Json[Words]
    response: str = Field(min_length=1)
    # The name of the property above; a supervisor's `error` is a text of its own.
    failure: str | None = Field(default=None, alias="error")


class QuestionReply(StandardReply):
    """The body of the answer to a question over HTTP."""

    response: str = Field(min_length=1)
    failure: str | None = Field(default=None, alias="error")


class HttpAnswer(Shape):
    """What API Gateway, a Function URL and VPC Lattice take.

    Source: API Gateway developer guide, "Output format of a Lambda function for proxy integration"; Lambda
    developer guide, "Response payload format" of function URLs.
    """

    status_code: Annotated[int, Field(ge=100, le=599)]
    headers: dict[str, str]
    body: str
    is_base64_encoded: Literal[False]

    @property
    def reply(self) -> StandardReply:
        """The standard reply in its body."""
        return StandardReply.model_validate_json(self.body)


class AlbAnswer(HttpAnswer):
    """What a load balancer takes. Source: Elastic Load Balancing user guide, "Respond to the load balancer"."""

    status_description: str = Field(pattern=r"^\d{3} [A-Za-z -]+$")


class AlbAnswerOfLists(Shape):
    """The same with multi-value headers."""

    status_code: Annotated[int, Field(ge=100, le=599)]
    status_description: str = Field(pattern=r"^\d{3} [A-Za-z -]+$")
    multi_value_headers: dict[str, list[str]]
    body: str
    is_base64_encoded: Literal[False]


class JsonBody(Shape):
    """A body that is JSON in a text."""

    body: Json[StandardReply]


class TextContent(Shape):
    """What a function of an action group answers; plain text is the only type of content there is."""

    text: JsonBody = Field(alias="TEXT")


class JsonContent(Shape):
    """What an API operation of an action group answers."""

    json_: JsonBody = Field(alias="application/json")


class FunctionResponse(Shape):
    """The response of a function."""

    response_state: Literal["FAILURE", "REPROMPT"] | None = None
    response_body: TextContent


class FunctionCall(Shape):
    """Which function answers what."""

    action_group: str
    function: str
    function_response: FunctionResponse


class OperationCall(Shape):
    """Which operation answers what."""

    action_group: str
    api_path: str
    http_method: str
    http_status_code: int
    response_body: JsonContent


class AgentAnswer(Shape):
    """What Bedrock Agents take. Source: Bedrock user guide, "Lambda response event to Amazon Bedrock"."""

    message_version: Literal["1.0"]
    session_attributes: dict[str, str]
    prompt_session_attributes: dict[str, str]


class FunctionAnswer(AgentAnswer):
    """The answer of a function."""

    response: FunctionCall

    @property
    def reply(self) -> StandardReply:
        """The standard reply in it."""
        return self.response.function_response.response_body.text.body


class OperationAnswer(AgentAnswer):
    """The answer of an API operation."""

    response: OperationCall

    @property
    def reply(self) -> StandardReply:
        """The standard reply in it."""
        return self.response.response_body.json_.body


class StandIn:
    """Stands for the agent: notes what it is asked, and by whom, and answers always the same."""

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        error: BudgetAgentError | None = None,
        *,
        action: str = "analyze_budgets",
        origins: str | None = None,
    ) -> None:
        self.requests: list[Any] = []
        self.callers: list[Caller | None] = []
        self.refusals: list[BudgetAgentError] = []
        self._data = {"incomplete": [], **(data or {})}
        self._error = error
        self._action = action
        self._origins = origins

    def arrive(self, event: Any, custom: Mapping[str, Any] | None = None) -> Any:
        """What the event's source hears back."""
        answers = Answers(
            request=self._answer,
            refusal=self._refuse,
            awake=lambda: AgentResponse.success(None, {"awake": True, "incomplete": []}, NOW),
            websocket=lambda each: {"statusCode": 200, "told": each},
            allowed_origins=lambda: self._origins,
        )
        return events.respond(Arrival(event, custom or {}), answers)

    @property
    def request(self) -> Any:
        """The one request that became of what arrived."""
        [request] = self.requests
        return request

    @property
    def caller(self) -> Caller:
        """Who sent it."""
        [caller] = self.callers
        assert caller is not None
        return caller

    @property
    def refusal(self) -> BudgetAgentError:
        """Why there was none."""
        assert self.requests == []
        [refusal] = self.refusals
        return refusal

    def error_for(self, request: Any) -> BudgetAgentError | None:
        """The error that a request is answered with."""
        return self._error

    def _answer(self, request: Any, caller: Caller | None = None) -> AgentResponse:
        self.requests.append(request)
        self.callers.append(caller)
        error = self.error_for(request)
        if error is not None:
            return AgentResponse.failure(self._action, error_detail(error), "an-id", NOW)
        return AgentResponse.success(self._action, dict(self._data), NOW)

    def _refuse(
        self, error: BudgetAgentError, caller: Caller | None = None, action: str | None = None
    ) -> AgentResponse:
        self.refusals.append(error)
        self.callers.append(caller)
        return AgentResponse.failure(action, error_detail(error), "an-id", NOW)
