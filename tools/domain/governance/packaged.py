"""The rules as they come with the agent, without reading a file.

`default_rules.yaml` says the same for people, and a test holds both together: reading it would make the first
change of a function that has no file of its own slower.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from tools.domain.governance.catalogue import RULES
from tools.domain.governance.rule_set import RuleInForce, RuleSet

VERSION = "1"
SOURCE = "package"
FILE = Path(__file__).with_name("default_rules.yaml")


@cache
def packaged_rules() -> RuleSet:
    """Every rule with its own severity and parameters."""
    return RuleSet(
        version=VERSION,
        source=SOURCE,
        rules={
            rule.id: RuleInForce(
                rule=rule, severity=rule.severity, parameters=rule.parameters.model_construct()
            )
            for rule in RULES
        },
    )
