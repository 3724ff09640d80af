"""list_budget_templates: budgets to be made by name, and what each leaves to say."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from tools.actions._action import Model, Parameters, Result, action
from tools.actions._from_template import all_templates
from tools.domain.budget_templates._template import BudgetTemplate
from tools.domain.errors import InvalidParameters
from tools.domain.quoting import quoted
from tools.gateways import Gateways


class ListBudgetTemplatesParameters(Parameters):
    """Which templates."""

    names: list[str] | None = Field(default=None, min_length=1, description="Only these; all when left out.")


class TemplateParameterView(Model):
    """One value that a template leaves to say."""

    type: str = Field(description="text, texts (one or a list), amount, percent or account.")
    description: str
    default: Any = Field(description="Null: there is none.")
    required: bool


class BudgetTemplateView(Model):
    """A template."""

    name: str
    description: str
    source: str = Field(description="package, or the rules file it stands in.")
    parameters: dict[str, TemplateParameterView]
    budget: dict[str, Any] = Field(description="The parameters of create_budget, with {gaps}.")
    levels: list[dict[str, Any]] = Field(description="The response that is attached to it.")


class ListBudgetTemplatesResult(Result):
    """Every template that create_budget takes."""

    templates: list[BudgetTemplateView]


@action(mutates=False)
def list_budget_templates(
    parameters: ListBudgetTemplatesParameters, gateways: Gateways
) -> ListBudgetTemplatesResult:
    """List the templates of budgets that create_budget takes by name, and what each leaves to say.

    Use it before create_budget with template, to see which there are and which template_parameters they want.
    Those of this deployment's rules file are among them. Changes nothing.
    """
    templates, own, incomplete = all_templates(gateways)
    wanted = parameters.names
    unknown = [each for each in wanted or () if each not in templates]
    if unknown:
        raise InvalidParameters.because(
            "names", f"there is no template {quoted(unknown[0])}", ", ".join(templates)
        )
    source = gateways.rules.in_force()[0].source
    return ListBudgetTemplatesResult(
        templates=[
            _view(name, each, source if name in own else "package")
            for name, each in templates.items()
            if wanted is None or name in wanted
        ],
        incomplete=incomplete,
    )


def _view(name: str, template: BudgetTemplate, source: str) -> BudgetTemplateView:
    return BudgetTemplateView(
        name=name,
        description=template.description,
        source=source,
        parameters={
            each: TemplateParameterView(
                type=parameter.type.value,
                description=parameter.description,
                default=parameter.default,
                required=parameter.is_required,
            )
            for each, parameter in template.parameters.items()
        },
        budget=template.budget,
        levels=list(template.levels),
    )
