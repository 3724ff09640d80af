"""Every packaged template makes the budget of its example on the embedded AWS."""

from __future__ import annotations

from tests.pipeline import pipeline
from tools.domain.budget_templates.library import packaged_templates


def test_every_template_makes_the_budget_of_its_example() -> None:
    with pipeline("company") as through:
        for name, template in packaged_templates().items():
            asked = {"budget_name": name, "template": name, "template_parameters": template.example}
            reply = through.act("create_budget", **asked)
            assert reply["status"] == "success", (name, reply)
            assert reply["data"]["created"], name
            assert len(reply["data"]["levels"]) == len(template.levels), name
        shown = through.act("analyze_budgets", budget_names=list(packaged_templates()))["data"]
        assert {each["name"] for each in shown["budgets"]} == set(packaged_templates())
        actions = through.act("list_budget_actions")["data"]
        assert "sandbox_account" in str(actions)
