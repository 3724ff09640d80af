"""What a budget template is: the parameters of create_budget, with gaps, and the levels of a response to it.

A gap is `{name}`. A value that is nothing but a gap becomes the parameter's value; inside a text its text. What a
parameter leaves empty is left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from tools.domain.errors import problem_with
from tools.domain.quoting import quoted

_GAP = re.compile(r"\{([a-z_]+)\}")
_TEXT = Annotated[str, StringConstraints(min_length=1, max_length=1000)]


class ParameterType(StrEnum):
    """What a parameter of a template may be."""

    TEXT = "text"
    TEXTS = "texts"
    AMOUNT = "amount"
    PERCENT = "percent"
    ACCOUNT = "account"


_ADAPTERS: Mapping[ParameterType, tuple[TypeAdapter[Any], str]] = {
    ParameterType.TEXT: (TypeAdapter(_TEXT), "a text"),
    ParameterType.TEXTS: (TypeAdapter(list[_TEXT] | _TEXT), "a text or a list of texts"),
    ParameterType.AMOUNT: (
        TypeAdapter(Annotated[Decimal, Field(gt=0, allow_inf_nan=False)]),
        "a number over 0, or a text such as '12.50'",
    ),
    ParameterType.PERCENT: (
        TypeAdapter(Annotated[Decimal, Field(gt=0, le=1_000_000, allow_inf_nan=False)]),
        "a number over 0",
    ),
    ParameterType.ACCOUNT: (
        TypeAdapter(Annotated[str, StringConstraints(pattern=r"^\d{12}$")]),
        "an account id of 12 digits",
    ),
}


class TemplateParameter(BaseModel):
    """One value that a template leaves to say. Without a default it is required, unless it is optional."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    type: ParameterType
    description: str = Field(min_length=1)
    default: Any = None
    optional: bool = False

    @property
    def is_required(self) -> bool:
        """Whether a value has to be given."""
        return self.default is None and not self.optional

    def read(self, given: Any) -> tuple[Any, str | None]:
        """The value, and what is allowed instead if it is none."""
        adapter, allowed = _ADAPTERS[self.type]
        try:
            value = adapter.validate_python(given)
        except ValidationError:
            return None, allowed
        return (f"{value:f}" if isinstance(value, Decimal) else value), None


class BudgetTemplate(BaseModel):
    """A template as its file says it."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    description: str = Field(min_length=1)
    parameters: dict[str, TemplateParameter] = {}
    budget: dict[str, Any]
    levels: tuple[dict[str, Any], ...] = ()
    example: dict[str, Any] | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> BudgetTemplate:
        """Every gap has its parameter, every parameter its gap, and every default is of its type."""
        named = set(_gaps_in([self.budget, *self.levels]))
        unknown, unused = sorted(named - self.parameters.keys()), sorted(self.parameters.keys() - named)
        if unknown:
            raise ValueError(f"there is no parameter for {{{unknown[0]}}}")
        if unused:
            raise ValueError(f"the parameter {unused[0]} is not used")
        if "budget_name" in self.budget:
            raise ValueError("a template does not name its budget; whoever creates one does")
        for name, parameter in self.parameters.items():
            allowed = None if parameter.default is None else parameter.read(parameter.default)[1]
            if allowed is not None:
                raise ValueError(f"the default of {name}, {quoted(parameter.default)}, is not {allowed}")
        wrong = [] if self.example is None else self.problems_with(self.example)
        if wrong:
            raise ValueError(f"the example is wrong: {wrong[0]['parameter']} {wrong[0]['problem']}")
        return self

    def filled(self, given: Mapping[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """Parameters of create_budget, and levels, with these values in the gaps; see `problems_with`."""
        values = {name: self._value(name, parameter, given) for name, parameter in self.parameters.items()}
        return _filled(self.budget, values), [_filled(level, values) for level in self.levels]

    def problems_with(self, given: Mapping[str, Any]) -> list[dict[str, str]]:
        """What is wrong with the values given: unknown, missing, of another type."""
        known = ", ".join(self.parameters) or "none"
        found = [
            problem_with(f"template_parameters.{name}", "is not a parameter of the template", known)
            for name in given
            if name not in self.parameters
        ]
        for name, parameter in self.parameters.items():
            where = f"template_parameters.{name}"
            value = given.get(name)
            if value is None:
                if parameter.is_required:
                    found.append(problem_with(where, "is required", _ADAPTERS[parameter.type][1]))
                continue
            allowed = parameter.read(value)[1]
            if allowed is not None:
                found.append(problem_with(where, f"{quoted(value)} is not {allowed}", allowed))
        return found

    @staticmethod
    def _value(name: str, parameter: TemplateParameter, given: Mapping[str, Any]) -> Any:
        value = parameter.default if given.get(name) is None else given[name]
        return None if value is None else parameter.read(value)[0]


def _gaps_in(content: Any) -> list[str]:
    if isinstance(content, str):
        return _GAP.findall(content)
    if isinstance(content, Mapping):
        return [name for value in content.values() for name in _gaps_in(value)]
    if isinstance(content, list | tuple):
        return [name for value in content for name in _gaps_in(value)]
    return []


def _filled(content: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(content, str):
        whole = _GAP.fullmatch(content)
        return values[whole[1]] if whole else _GAP.sub(lambda gap: str(values[gap[1]]), content)
    if isinstance(content, Mapping):
        filled = {key: _filled(value, values) for key, value in content.items()}
        return {key: value for key, value in filled.items() if value is not None}
    if isinstance(content, list | tuple):
        return [value for value in (_filled(each, values) for each in content) if value is not None]
    return content
