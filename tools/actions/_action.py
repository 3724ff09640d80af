"""What an action is: a function from validated parameters and gateways to a result, with its own schema."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Annotated, Any, ClassVar, TypeVar, get_type_hints

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)
from pydantic.config import JsonDict
from pydantic.json_schema import SkipJsonSchema

from tools.domain.audit import Change
from tools.domain.errors import InvalidParameters, problem_with
from tools.domain.names import problem_with_budget_name
from tools.domain.quoting import quoted, shortened
from tools.gateways import Gateways


def _as_budget_name(name: str) -> str:
    problem = problem_with_budget_name(name)
    if problem is not None:
        raise ValueError(problem)
    return name


def _refuse_truth_value(given: Any) -> Any:
    """True is no number, although Python counts it as 1."""
    if isinstance(given, bool):
        raise ValueError(f"{quoted(given)} is not a whole number")
    return given


AnyModel = TypeVar("AnyModel", bound=BaseModel)

AccountId = Annotated[str, StringConstraints(pattern=r"^[0-9]{12}$")]
WholeNumber = Annotated[int, BeforeValidator(_refuse_truth_value, json_schema_input_type=int)]
BudgetName = Annotated[str, AfterValidator(_as_budget_name)]


NOT_FOR_MODELS: JsonDict = {"x-not-for-models": True}
"""Marks a parameter that a language model may not set: it would change something, or ask a model again."""


class Model(BaseModel):
    """What crosses the border: frozen, and refusing what it does not know.

    Its validator is built at first use: a request needs those of one action, and all of them take a tenth of the
    agent's start.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Parameters(Model):
    """What every action takes."""

    longest_request: ClassVar[int] = 200_000
    """Characters that the parameters may have as JSON: replies repeat them, and Lambda returns 6 MB at most."""

    account_id: AccountId | None = Field(
        default=None,
        description="Account to work in, 12 digits; the agent's own by default. AWS decides what else is allowed.",
    )


class MutatingParameters(Parameters):
    """What every action takes that changes something."""

    reason: str | None = Field(
        default=None,
        min_length=1,
        max_length=500,
        description="Why, in your words; kept with the change, for list_changes.",
    )
    dry_run: bool = Field(default=False, description="Check everything and return what would be sent.")


class Incomplete(Model):
    """A part of the answer that could not be read, and why; the rest of the answer stands without it."""

    part: str
    code: str
    reason: str
    retryable: bool


class Result(Model):
    """What every action returns."""

    incomplete: list[Incomplete] = Field(default_factory=list)
    undo: SkipJsonSchema[dict[str, Any] | None] = Field(default=None, exclude=True, repr=False)
    """What undo_change needs, for the audit entry only; replies do not show it."""

    def recorded_change(self) -> Change:
        """What was changed, for the audit entry: everything the result says, unless an action says it better."""
        return Change(after=self.model_dump(mode="json", exclude={"incomplete"}))


@dataclass(frozen=True, slots=True)
class Action:
    """One thing a caller can ask for; name, function, tool and metric are the same word."""

    name: str
    description: str
    parameters: type[Parameters]
    result: type[Result]
    mutates: bool
    records_itself: bool
    example: Mapping[str, Any] = field(hash=False)
    """Parameters as somebody might send them."""
    function: Callable[[Any, Gateways], Result]

    @property
    def summary(self) -> str:
        """The first sentence of the description."""
        return self.description.split("\n\n", 1)[0].replace("\n", " ")

    def parse(self, raw: Mapping[str, Any]) -> Parameters:
        """The parameters, validated. Raises InvalidParameters with every problem, where and what is allowed."""
        length, longest = len(json.dumps(raw, default=str)), self.parameters.longest_request
        if length > longest:
            raise InvalidParameters.because(
                "parameters", f"have {length:,} characters as JSON", f"at most {longest:,} characters"
            )
        return parsed(self.parameters, raw)

    def run(self, raw: Mapping[str, Any], gateways: Gateways) -> Result:
        """Validate and perform. Raises the errors of `tools.domain.errors`."""
        return self.function(self.parse(raw), gateways)

    def is_change(self, parameters: Parameters) -> bool:
        """Whether these parameters ask for a change: a dry run does not."""
        return self.mutates and not (isinstance(parameters, MutatingParameters) and parameters.dry_run)

    @property
    def not_for_models(self) -> list[str]:
        """The parameters that a language model may not set."""
        return [
            name
            for name, field in self.parameters.model_fields.items()
            if field.json_schema_extra == NOT_FOR_MODELS
        ]

    def schema(self) -> dict[str, Any]:
        """The JSON Schema of the parameters, as a model reads it: names as they stand in the documents."""
        return self.parameters.model_json_schema(by_alias=False)


def action(
    *, mutates: bool, records_itself: bool = False, example: Mapping[str, Any] | None = None
) -> Callable[[Callable[[Any, Gateways], Result]], Action]:
    """Make an Action from a function `(parameters, gateways) -> result` with a docstring.

    `mutates` says whether it can change anything in AWS. An action that `records_itself` writes the audit entries
    of its changes, with `tools.actions._recording`; for all others the agent writes one. `example` is parameters
    that somebody might send, for describe_agent: whatever is required, and none where nothing is.
    """

    def declare(function: Callable[[Any, Gateways], Result]) -> Action:
        hints = get_type_hints(function)
        names = list(inspect.signature(function).parameters)
        return Action(
            name=function.__name__,
            description=inspect.getdoc(function) or "",
            parameters=hints[names[0]],
            result=hints["return"],
            mutates=mutates,
            records_itself=records_itself,
            example=example or {},
            function=function,
        )

    return declare


def parsed(model: type[AnyModel], raw: Mapping[str, Any]) -> AnyModel:
    """The model, validated. Raises InvalidParameters with every problem, where and what is allowed."""
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        raise InvalidParameters.listing(
            [_problem(entry, model) for entry in error.errors(include_url=False)]
        ) from error


def _problem(entry: Any, model: type[BaseModel]) -> dict[str, str]:
    """One pydantic error as where, what is wrong and what is allowed."""
    where = _path(entry["loc"])
    context = entry.get("ctx") or {}
    kind, given = entry["type"], entry["input"]
    if kind in _WRONG_KINDS:
        problem, allowed = _WRONG_KINDS[kind]
        return problem_with(where, f"{quoted(given)} is {problem}", allowed)
    match kind:
        case "extra_forbidden":
            known = _fields_at(model, entry["loc"][:-1])
            close = get_close_matches(shortened(str(entry["loc"][-1])), known, n=1)
            meant = f"; did you mean '{close[0]}'?" if close else ""
            return problem_with(where, f"is not a parameter{meant}", ", ".join(known) or None)
        case "missing":
            return problem_with(where, "is required")
        case "enum" | "literal_error":
            return problem_with(where, f"{quoted(given)} is not allowed", str(context.get("expected")))
        case "value_error":
            return problem_with(where, str(context["error"]))
        case "greater_than" | "greater_than_equal" | "less_than" | "less_than_equal":
            return problem_with(where, f"{quoted(given)} is out of bounds", _bound(context))
        case "string_too_short":
            return problem_with(where, "is empty", "a text")
        case "string_too_long":
            most = context["max_length"]
            return problem_with(where, f"has {len(given)} characters", f"at most {most} characters")
        case "too_short":
            return problem_with(where, "is empty", "at least one entry")
        case "too_long":
            return problem_with(
                where, f"has {len(given)} entries", f"at most {context['max_length']} entries"
            )
        case "string_pattern_mismatch" if where.endswith("account_id"):
            return problem_with(where, f"{quoted(given)} is not an account id", "12 digits")
        case _:
            return problem_with(where, entry["msg"][0].lower() + entry["msg"][1:])


_TEXT = ("not a text", "a text")
_LIST = ("not a list", "a list")
_OBJECT = ("not an object", "an object")
_WHOLE = ("not a whole number", "a whole number")
_NUMBER = ("not a number", "a number, or a text such as '12.50'")
_TRUTH = ("not a truth value", "true or false")
_WRONG_KINDS = {
    "string_type": _TEXT,
    "string_unicode": _TEXT,
    "list_type": _LIST,
    "dict_type": _OBJECT,
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": _WHOLE,
    "int_from_float": _WHOLE,
    "decimal_type": _NUMBER,
    "decimal_parsing": _NUMBER,
    "decimal_max_digits": _NUMBER,
    "finite_number": _NUMBER,
    "bool_type": _TRUTH,
    "bool_parsing": _TRUTH,
}
"""pydantic's kinds of error where the value is of the wrong kind: what is wrong, what is allowed."""


def _bound(context: Mapping[str, Any]) -> str:
    words = {"gt": "more than", "ge": "at least", "lt": "less than", "le": "at most"}
    return ", ".join(f"{words[name]} {value}" for name, value in context.items() if name in words)


def _path(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location) or "parameters"


def _fields_at(model: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    """The names that are allowed where an unknown one was found, one level down at most."""
    for part in location:
        field = model.model_fields.get(str(part))
        nested = [each for each in _models_in(field.annotation) if field] if field else []
        if not nested:
            return []
        model = nested[0]
    return sorted(model.model_fields)


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if inspect.isclass(annotation) and issubclass(annotation, BaseModel):
        return [annotation]
    return [found for each in getattr(annotation, "__args__", ()) for found in _models_in(each)]
