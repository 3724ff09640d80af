"""What AWS takes as a name: budget names, account ids, role names.

Source: Budgets API shapes `BudgetName`, `AccountId`, `Role`, `User`, `Group`.
"""

from __future__ import annotations

import re

AGENT_NAME = "BudgetManagementAgent"
"""Who replies and announces."""

AGENT_VERSION = "0.1.0"
"""What is deployed, as describe_agent says it: the version of pyproject.toml, which is not in the package."""

LONGEST_BUDGET_NAME = 100

_SCRIPT_TAGS = re.compile(r"<script>.*</script>", re.IGNORECASE | re.DOTALL)
_ARN = re.compile(
    r"arn:aws[\w-]*:iam::(?P<account>\d{12}):(?P<kind>role|user|group)/(?P<path>.*?)(?P<name>[^/]+)"
)


def problem_with_budget_name(name: str) -> str | None:
    """None, or why AWS would refuse the name."""
    if not 1 <= len(name) <= LONGEST_BUDGET_NAME:
        return f"has {len(name)} characters; AWS allows 1 to {LONGEST_BUDGET_NAME}"
    for part in (":", "\\", "/action/"):
        if part in name.lower():
            return f"contains '{part}', which AWS does not allow in a budget name"
    if _SCRIPT_TAGS.search(name):
        return "contains a script tag, which AWS does not allow in a budget name"
    return None


def principal_from_arn(arn: str) -> tuple[str, str, str] | None:
    """Account, kind (role, user, group) and name with its path, from an IAM ARN; None if it is none."""
    found = _ARN.fullmatch(arn)
    return None if found is None else (found["account"], found["kind"], found["path"] + found["name"])


def last_name(principal: str) -> str:
    """The name of a role, user or group without its path and without its ARN."""
    return principal.rpartition("/")[2]
