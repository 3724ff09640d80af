"""What a function's configuration may say: kept as AWS keeps it, or refused."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.server import EmbeddedAws
from tests.contracts.local.account_resources import trust
from tests.contracts.local.function_resources import (
    FUNCTION,
    ROLE,
    Clients,
    invoke,
    make_function,
    make_role,
    zipped,
)
from tests.contracts.local.worlds import a_client

pytestmark = pytest.mark.usefixtures("aws")


def code_of(failure: pytest.ExceptionInfo[ClientError]) -> str:
    return str(failure.value.response["Error"]["Code"])


@pytest.fixture
def unchecked_functions(aws: EmbeddedAws) -> Any:
    """A client of Lambda that sends whatever it is given."""
    return a_client("lambda", aws, parameter_validation=False)


def test_a_configuration_is_answered_as_it_was_given(clients: Clients) -> None:
    functions = make_function(
        clients,
        Runtime="python3.13",
        Architectures=["arm64"],
        MemorySize=512,
        TracingConfig={"Mode": "Active"},
        SnapStart={"ApplyOn": "PublishedVersions"},
        LoggingConfig={"LogFormat": "JSON", "LogGroup": "/agents/one"},
        EphemeralStorage={"Size": 1024},
    )
    kept = functions.get_function_configuration(FunctionName="agent")
    assert kept["Architectures"] == ["arm64"]
    assert kept["TracingConfig"] == {"Mode": "Active"}
    assert kept["SnapStart"] == {"ApplyOn": "PublishedVersions", "OptimizationStatus": "Off"}
    assert kept["EphemeralStorage"] == {"Size": 1024}
    assert kept["LoggingConfig"] == {
        "LogFormat": "JSON",
        "LogGroup": "/agents/one",
        "ApplicationLogLevel": "INFO",
        "SystemLogLevel": "INFO",
    }
    assert kept["LastModified"] == "2026-10-20T12:00:00.000+0000"
    published = functions.publish_version(FunctionName="agent")
    assert published["SnapStart"] == {"ApplyOn": "PublishedVersions", "OptimizationStatus": "On"}


def test_an_update_changes_what_it_names_and_nothing_else(clients: Clients) -> None:
    functions = make_function(clients, MemorySize=512, Environment={"Variables": {"A": "1"}})
    functions.update_function_configuration(
        FunctionName="agent", TracingConfig={"Mode": "Active"}, LoggingConfig={"LogFormat": "JSON"}
    )
    functions.update_function_code(
        FunctionName="agent", Architectures=["arm64"], ZipFile=zipped(main="x = 1\n")
    )
    kept = functions.get_function_configuration(FunctionName="agent")
    assert kept["TracingConfig"] == {"Mode": "Active"}
    assert kept["LoggingConfig"]["LogFormat"] == "JSON"
    assert kept["Architectures"] == ["arm64"]
    assert kept["MemorySize"] == 512
    assert kept["Environment"] == {"Variables": {"A": "1"}}


def test_a_refused_update_changes_nothing(clients: Clients) -> None:
    functions = make_function(clients, MemorySize=256)
    with pytest.raises(ClientError, match="cannot be assumed by Lambda"):
        functions.update_function_configuration(
            FunctionName="agent", MemorySize=512, Role=make_role(clients, name="other", service="ec2")
        )
    kept = functions.get_function_configuration(FunctionName="agent")
    assert (kept["MemorySize"], kept["Role"]) == (256, ROLE)


@pytest.mark.parametrize(
    ("members", "text"),
    [
        ({"MemorySize": 127}, "between 128 and 10240"),
        ({"MemorySize": 10_241}, "between 128 and 10240"),
        ({"Timeout": 901}, "between 1 and 900"),
        ({"Timeout": 0}, "between 1 and 900"),
        ({"Architectures": ["x86_64", "arm64"]}, "one architecture"),
        ({"Architectures": ["sparc"]}, "enum value set"),
        ({"TracingConfig": {"Mode": "Sometimes"}}, "enum value set"),
        ({"SnapStart": {"ApplyOn": "Always"}}, "enum value set"),
        (
            {"Runtime": "python3.11", "SnapStart": {"ApplyOn": "PublishedVersions"}},
            "not supported for SnapStart",
        ),
        ({"LoggingConfig": {"LogFormat": "Text", "ApplicationLogLevel": "INFO"}}, "LogFormat is set to Text"),
        ({"LoggingConfig": {"LogFormat": "XML"}}, "enum value set"),
        ({"DeadLetterConfig": {"TargetArn": "arn:aws:s3:::letters"}}, "no queue or topic"),
        ({"Environment": {"Variables": {"AWS_REGION": "eu-west-1"}}}, "reserved keys"),
        ({"Environment": {"Variables": {"A": "x" * 4096}}}, "4KB"),
        ({"Handler": ""}, "mandatory"),
        ({"Code": {"ZipFile": b"no zip"}}, "Could not unzip"),
        ({"Code": {}}, "source for function code"),
        (
            {"FileSystemConfigs": [{"Arn": "a", "LocalMountPath": "/mnt/a"}]},
            "does not build FileSystemConfigs",
        ),
        ({"PackageType": "Image", "Code": {"ImageUri": "a:b"}}, "does not build"),
        ({"CodeSigningConfigArn": "arn:aws:lambda:us-east-1:1:code-signing-config:x"}, "does not build"),
    ],
)
def test_what_lambda_refuses_is_refused(
    clients: Clients, unchecked_functions: Any, members: dict[str, Any], text: str
) -> None:
    make_role(clients, "logs:*")
    request = {
        "FunctionName": "agent",
        "Role": ROLE,
        "Runtime": "python3.13",
        "Handler": "main.handler",
        "Code": {"ZipFile": zipped(main="")},
    }
    with pytest.raises(ClientError, match=text) as refused:
        unchecked_functions.create_function(**{**request, **members})
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert clients("lambda").list_functions()["Functions"] == []


@pytest.mark.parametrize("has_bucket", [True, False])
def test_code_that_is_not_in_the_bucket_is_refused(clients: Clients, has_bucket: bool) -> None:
    if has_bucket:
        clients("s3").create_bucket(Bucket="code")
    with pytest.raises(ClientError, match="NoSuchKey" if has_bucket else "NoSuchBucket") as refused:
        make_function(clients, Code={"S3Bucket": "code", "S3Key": "missing.zip"})
    assert code_of(refused) == "InvalidParameterValueException"


def test_code_from_a_bucket_runs_and_a_missing_update_leaves_it(clients: Clients) -> None:
    clients("s3").create_bucket(Bucket="code")
    clients("s3").put_object(
        Bucket="code", Key="one.zip", Body=zipped(main="def handler(event, context):\n    return 1\n")
    )
    functions = make_function(clients, Code={"S3Bucket": "code", "S3Key": "one.zip"})
    with pytest.raises(ClientError, match="NoSuchKey"):
        functions.update_function_code(FunctionName="agent", S3Bucket="code", S3Key="two.zip")
    assert invoke(functions)[0] == 1


def test_a_dry_run_of_an_update_changes_nothing(clients: Clients) -> None:
    functions = make_function(clients)
    before = functions.get_function_configuration(FunctionName="agent")["CodeSha256"]
    functions.update_function_code(FunctionName="agent", DryRun=True, ZipFile=zipped(main="x = 2\n"))
    assert functions.get_function_configuration(FunctionName="agent")["CodeSha256"] == before


def test_publishing_checks_the_code_and_makes_a_version_only_of_news(clients: Clients) -> None:
    functions = make_function(clients)
    digest = functions.get_function_configuration(FunctionName="agent")["CodeSha256"]
    with pytest.raises(ClientError, match="is different from current CodeSHA256") as refused:
        functions.publish_version(FunctionName="agent", CodeSha256="other")
    assert code_of(refused) == "InvalidParameterValueException"
    functions.update_function_configuration(FunctionName="agent", Description="new")
    assert functions.publish_version(FunctionName="agent", CodeSha256=digest)["Version"] == "1"
    assert functions.publish_version(FunctionName="agent")["Version"] == "1"
    functions.update_function_configuration(FunctionName="agent", Description="newer")
    answer = functions.publish_version(FunctionName="agent")
    assert (answer["Version"], answer["FunctionArn"]) == ("2", f"{FUNCTION}:2")


def test_a_role_has_to_trust_lambda(clients: Clients) -> None:
    clients("iam").create_role(RoleName="function", AssumeRolePolicyDocument=trust("ec2.amazonaws.com"))
    with pytest.raises(ClientError, match="cannot be assumed by Lambda") as refused:
        make_function(clients)
    assert code_of(refused) == "InvalidParameterValueException"


def test_weighted_aliases_and_durable_executions_are_not_built(clients: Clients) -> None:
    functions = make_function(clients, Publish=True)
    with pytest.raises(ClientError, match="does not build RoutingConfig"):
        functions.create_alias(
            FunctionName="agent",
            Name="live",
            FunctionVersion="1",
            RoutingConfig={"AdditionalVersionWeights": {"$LATEST": 0.5}},
        )
    with pytest.raises(ClientError, match="does not build"):
        invoke(functions, DurableExecutionName="one")


def test_layers_are_searched_after_the_code(clients: Clients) -> None:
    functions = clients("lambda")
    layer = functions.publish_layer_version(
        LayerName="greetings",
        Content={"ZipFile": zipped(**{"python/greeting": "TEXT = 'hello'\n", "python/main": "broken ="})},
    )["LayerVersionArn"]
    make_function(
        clients, "import greeting\ndef handler(event, context):\n    return greeting.TEXT\n", Layers=[layer]
    )
    assert invoke(functions)[0] == "hello"


def test_a_qualifier_in_the_name_must_not_contradict_the_other(clients: Clients) -> None:
    functions = make_function(clients, Publish=True)
    with pytest.raises(ClientError, match="does not match the specified qualifier"):
        invoke(functions, FunctionName="agent:1", Qualifier="2")
    assert invoke(functions, {"a": 1}, FunctionName="agent:1", Qualifier="1")[0] == {"a": 1}


def test_a_statement_id_is_taken_once(clients: Clients) -> None:
    functions = make_function(clients)
    statement = {
        "FunctionName": "agent",
        "StatementId": "topic",
        "Action": "lambda:InvokeFunction",
        "Principal": "sns.amazonaws.com",
    }
    functions.add_permission(**statement)
    with pytest.raises(ClientError) as refused:
        functions.add_permission(**statement)
    assert code_of(refused) == "ResourceConflictException"
    policy = json.loads(functions.get_policy(FunctionName="agent")["Policy"])
    assert [each["Sid"] for each in policy["Statement"]] == ["topic"]


def test_every_version_is_listed(clients: Clients) -> None:
    functions = make_function(clients, Publish=True)
    listed = functions.list_functions(FunctionVersion="ALL")["Functions"]
    assert [each["FunctionArn"] for each in listed] == [f"{FUNCTION}:$LATEST", f"{FUNCTION}:1"]
    versions = functions.list_versions_by_function(FunctionName="agent")["Versions"]
    assert [each["Version"] for each in versions] == ["$LATEST", "1"]


def test_a_reserved_concurrency_of_zero_is_told(clients: Clients) -> None:
    functions = make_function(clients)
    assert "Concurrency" not in functions.get_function(FunctionName="agent")
    functions.put_function_concurrency(FunctionName="agent", ReservedConcurrentExecutions=0)
    answer = functions.get_function(FunctionName="agent")
    assert answer["Concurrency"] == {"ReservedConcurrentExecutions": 0}


def test_function_urls_are_not_built(clients: Clients) -> None:
    functions = make_function(clients)
    with pytest.raises(ClientError, match="does not build function URLs"):
        functions.create_function_url_config(FunctionName="agent", AuthType="NONE")
