"""The templates that come with the agent: one file each in this folder, listed here."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from tools.domain.budget_templates._template import BudgetTemplate
from tools.domain.governance.yaml_text import read_yaml

FOLDER = Path(__file__).parent

NAMES = (
    "monthly_account_guard",
    "sandbox_account",
    "service_guard",
    "project_by_tag",
    "daily_spike_guard",
    "forecast_guard",
    "commitment_utilization",
    "commitment_coverage",
)


@cache
def packaged_templates() -> Mapping[str, BudgetTemplate]:
    """By name, in the list's order."""
    return {
        name: BudgetTemplate.model_validate(read_yaml((FOLDER / f"{name}.yaml").read_text(encoding="utf-8")))
        for name in NAMES
    }
