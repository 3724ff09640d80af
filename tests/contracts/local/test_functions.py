"""Functions run from their zip, in processes of their own, through Lambda's runtime API."""

import base64
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.functions.interpreters import NoInterpreterError, find_interpreter
from local.functions.pool import ACCOUNT_CONCURRENCY
from local.server import EmbeddedAws
from tests.contracts.local.function_resources import (
    ECHO,
    FUNCTION,
    Clients,
    allow,
    invoke,
    make_function,
    make_role,
    settle,
    zipped,
)
from tests.contracts.local.worlds import ACCOUNT, a_client, as_role

pytestmark = pytest.mark.usefixtures("aws")

DESCRIBE = """
import os, sys
LOADED = []
def handler(event, context):
    LOADED.append(1)
    return {
        "pid": os.getpid(), "count": len(LOADED), "cwd": os.getcwd(), "path": sys.path,
        "arn": context.invoked_function_arn, "id": context.aws_request_id,
        "left": context.get_remaining_time_in_millis(), "memory": context.memory_limit_in_mb,
        "version": context.function_version, "client": getattr(context.client_context, "custom", None),
        "environment": dict(os.environ),
    }
"""


def code_of(failure: pytest.ExceptionInfo[ClientError]) -> str:
    return str(failure.value.response["Error"]["Code"])


def test_a_function_answers_in_a_process_of_its_own_that_stays_warm(clients: Clients) -> None:
    functions = make_function(clients, DESCRIBE, MemorySize=512, Environment={"Variables": {"COLOUR": "red"}})
    first, answer = invoke(functions)
    second, _ = invoke(functions)
    assert first["pid"] == second["pid"] != os.getpid()
    assert (first["count"], second["count"]) == (1, 2)
    assert answer["StatusCode"] == 200
    assert answer["ExecutedVersion"] == "$LATEST"
    assert "FunctionError" not in answer
    assert first["id"] == answer["ResponseMetadata"]["RequestId"]
    assert first["arn"] == FUNCTION
    assert first["memory"] == "512"
    assert 0 < first["left"] <= 20_000


def test_a_function_sees_what_lambda_sets_and_nothing_of_the_embedded_aws(
    clients: Clients, aws: EmbeddedAws
) -> None:
    functions = make_function(clients, DESCRIBE, Environment={"Variables": {"COLOUR": "red"}})
    reply, _ = invoke(functions)
    environment = reply["environment"]
    assert environment["COLOUR"] == "red"
    assert environment["AWS_ENDPOINT_URL"] == aws.url
    assert environment["AWS_LAMBDA_INITIALIZATION_TYPE"] == "on-demand"
    assert environment["LAMBDA_TASK_ROOT"] == reply["cwd"]
    assert reply["path"][0] == reply["cwd"]
    assert not any("site-packages" in folder for folder in reply["path"])
    assert str(Path(__file__).parents[3]) not in reply["path"]
    assert not any(name.startswith("_EMBEDDED") for name in environment)


def test_the_code_is_read_only(clients: Clients) -> None:
    reply, _ = invoke(
        make_function(
            clients,
            "import os\ndef handler(event, context):\n"
            "    return [oct(os.stat(p).st_mode & 0o777) for p in ('.', 'main.py')]\n",
        )
    )
    assert reply == ["0o555", "0o444"]


def test_a_package_that_is_not_in_the_zip_is_missed(clients: Clients) -> None:
    reply, answer = invoke(make_function(clients, "import pydantic\n" + ECHO))
    assert answer["FunctionError"] == "Unhandled"
    assert reply["errorType"] == "Runtime.ImportModuleError"
    assert "No module named 'pydantic'" in reply["errorMessage"]


def test_the_sdk_is_there_and_speaks_with_the_functions_role(clients: Clients) -> None:
    reply, _ = invoke(
        make_function(
            clients,
            "import boto3\ndef handler(event, context):\n"
            "    return boto3.client('sts').get_caller_identity()['Arn']\n",
        )
    )
    assert reply == f"arn:aws:sts::{ACCOUNT}:assumed-role/function/agent"


def test_iam_holds_a_function_to_its_role(clients: Clients) -> None:
    code = "import boto3\ndef handler(event, context):\n    boto3.client('dynamodb').list_tables()\n"
    functions = make_function(clients, code)
    reply, _ = invoke(functions)
    assert reply["errorType"] == "ClientError"
    assert "AccessDeniedException" in reply["errorMessage"]
    assert "dynamodb:ListTables" in reply["errorMessage"]
    allow(clients, "dynamodb:ListTables", "logs:*")
    assert invoke(functions)[0] is None


def test_an_exception_is_unhandled_and_tells_where(clients: Clients) -> None:
    reply, answer = invoke(
        make_function(clients, "def handler(event, context):\n    raise ValueError('no')\n")
    )
    assert answer["FunctionError"] == "Unhandled"
    assert answer["StatusCode"] == 200
    assert (reply["errorType"], reply["errorMessage"]) == ("ValueError", "no")
    assert "main.py" in reply["stackTrace"][0]
    assert invoke(clients("lambda"))[0]["errorType"] == "ValueError"


def test_a_function_that_takes_too_long_is_ended(clients: Clients) -> None:
    code = "import time\ndef handler(event, context):\n    print('started')\n    time.sleep(60)\n"
    reply, answer = invoke(make_function(clients, code, Timeout=1), LogType="Tail")
    assert answer["FunctionError"] == "Unhandled"
    assert reply["errorType"] == "Sandbox.Timedout"
    assert reply["errorMessage"].endswith("Task timed out after 1.00 seconds")
    log = base64.b64decode(answer["LogResult"]).decode()
    assert "started" in log
    assert "Task timed out after 1.00 seconds" in log


@pytest.mark.parametrize(
    ("crash", "cause"),
    [
        ("os._exit(3)", "exit status 3"),
        ("os._exit(0)", "Runtime exited without providing a reason"),
        ("os.kill(os.getpid(), 9)", "signal: killed"),
    ],
)
def test_a_crash_is_told_and_the_next_event_gets_a_fresh_process(
    clients: Clients, crash: str, cause: str
) -> None:
    code = f"import os\ndef handler(event, context):\n    if event:\n        {crash}\n    return 'well'\n"
    functions = make_function(clients, code)
    reply, answer = invoke(functions, {"crash": True})
    assert answer["FunctionError"] == "Unhandled"
    assert reply["errorType"] == "Runtime.ExitError"
    assert cause in reply["errorMessage"]
    assert invoke(functions)[0] == "well"


def test_an_exit_while_loading_is_told(clients: Clients) -> None:
    reply, _ = invoke(make_function(clients, "import sys\nsys.exit(4)\n"))
    assert reply["errorType"] == "Runtime.ExitError"
    assert "exit status 4" in reply["errorMessage"]


def test_a_handler_that_is_not_there_is_told(clients: Clients) -> None:
    reply, _ = invoke(make_function(clients, Handler="main.missing"))
    assert reply["errorType"] == "Runtime.HandlerNotFound"


def test_the_log_is_answered_and_kept(clients: Clients) -> None:
    code = "def handler(event, context):\n    print('one')\n    return 1 / 0\n"
    _, answer = invoke(make_function(clients, code), LogType="Tail")
    request_id = answer["ResponseMetadata"]["RequestId"]
    tail = base64.b64decode(answer["LogResult"]).decode()
    assert tail.startswith(f"START RequestId: {request_id} Version: $LATEST\none\n")
    assert re.search(rf"REPORT RequestId: {request_id}\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms", tail)
    assert "Init Duration" in tail
    logs = clients("logs")
    (stream,) = logs.describe_log_streams(logGroupName="/aws/lambda/agent")["logStreams"]
    events = logs.get_log_events(
        logGroupName="/aws/lambda/agent", logStreamName=stream["logStreamName"], startFromHead=True
    )["events"]
    assert stream["logStreamName"].startswith("2026/10/20/[$LATEST]")
    assert [event["message"] for event in events][1] == "one"
    # A traceback is one message.
    assert any("ZeroDivisionError" in each["message"] and "\n" in each["message"] for each in events)
    assert {event["timestamp"] for event in events} == {1_792_497_600_000}


def test_a_function_whose_role_may_not_log_runs_without_a_log(clients: Clients) -> None:
    make_role(clients, "s3:GetObject")
    assert invoke(make_function(clients), {"a": 1})[0] == {"a": 1}
    assert clients("logs").describe_log_groups()["logGroups"] == []


def test_json_logs_are_json_from_platform_and_function(clients: Clients) -> None:
    functions = make_function(
        clients,
        "import logging\ndef handler(event, context):\n    logging.info('kept')\n    logging.debug('dropped')\n",
        LoggingConfig={"LogFormat": "JSON", "ApplicationLogLevel": "INFO", "LogGroup": "/agents/one"},
    )
    _, answer = invoke(functions, LogType="Tail")
    lines = [json.loads(line) for line in base64.b64decode(answer["LogResult"]).decode().splitlines()]
    assert [line.get("type") for line in lines] == ["platform.start", None, "platform.report"]
    assert lines[1]["message"] == "kept"
    assert [group["logGroupName"] for group in clients("logs").describe_log_groups()["logGroups"]] == [
        "/agents/one"
    ]


def test_versions_and_aliases_run_what_they_were_published_with(clients: Clients) -> None:
    functions = make_function(clients, "def handler(event, context):\n    return 1\n", Publish=True)
    functions.create_alias(FunctionName="agent", Name="live", FunctionVersion="1")
    functions.update_function_code(
        FunctionName="agent",
        ZipFile=zipped(main="def handler(event, context):\n    return context.invoked_function_arn\n"),
    )
    assert invoke(functions)[0] == FUNCTION
    reply, answer = invoke(functions, Qualifier="live")
    assert (reply, answer["ExecutedVersion"]) == (1, "1")
    functions.publish_version(FunctionName="agent")
    functions.update_alias(FunctionName="agent", Name="live", FunctionVersion="2")
    reply, answer = invoke(functions, FunctionName=f"{FUNCTION}:live")
    assert (reply, answer["ExecutedVersion"]) == (f"{FUNCTION}:live", "2")
    with pytest.raises(ClientError) as unknown:
        invoke(functions, Qualifier="missing")
    assert code_of(unknown) == "ResourceNotFoundException"


def test_a_changed_configuration_takes_effect_at_once(clients: Clients) -> None:
    code = "import os\ndef handler(event, context):\n    return os.environ['COLOUR'], os.getpid()\n"
    functions = make_function(clients, code, Environment={"Variables": {"COLOUR": "red"}})
    (colour, pid), _ = invoke(functions)
    functions.update_function_configuration(
        FunctionName="agent", Environment={"Variables": {"COLOUR": "blue"}}
    )
    assert colour == "red"
    assert invoke(functions)[0][0] == "blue"
    assert not Path(f"/proc/{pid}").exists()


def test_a_client_context_reaches_the_handler(clients: Clients) -> None:
    context = base64.b64encode(json.dumps({"custom": {"team": "platform"}}).encode()).decode()
    assert invoke(make_function(clients, DESCRIBE), ClientContext=context)[0]["client"] == {
        "team": "platform"
    }


def test_a_dry_run_runs_nothing(clients: Clients) -> None:
    functions = make_function(clients, "import sys\nsys.exit(1)\n")
    _, answer = invoke(functions, InvocationType="DryRun")
    assert answer["StatusCode"] == 204
    assert clients("logs").describe_log_groups()["logGroups"] == []


@pytest.mark.parametrize(("kind", "limit"), [("RequestResponse", 6_291_456), ("Event", 1_048_576)])
def test_payloads_are_limited(clients: Clients, kind: str, limit: int) -> None:
    functions = make_function(clients, "def handler(event, context):\n    return len(event)\n")
    fitting = json.dumps("x" * (limit - 2)).encode()
    answer = functions.invoke(FunctionName="agent", Payload=fitting, InvocationType=kind)
    assert answer["StatusCode"] in (200, 202)
    # An unread body would leave its connection open.
    answer["Payload"].read()
    with pytest.raises(ClientError) as refused:
        functions.invoke(FunctionName="agent", Payload=fitting[:-1] + b'x"', InvocationType=kind)
    assert code_of(refused) == "RequestTooLargeException"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 413
    settle()


def test_a_reply_over_the_limit_is_an_error(clients: Clients) -> None:
    reply, answer = invoke(
        make_function(clients, "def handler(event, context):\n    return 'x' * 6_291_556\n")
    )
    assert answer["FunctionError"] == "Unhandled"
    assert reply["errorType"] == "Function.ResponseSizeTooLarge"


def test_a_payload_that_is_no_json_is_refused(clients: Clients) -> None:
    functions = make_function(clients)
    with pytest.raises(ClientError) as refused:
        functions.invoke(FunctionName="agent", Payload=b"{")
    assert code_of(refused) == "InvalidRequestContentException"


def test_reserved_concurrency_of_zero_throttles(clients: Clients) -> None:
    functions = make_function(clients)
    functions.put_function_concurrency(FunctionName="agent", ReservedConcurrentExecutions=0)
    with pytest.raises(ClientError) as throttled:
        invoke(functions)
    assert code_of(throttled) == "TooManyRequestsException"
    answer: Any = throttled.value.response
    assert answer["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
    functions.delete_function_concurrency(FunctionName="agent")
    assert invoke(functions, {"a": 1})[0] == {"a": 1}


NEST = """
import boto3, json
from botocore.config import Config
def handler(event, context):
    client = boto3.client("lambda", config=Config(retries={"total_max_attempts": 1}, read_timeout=60))
    if event["depth"] == 0:
        return "bottom"
    try:
        answer = client.invoke(FunctionName="agent", Payload=json.dumps({"depth": event["depth"] - 1}))
    except client.exceptions.TooManyRequestsException as error:
        return error.response["Reason"]
    return json.loads(answer["Payload"].read())
"""


@pytest.mark.parametrize(
    ("reserved", "reason"),
    [
        (2, "ReservedFunctionConcurrentInvocationLimitExceeded"),
        (None, "ConcurrentInvocationLimitExceeded"),
    ],
)
def test_no_more_run_at_once_than_may(clients: Clients, reserved: int | None, reason: str) -> None:
    functions = make_function(clients, NEST, Timeout=60)
    if reserved:
        functions.put_function_concurrency(FunctionName="agent", ReservedConcurrentExecutions=reserved)
    limit = reserved or ACCOUNT_CONCURRENCY
    assert invoke(functions, {"depth": limit})[0] == reason
    assert invoke(functions, {"depth": 1})[0] == "bottom"


def test_a_runtime_without_interpreter_says_what_to_set(clients: Clients) -> None:
    functions = make_function(clients, Runtime="nodejs22.x")
    with pytest.raises(ClientError) as refused:
        invoke(functions)
    assert code_of(refused) == "InvalidRuntimeException"
    assert "Python functions only" in str(refused.value)


def test_the_gate_holds_callers_to_the_version_they_may_invoke(clients: Clients, aws: EmbeddedAws) -> None:
    make_function(clients, Publish=True)
    make_role(clients, name="caller", service="ec2")
    allow(clients, "lambda:InvokeFunction", role="caller", resource=f"{FUNCTION}:1")
    clients("iam").update_assume_role_policy(
        RoleName="caller",
        PolicyDocument=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}],
            }
        ),
    )
    caller = a_client("lambda", aws, **as_role(aws, f"arn:aws:iam::{ACCOUNT}:role/caller"))
    assert invoke(caller, {"a": 1}, Qualifier="1")[0] == {"a": 1}
    with pytest.raises(ClientError) as refused:
        invoke(caller)
    assert code_of(refused) == "AccessDeniedException"


def test_a_role_that_lambda_may_no_longer_assume_stops_the_function(clients: Clients) -> None:
    functions = make_function(clients)
    clients("iam").update_assume_role_policy(
        RoleName="function",
        PolicyDocument=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}],
            }
        ),
    )
    with pytest.raises(ClientError, match="cannot be assumed by Lambda"):
        invoke(functions)


def test_snap_start_runs_published_versions_from_a_snapshot(clients: Clients) -> None:
    pytest.importorskip("snapshot_restore_py")
    code = (
        "import os\nfrom snapshot_restore_py import register_before_snapshot, register_after_restore\n"
        "HOOKS = []\nregister_before_snapshot(HOOKS.append, 'before')\n"
        "register_after_restore(HOOKS.append, 'after')\n"
        "def handler(event, context):\n    return [os.environ['AWS_LAMBDA_INITIALIZATION_TYPE'], *HOOKS]\n"
    )
    try:
        find_interpreter("python3.13")
    except NoInterpreterError:
        pytest.skip("SnapStart needs Python 3.12 or later, and this machine has none")
    functions = make_function(
        clients, code, Runtime="python3.13", SnapStart={"ApplyOn": "PublishedVersions"}, Publish=True
    )
    assert invoke(functions)[0] == ["on-demand"]
    assert invoke(functions, Qualifier="1")[0] == ["snap-start", "before", "after"]
