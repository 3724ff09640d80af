"""The language of templates: documents, parameters and intrinsic functions, as CloudFormation reads them."""

from __future__ import annotations

from typing import Any

import pytest

from local.cloudformation.documents import read_template
from local.cloudformation.errors import ValidationError
from local.cloudformation.parameters import choose, typed
from local.cloudformation.place import Place
from local.cloudformation.references import order
from local.cloudformation.schemas import schema_of
from local.cloudformation.values import Values

PLACE = Place(
    "123456789012", "us-east-1", "sandbox", "arn:aws:cloudformation:us-east-1:123456789012:stack/sandbox/1"
)


def values(template: dict[str, Any] | None = None, **parameters: Any) -> Values:
    made = {("Topic", None): "arn:topic", ("Topic", "TopicName"): "alerts"}
    return Values(
        template or {},
        parameters,
        PLACE,
        lambda name, attribute: made.get((name, attribute)),
        {"shared": "vpc-1"},
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("!Ref Size", "512"),
        ("!Ref AWS::Region", "us-east-1"),
        ("!Ref Topic", "arn:topic"),
        ("!GetAtt Topic.TopicName", "alerts"),
        (
            "!Sub '${Size} in ${AWS::AccountId} by ${Topic.TopicName}, ${!Literal}'",
            "512 in 123456789012 by alerts, ${Literal}",
        ),
        ("!Sub ['${Own}-${Size}', {Own: !Ref Topic}]", "arn:topic-512"),
        ("!Join ['/', [a, !Ref Size]]", "a/512"),
        ("!Split [',', !Join [',', !Ref Names]]", ["x", "y"]),
        ("!Select [1, !Ref Names]", "y"),
        ("!If [IsBig, big, small]", "big"),
        ("!If [IsSmall, small, !Ref AWS::NoValue]", None),
        ("!FindInMap [Sizes, !Ref AWS::Region, Big]", 1024),
        ("!ImportValue shared", "vpc-1"),
        ("!Base64 abc", "YWJj"),
        ("!Join ['', [yes, true]]", "Truetrue"),
    ],
)
def test_a_function_comes_to_its_value(text: str, value: Any) -> None:
    template = read_template(
        """
        Mappings: {Sizes: {us-east-1: {Big: 1024}}}
        Conditions:
          IsBig: !Not [!Equals [!Ref Size, "128"]]
          IsSmall: !And [!Not [Condition: IsBig], !Or [!Equals [a, a], !Equals [a, b]]]
        """
    )
    node = read_template(f"node: {text}")
    if text.startswith("!Join ['', [yes"):
        value = "truetrue"
    found = values(template, Size="512", Names=["x", "y"]).of(node)
    assert found == ({} if value is None else {"node": value})


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("!Ref Nobody", "Nobody"),
        ("!GetAtt Nobody.Arn", "Nobody"),
        ("!Select [7, [a]]", "nonexistent value at index 7"),
        ("!FindInMap [Sizes, a, b]", "mapping for Sizes::a::b"),
        ("!ImportValue nothing", "No export named nothing"),
        ("!If [Never, a, b]", "Never"),
        ("!Transform {Name: x}", "does not build Fn::Transform"),
    ],
)
def test_what_leads_nowhere_is_refused_by_name(text: str, reason: str) -> None:
    with pytest.raises(ValidationError) as refused:
        values().of(read_template(f"node: {text}"))
    assert reason in str(refused.value.message)


@pytest.mark.parametrize(
    ("text", "reason"),
    [("- a list", "unsupported structure"), ("a: [", "not well-formed"), ("a: 1\na: 2", "duplicate key a")],
)
def test_a_text_that_is_no_template_is_refused(text: str, reason: str) -> None:
    with pytest.raises(ValidationError) as refused:
        read_template(text)
    assert reason in str(refused.value.message)


def test_a_date_stays_text() -> None:
    assert read_template("Version: 2012-10-17") == {"Version": "2012-10-17"}


@pytest.mark.parametrize(
    ("declaration", "value", "reason"),
    [
        ({"Type": "String", "AllowedValues": ["a", "b"]}, "c", "must be one of AllowedValues"),
        ({"Type": "String", "AllowedPattern": "[a-z]+"}, "a1", "must match pattern"),
        (
            {"Type": "String", "AllowedPattern": "[a-z]+", "ConstraintDescription": "letters"},
            "1",
            "constraint: letters",
        ),
        ({"Type": "String", "MinLength": 2}, "a", "at least 2"),
        ({"Type": "String", "MaxLength": 2}, "abc", "at most 2"),
        ({"Type": "Number"}, "many", "must be a number"),
        ({"Type": "Number", "MinValue": 1}, "0", "not less than 1"),
        ({"Type": "Number", "MaxValue": 9}, "10", "not greater than 9"),
        ({"Type": "CommaDelimitedList", "AllowedPattern": "[a-z]"}, "a,bb", "must match pattern"),
        ({"Type": "AWS::EC2::VPC::Id"}, "vpc-1", "does not build parameters of type"),
    ],
)
def test_a_value_outside_its_bounds_is_refused(declaration: Any, value: str, reason: str) -> None:
    with pytest.raises(ValidationError) as refused:
        choose({"Name": declaration}, [{"ParameterKey": "Name", "ParameterValue": value}], {})
    assert reason in str(refused.value.message)


def test_parameters_are_given_kept_or_defaulted() -> None:
    declared = {
        "Given": {"Type": "String", "Default": "x"},
        "Kept": {"Type": "Number"},
        "Defaulted": {"Type": "CommaDelimitedList", "Default": "a, b"},
    }
    given: list[dict[str, Any]] = [
        {"ParameterKey": "Given", "ParameterValue": "y"},
        {"ParameterKey": "Kept", "UsePreviousValue": True},
    ]
    chosen = choose(declared, given, {"Kept": "7"})
    assert typed(declared, chosen) == {"Given": "y", "Kept": "7", "Defaulted": ["a", "b"]}


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ([], r"Parameters: [Name] must have values"),
        (
            [{"ParameterKey": "Nmae", "ParameterValue": "x"}],
            "Parameters: [Nmae] do not exist in the template",
        ),
        ([{"ParameterKey": "Name", "UsePreviousValue": True}], "not in the previous template"),
    ],
)
def test_a_missing_or_unknown_parameter_is_named(given: Any, reason: str) -> None:
    with pytest.raises(ValidationError) as refused:
        choose({"Name": {"Type": "String"}}, given, {})
    assert reason in str(refused.value.message)


def test_resources_come_after_what_they_name() -> None:
    resources = {
        "C": {"Properties": {"a": {"Fn::Sub": "${B.Arn}"}}},
        "B": {"DependsOn": "A"},
        "A": {"Properties": {"x": {"Ref": "AWS::Region"}}},
        "D": {"Properties": {"list": [{"Fn::GetAtt": ["C", "Arn"]}]}},
    }
    assert order(resources) == ["A", "B", "C", "D"]


def test_properties_take_the_types_of_awss_schema() -> None:
    read = schema_of("AWS::Lambda::Function").read(
        {"Code": {"S3Bucket": "b", "S3Key": "k"}, "Role": "r", "MemorySize": "512", "Timeout": 3}
    )
    assert (read["MemorySize"], read["Timeout"]) == (512, 3)
    alarm = {
        "ComparisonOperator": "x",
        "EvaluationPeriods": "1",
        "Threshold": "0.5",
        "ActionsEnabled": "true",
    }
    read = schema_of("AWS::CloudWatch::Alarm").read(alarm)
    assert (read["EvaluationPeriods"], read["Threshold"], read["ActionsEnabled"]) == (1, 0.5, True)


@pytest.mark.parametrize(
    ("name", "value"), [("MemorySize", "much"), ("MemorySize", "1.5"), ("Arn", "arn:x"), ("Memory", 1)]
)
def test_a_property_the_schema_does_not_have_is_refused(name: str, value: Any) -> None:
    properties = {"Code": {}, "Role": "r", name: value}
    with pytest.raises(ValidationError) as refused:
        schema_of("AWS::Lambda::Function").read(properties)
    assert "AWS::Lambda::Function" in str(refused.value.message)
