"""No process of a function outlives what it belongs to."""

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from local.server import EmbeddedAws
from tests.contracts.local.function_resources import Clients, invoke, make_function, make_role

pytestmark = [
    pytest.mark.usefixtures("aws"),
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="counts processes in /proc"),
]

WORK = """
import boto3, time
def handler(event, context):
    sqs = boto3.client("sqs")
    url = sqs.get_queue_url(QueueName="seen")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="working")
    time.sleep(600)
"""
BUSY = """
import os, subprocess
def handler(event, context):
    program = subprocess.Popen(["sleep", "600"])
    sqs = boto3.client("sqs")
    url = sqs.get_queue_url(QueueName="seen")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody=f"{os.getpid()} {program.pid}")
    program.wait()
"""
SERVE = f"""
import sys
from functools import cache
from tests.contracts.local.function_resources import invoke, make_function
from tests.contracts.local.worlds import a_client, a_world
from local.server import EmbeddedAws

aws = EmbeddedAws.start(a_world())
clients = cache(lambda service: a_client(service, aws))
url = clients("sqs").create_queue(QueueName="seen")["QueueUrl"]
invoke(make_function(clients, {"import boto3" + BUSY!r}, Timeout=900), InvocationType="Event")
(message,) = clients("sqs").receive_message(QueueUrl=url, WaitTimeSeconds=20)["Messages"]
print(message["Body"], flush=True)
sys.stdin.readline()
aws.stop()
print("stopped", flush=True)
sys.stdin.readline()
"""


def children(of: int) -> set[int]:
    """The processes that one started and that are not gone, zombies included."""
    found = set()
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == of:
            found.add(int(status.parent.name))
    return found


def test_a_reset_ends_every_process(clients: Clients, aws: EmbeddedAws) -> None:
    before = children(os.getpid())
    invoke(make_function(clients))
    assert len(children(os.getpid()) - before) == 1
    aws.reset()
    assert children(os.getpid()) <= before


def test_a_reset_ends_a_function_in_mid_work(clients: Clients, aws: EmbeddedAws) -> None:
    before = children(os.getpid())
    make_role(clients, "logs:*", "sqs:*")
    url = clients("sqs").create_queue(QueueName="seen")["QueueUrl"]
    invoke(make_function(clients, WORK, Timeout=900), InvocationType="Event")
    assert clients("sqs").receive_message(QueueUrl=url, WaitTimeSeconds=20)["Messages"]
    aws.reset()
    assert children(os.getpid()) <= before


def test_a_deleted_function_leaves_no_process(clients: Clients) -> None:
    before = children(os.getpid())
    functions = make_function(clients)
    invoke(functions)
    functions.delete_function(FunctionName="agent")
    assert children(os.getpid()) <= before


@pytest.fixture
def server(tmp_path: Path) -> subprocess.Popen[str]:
    """An embedded AWS in a process of its own with a function at work, which runs a program."""
    return subprocess.Popen(
        [sys.executable, "-c", SERVE],
        cwd=Path(__file__).parents[3],
        # What a killed server leaves behind goes with the test's own folder.
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_stopping_leaves_no_process(server: subprocess.Popen[str]) -> None:
    with server:
        assert server.stdin is not None
        assert server.stdout is not None
        function, program = (int(each) for each in server.stdout.readline().split())
        assert children(server.pid) == {function}
        server.stdin.write("\n")
        server.stdin.flush()
        assert server.stdout.readline() == "stopped\n"
        assert children(server.pid) == set()
        # What a function started is nobody's child any more, so it is looked for by itself.
        assert state_of(program) in ("", "Z")
        server.stdin.close()


def test_killing_the_server_ends_its_functions(server: subprocess.Popen[str]) -> None:
    with server:
        assert server.stdin is not None
        assert server.stdout is not None
        function, program = (int(each) for each in server.stdout.readline().split())
        watched = [os.pidfd_open(each) for each in (function, program)]
        server.send_signal(signal.SIGKILL)
        server.wait()
        ended = [bool(select.select([each], [], [], 20)[0]) for each in watched]
        for process, each in zip((function, program), watched, strict=True):
            os.close(each)
            if state_of(process) not in ("", "Z"):
                os.kill(process, signal.SIGKILL)
        assert ended == [True, True]


def state_of(process_id: int) -> str:
    """The state of a process as one letter, Z for a zombie; empty if there is none."""
    try:
        return Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return ""
