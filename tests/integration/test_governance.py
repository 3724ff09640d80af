"""Governance rules of a deployment's own, through the whole pipeline."""

from __future__ import annotations

from typing import Any

import boto3

import lambda_handler
from tests.embedded import STATE_TABLE, make_state_table
from tests.pipeline import Pipeline, pipeline

NAMED = "version: named\nrules: {name_pattern: {parameters: {pattern: 'team-.*'}}}"
BUDGET = {"budget_name": "mine", "amount": 100, "notification_email": "a@example.com"}


def write(text: str) -> None:
    ssm: Any = boto3.client("ssm", region_name="us-east-1")
    ssm.put_parameter(Name="/rules", Value=text, Type="String", Overwrite=True)


def write_and_restart(text: str) -> None:
    write(text)
    lambda_handler._agent.cache_clear()


def create(through: Pipeline) -> dict[str, Any]:
    return through.act("create_budget", **BUDGET)


def test_a_parameter_decides_and_its_last_good_value_outlives_a_broken_one_and_the_process() -> None:
    with pipeline("empty", GOVERNANCE_RULES="ssm:/rules", BUDGET_STATE_TABLE=STATE_TABLE) as through:
        make_state_table()
        write(NAMED)
        refused = create(through)["data"]["error"]
        assert refused["code"] == "GOVERNANCE_VIOLATION"
        assert refused["details"]["rules"] == {"version": "named", "source": "ssm:/rules"}
        write_and_restart("rules: [")
        still = create(through)["data"]["error"]
        assert still["code"] == "GOVERNANCE_VIOLATION"
        assert still["details"]["rules"]["source"].startswith("ssm:/rules of ")
        assert [each["code"] for each in still["details"]["incomplete"]] == ["GOVERNANCE_FILE_INVALID"]
        audited = through.act("audit_budgets", rules=["name_pattern"])["data"]
        assert [each["part"] for each in audited["incomplete"]] == ["governance rules"]
        write_and_restart("rules: {name_pattern: {severity: WARNING, parameters: {pattern: 'team-.*'}}}")
        made = create(through)["data"]
        assert made["created"]
        assert [each["rule"] for each in made["governance"]["warnings"]] == ["name_pattern"]


def test_an_object_that_is_not_there_leaves_the_packaged_rules_and_says_so() -> None:
    with pipeline("empty", GOVERNANCE_RULES="s3://no-such-bucket/rules.yaml") as through:
        made = create(through)["data"]
    assert (made["created"], made["governance"]["rules"]["source"]) == (True, "package")
    assert [each["code"] for each in made["incomplete"]] == ["GOVERNANCE_FILE_INVALID"]
