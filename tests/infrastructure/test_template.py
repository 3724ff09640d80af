"""The template: clean, complete, and allowing the function exactly what it does."""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

import tools.aws
from agent.contract import is_asynchronous, parse_request
from agent.observability import NAMESPACE, SERVICE
from agent.settings import Settings, SettingsError, load_settings
from local.cloudformation.documents import read_template
from tools.actions.catalogue import ACTION_NAMES, ACTIONS

TEMPLATE = Path(__file__).parents[2] / "cloudformation" / "budget-management-agent.yaml"

# What Lambda does in the function's name: write its log, keep what failed, trace; and SNS, to encrypt.
RUNTIME_PERMISSIONS = {
    "kms:Decrypt",
    "kms:GenerateDataKey",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "sqs:SendMessage",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
}
# Services whose actions IAM grants on `*` only. Source: Service Authorization Reference.
WITHOUT_RESOURCES = ("budgets:DescribeBudgetActionsForAccount", "ce:", "xray:", "ec2:Describe")

# Lambda reserves AWS_REGION and sets it itself; TIME_SOURCE is set by the embedded AWS, which has its own clock.
SET_BY_THE_HOST = {"AWS_REGION", "TIME_SOURCE"}


@cache
def template() -> Any:
    return read_template(TEMPLATE.read_text(encoding="utf-8"))


def parameters() -> dict[str, Any]:
    found: dict[str, Any] = template()["Parameters"]
    return found


def properties(name: str) -> dict[str, Any]:
    found: dict[str, Any] = template()["Resources"][name]["Properties"]
    return found


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def statements(name: str) -> Iterator[dict[str, Any]]:
    """Every statement of a role's policies, those behind a condition included."""
    for statement in nodes(name):
        yield statement["Fn::If"][1] if "Fn::If" in statement else statement


def nodes(name: str) -> Iterator[dict[str, Any]]:
    """The statements of a role's own policies and of those of the template that it has, conditions around them."""
    own = properties(name)
    attached = [properties(each["Ref"]) for each in own.get("ManagedPolicyArns", [])]
    for policy in (*own["Policies"], *attached):
        yield from policy["PolicyDocument"]["Statement"]


def allowed_actions(name: str) -> list[str]:
    return [
        action
        for statement in statements(name)
        if statement["Effect"] == "Allow"
        for action in as_list(statement["Action"])
    ]


def permissions_of_the_code() -> set[str]:
    """What the adapters say, beside their calls, that they need."""
    modules = (
        importlib.import_module(f"tools.aws.{each.name}") for each in pkgutil.iter_modules(tools.aws.__path__)
    )
    needed = (getattr(module, "PERMISSIONS", {}) for module in modules)
    return {permission for each in needed for permissions in each.values() for permission in permissions}


@cache
def iam_actions() -> dict[str, Any]:
    table = files("cfnlint.data.AdditionalSpecs").joinpath("Policies.json")
    found: dict[str, Any] = json.loads(table.read_text(encoding="utf-8"))
    return found


def test_the_template_is_clean_with_warnings_as_errors() -> None:
    lint = Path(sys.executable).with_name("cfn-lint")
    options = ["--non-zero-exit-code", "informational", str(TEMPLATE)]
    run = subprocess.run([lint, *options], capture_output=True, text=True, check=False)
    assert run.stdout + run.stderr == ""
    assert run.returncode == 0


def test_the_template_can_be_deployed_without_a_bucket_of_its_own() -> None:
    # CloudFormation takes 51,200 bytes in a request; `aws cloudformation deploy` refuses more without --s3-bucket.
    assert TEMPLATE.stat().st_size <= 51_200


def test_only_the_bucket_has_to_be_given() -> None:
    assert [name for name, each in parameters().items() if "Default" not in each] == ["LambdaS3Bucket"]


@pytest.mark.parametrize("name", parameters())
def test_a_parameter_is_described_and_bounded(name: str) -> None:
    parameter = parameters()[name]
    assert len(parameter["Description"]) > 15
    bounds = {"AllowedValues", "AllowedPattern", "MinValue", "MaxLength"}
    assert bounds & parameter.keys(), "anything could be given"
    if "AllowedPattern" in parameter:
        assert parameter["ConstraintDescription"]


def test_every_parameter_is_in_one_group_of_the_interface() -> None:
    groups = template()["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    grouped = [name for group in groups for name in group["Parameters"]]
    assert sorted(grouped) == sorted(parameters())


def test_the_function_gets_exactly_the_settings_the_agent_reads() -> None:
    given = set(properties("Function")["Environment"]["Variables"])
    read = {str(field.alias) for field in Settings.model_fields.values()}
    in_one = {each for each in read if can_be_held(each)}
    assert given <= read
    assert given | in_one == read - SET_BY_THE_HOST, "neither a variable of its own nor one in MODEL_SETTINGS"


def can_be_held(name: str) -> bool:
    """Whether MODEL_SETTINGS, which the template passes on, takes this setting."""
    try:
        load_settings({"MODEL_SETTINGS": json.dumps({name: None})})
    except SettingsError:
        return False
    return True


def test_the_names_are_the_ones_people_type() -> None:
    assert properties("Function")["FunctionName"] == {"Fn::Sub": "${ProjectName}-agent"}
    assert properties("StateTable")["TableName"] == {"Fn::Sub": "${ProjectName}-state"}
    assert properties("LogGroup")["LogGroupName"] == {"Fn::Sub": "/aws/lambda/${ProjectName}-agent"}


def test_the_execution_role_allows_what_the_code_calls_and_nothing_else() -> None:
    allowed = allowed_actions("ExecutionRole")
    pairs = [
        (action, json.dumps(statement["Resource"]))
        for statement in statements("ExecutionRole")
        for action in as_list(statement["Action"])
    ]
    assert len(pairs) == len(set(pairs)), "an action is allowed twice on the same"
    assert set(allowed) - RUNTIME_PERMISSIONS == permissions_of_the_code()
    assert set(allowed) >= RUNTIME_PERMISSIONS


@pytest.mark.parametrize("role", ["ExecutionRole", "BudgetActionRole", "ScheduleRole"])
def test_a_role_names_real_actions_in_full_and_resources_where_iam_has_some(role: str) -> None:
    for statement in statements(role):
        for action in as_list(statement["Action"]):
            prefix, _, name = action.partition(":")
            assert name.lower() in iam_actions()[prefix]["Actions"], action
            if "*" in as_list(statement["Resource"]):
                assert action.startswith(WITHOUT_RESOURCES), action


def test_the_denied_actions_are_real_and_none_of_them_reads() -> None:
    denied = [
        action
        for statement in properties("RestrictionPolicy")["PolicyDocument"]["Statement"]
        for action in as_list(statement["Action"])
    ]
    for action in denied:
        prefix, _, pattern = action.partition(":")
        matching = [each for each in iam_actions()[prefix]["Actions"] if fnmatchcase(each, pattern.lower())]
        assert matching, action
        assert not [each for each in matching if re.match("get|list|describe|batchget", each)], action
        assert prefix not in ("support", "billing", "budgets", "ce", "account", "payments", "sts", "logs")


def test_every_denial_spares_the_break_glass_role_and_the_protected() -> None:
    for statement in properties("RestrictionPolicy")["PolicyDocument"]["Statement"]:
        assert statement["Effect"] == "Deny"
        spared = json.dumps(statement["Condition"]["ArnNotLike"]["aws:PrincipalArn"])
        assert "role/${BreakGlassRoleName}" in spared
        assert "role${ProtectedPath}*" in spared


def test_the_denying_policy_is_within_iams_size() -> None:
    # IAM counts 6,144 characters without white space; the Regions of what is filled in are allowed for.
    document = json.dumps(properties("RestrictionPolicy")["PolicyDocument"], separators=(",", ":"))
    assert len(document) < 6144 - 1000


def test_a_role_can_be_passed_only_if_it_is_the_budget_action_role_and_only_to_budgets() -> None:
    (passing,) = [each for each in statements("ExecutionRole") if "iam:PassRole" in as_list(each["Action"])]
    assert passing["Action"] == "iam:PassRole"
    assert passing["Resource"] == {"Fn::GetAtt": ["BudgetActionRole", "Arn"]}
    assert passing["Condition"] == {"StringEquals": {"iam:PassedToService": "budgets.amazonaws.com"}}


def test_what_a_budget_action_attaches_it_can_detach_again() -> None:
    allowed = set(allowed_actions("BudgetActionRole"))
    for verb, opposite in (("Attach", "Detach"), ("Stop", "Start")):
        for action in allowed:
            assert action.replace(f":{verb}", f":{opposite}") in allowed


def test_the_roles_that_services_assume_ask_for_this_account() -> None:
    for role in ("BudgetActionRole", "ScheduleRole"):
        (trust,) = properties(role)["AssumeRolePolicyDocument"]["Statement"]
        assert trust["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
        assert "aws:SourceArn" in json.dumps(trust["Condition"])


def test_the_table_outlives_the_stack() -> None:
    table = template()["Resources"]["StateTable"]
    assert table["DeletionPolicy"] == table["UpdateReplacePolicy"] == "Retain"
    assert table["Properties"]["DeletionProtectionEnabled"] is True


def test_the_duration_alarm_rings_before_the_default_timeout() -> None:
    timeout = 1000 * parameters()["Timeout"]["Default"]
    assert 0.5 * timeout < parameters()["DurationAlarmMilliseconds"]["Default"] < timeout


def test_the_alarm_on_internal_errors_watches_the_metric_the_agent_writes() -> None:
    alarm = properties("InternalErrorsAlarm")
    assert alarm["Namespace"] == NAMESPACE
    assert alarm["Dimensions"] == [{"Name": "service", "Value": SERVICE}]


def test_no_alarm_about_the_function_invokes_the_function() -> None:
    alarms = [each for each in template()["Resources"].values() if each["Type"] == "AWS::CloudWatch::Alarm"]
    assert len(alarms) == 6
    assert all(each["Properties"]["AlarmActions"] == [{"Ref": "AlarmsTopic"}] for each in alarms)
    listening = [
        each["Properties"]["TopicArn"]
        for each in template()["Resources"].values()
        if each["Type"] == "AWS::SNS::Subscription" and each["Properties"]["Protocol"] == "lambda"
    ]
    assert listening == [{"Ref": "AlertsTopic"}]


def test_the_longest_descriptions_fit_into_what_lambda_and_iam_take() -> None:
    longest = {name: "x" * each["MaxLength"] for name, each in parameters().items() if "MaxLength" in each}
    longest["LambdaCodeSha256"] = "x" * 44
    for name, each in parameters().items():
        values = [each.get("MaxValue", ""), *each.get("AllowedValues", [])]
        longest.setdefault(name, max((str(value) for value in values), key=len))
    longest["RuntimePolicy.PolicyId"] = "ANPA" + "x" * 17
    # Lambda's limit on descriptions, and IAM's.
    for resource, most in (("Function", 256), ("Version", 256), ("RuntimePolicy", 1000)):
        text = properties(resource)["Description"]["Fn::Sub"]
        filled = re.sub(r"\$\{([\w.]+)\}", lambda match: longest[match[1]], text)
        assert len(filled) <= most


def test_a_change_of_any_of_the_functions_properties_makes_a_new_version() -> None:
    function = dict(properties("Function"))
    for without_a_version in ("ReservedConcurrentExecutions", "FunctionName"):
        del function[without_a_version]
    named = set(re.findall(r"\$\{(\w+)\}|\"Ref\": \"(\w+)\"", json.dumps(function)))
    used = {one or other for one, other in named} & parameters().keys() - {"ProjectName", "LambdaS3Bucket"}
    version = json.dumps(properties("Version"))
    assert "${RuntimePolicy.PolicyId}" in version
    assert "ManagedPolicyName" not in properties("RuntimePolicy"), "with a name it could not be made anew"
    settings = json.dumps(properties("RuntimePolicy")["Description"])
    assert {name for name in used if name not in version and f"${{{name}}}" not in settings} == set()


@pytest.mark.parametrize("permission", allowed_actions("ExecutionRole"))
def test_the_readme_says_what_every_permission_of_the_function_is_for(permission: str) -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    service, _, action = permission.partition(":")
    rows = [line for line in readme.splitlines() if line.startswith(f"| `{service}:")]
    assert any(f"`{permission}`" in row or f"`{action}`" in row for row in rows)


def test_the_function_listens_to_no_topic_that_it_publishes_to() -> None:
    (publishing,) = [each for each in statements("ExecutionRole") if each["Action"] == "sns:Publish"]
    assert publishing["Resource"] == {"Ref": "MessagesTopic"}
    listening = [
        each["Properties"]["TopicArn"]
        for each in template()["Resources"].values()
        if each["Type"] == "AWS::SNS::Subscription" and each["Properties"]["Protocol"] == "lambda"
    ]
    assert {"Ref": "MessagesTopic"} not in listening


def test_an_address_gets_alerts_from_one_topic_only() -> None:
    subscriptions = {
        name: each["Condition"]
        for name, each in template()["Resources"].items()
        if each["Type"] == "AWS::SNS::Subscription" and each["Properties"]["Protocol"] == "email"
    }
    assert subscriptions == {
        "AlertsToEmail": "EmailGetsAlerts",
        "MessagesToEmail": "EmailGetsMessages",
        "AlarmsToEmail": "HasEmail",
    }
    conditions = template()["Conditions"]
    has_topic = {"Condition": "HasMessagesTopic"}
    assert conditions["EmailGetsMessages"] == {"Fn::And": [{"Condition": "HasEmail"}, has_topic]}
    assert conditions["EmailGetsAlerts"] == {"Fn::And": [{"Condition": "HasEmail"}, {"Fn::Not": [has_topic]}]}


def test_only_who_signs_may_connect() -> None:
    assert properties("WebSocketConnect")["AuthorizationType"] == "AWS_IAM"


def test_every_statement_for_a_choice_is_there_only_with_it() -> None:
    behind = {
        statement["Fn::If"][1]["Sid"]: statement["Fn::If"][0]
        for statement in nodes("ExecutionRole")
        if "Fn::If" in statement
    }
    assert behind == {
        "PushToTheStacksClients": "HasWebSocketApi",
        "PushToOwnersClients": "HasOwnersApi",
        "ReadOwnersConnections": "HasOwnersTable",
        "TellPeople": "HasMessagesTopic",
        "EncryptMessages": "HasEncryptedMessages",
        "ReadRulesInSsm": "HasRulesInSsm",
        "ReadRulesInS3": "HasRulesInS3",
        "AskTheModel": "HasModel",
        "AskModelsThroughThatProfileOnly": "HasModel",
        "ApplyTheGuardrail": "HasModelGuardrail",
    }


def test_the_schedule_asks_for_alerts_and_fails_where_they_could_not_be_kept() -> None:
    request = json.loads(properties("MonitoringRun")["Target"]["Input"])
    assert is_asynchronous(request)
    assert ACTIONS[parse_request(request, ACTION_NAMES).action].parse(request["parameters"])
    assert request["parameters"] == {"notify": True}


def test_the_readme_sets_channels_up_with_the_parameters_that_there_are() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    section = readme.partition("\n## Channels\n")[2].partition("\n## ")[0]
    shown = set(re.findall(r"[` ]([A-Z]\w+)=", section))
    groups = template()["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    (channels,) = [each["Parameters"] for each in groups if each["Label"]["default"].startswith("Channels")]
    assert shown == set(channels)
    outputs = template()["Outputs"]
    assert set(re.findall(r"output `(\w+)`", section)) <= outputs.keys()
