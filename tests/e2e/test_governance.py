"""On the deployed stack: rules of one's own are read where the template says, with exactly that permission."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.e2e.deployment import BUCKET, PROJECT, Deployment, readme_commands, with_host_parameters

pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.skipif(platform.system() != "Linux", reason="Lambda's wheels run on Linux only"),
]

RULES = "version: {}\nrules: {{name_pattern: {{parameters: {{pattern: 'team-.*'}}}}}}\n"
BUDGET: dict[str, Any] = {"budget_name": "mine", "amount": 100, "notification_email": "a@example.com"}


@pytest.mark.parametrize(
    ("kind", "source", "permission"),
    [
        ("ssm", f"ssm:/{PROJECT}/governance", "ssm:GetParameter"),
        ("s3", f"s3://{BUCKET}/{PROJECT}/governance.yaml", "s3:GetObject"),
    ],
)
def test_rules_are_read_from_where_the_template_says(
    deployed: Deployment, kind: str, source: str, permission: str
) -> None:
    text = RULES.format(kind)
    if kind == "ssm":
        deployed.client("ssm").put_parameter(Name=f"/{PROJECT}/governance", Value=text, Type="String")
    else:
        deployed.client("s3").put_object(Bucket=BUCKET, Key=f"{PROJECT}/governance.yaml", Body=text)
    command = with_host_parameters(readme_commands()[2])
    deployed.run(command.replace("ProjectName=", f"GovernanceRules={kind} ProjectName="))
    try:
        refused = deployed.act("create_budget", **BUDGET)["data"]["error"]
        assert refused["code"] == "GOVERNANCE_VIOLATION"
        assert refused["details"]["rules"] == {"version": kind, "source": source}
        with deployed.without(permission), _started_anew(deployed):
            kept = deployed.act("audit_budgets", rules=["name_pattern"])["data"]
        assert [each["reason"] for each in kept["incomplete"] if permission in each["reason"]]
        assert kept["rules_in_force"]["version"] == kind
    finally:
        deployed.run(command.replace("ProjectName=", "GovernanceRules=package ProjectName="))


@contextmanager
def _started_anew(deployed: Deployment) -> Iterator[None]:
    """Within it, the function runs in a new process, which holds no rules yet."""

    def give(megabytes: int) -> None:
        deployed.client("lambda").update_function_configuration(
            FunctionName=f"{PROJECT}-agent", MemorySize=megabytes
        )

    give(600)
    yield
    give(512)
