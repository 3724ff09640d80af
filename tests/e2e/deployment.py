"""The README's commands, run as a person runs them, against an embedded AWS in a process of its own."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from local.remote import Remote
from tests.aws_cli import aws
from tests.package import ARCHITECTURE, PYTHON_VERSION, ROOT

README = ROOT / "README.md"
BUCKET = "deployment-bucket"
PROJECT = "budget-management"
STACK = FUNCTION = "budget-management-agent"
# What the host dictates: the only thing that differs from a deployment to AWS.
HOST_PARAMETERS = f"LambdaArchitecture={ARCHITECTURE} LambdaPython={PYTHON_VERSION}"


def readme_commands() -> list[str]:
    """The commands of the README's section on deploying: build, copy, deploy, invoke."""
    text = README.read_text(encoding="utf-8")
    blocks: list[str] = re.findall(r"^```(?:bash|sh)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    block = next(
        each for each in blocks if "./build_lambda_package.sh" in each and "cloudformation deploy" in each
    )
    return [line for line in block.replace("\\\n", " ").splitlines() if line and not line.startswith("#")]


def with_host_parameters(command: str) -> str:
    """The command with the template's parameters for this machine."""
    key = "LambdaS3Key=budget-management-agent.zip"
    return command.replace(key, f"{key} {HOST_PARAMETERS}")


def build_as_the_readme_says(output: Path) -> None:
    """The package for this machine, by the README's command, which leaves it beside the script."""
    Deployment("http://127.0.0.1:1", ROOT).shell(readme_commands()[0])
    shutil.copy(ROOT / "budget-management-agent.zip", output)


@dataclass
class Deployment:
    """A shell whose AWS is the embedded one at `url`; `directory` takes what commands write."""

    url: str
    directory: Path
    _clients: dict[str, Any] = field(default_factory=dict)

    def run(self, command: str, *, fails: bool = False) -> str:
        """Run an `aws` command in the repository; what it said. Raises AssertionError if it ends otherwise."""
        filled = command.replace("${DEPLOYMENT_BUCKET}", BUCKET)
        done = aws(filled, environment=self.environment(), directory=ROOT)
        assert (done.status != 0) is fails, done.output + done.errors
        return done.output + done.errors

    def shell(self, command: str) -> str:
        """Run a command in the repository as a shell does; what it said. Raises AssertionError if it fails."""
        done = subprocess.run(
            ["/bin/bash", "-euo", "pipefail", "-c", command],
            capture_output=True,
            text=True,
            cwd=ROOT,
            env=self.environment(),
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def invoke(self, request: Any) -> Any:
        """The reply to an event, through `aws lambda invoke`."""
        reply, payload = self.directory / "reply.json", self.directory / "payload.json"
        payload.write_text(json.dumps(request), encoding="utf-8")
        self.run(f"aws lambda invoke --function-name {FUNCTION} --payload file://{payload} {reply}")
        return json.loads(reply.read_text(encoding="utf-8"))

    def send(self, request: Any) -> Any:
        """The reply to an event, without the AWS CLI."""
        answer = self.client("lambda").invoke(FunctionName=FUNCTION, Payload=json.dumps(request))
        return json.loads(answer["Payload"].read())

    def act(self, action: str, **parameters: Any) -> Any:
        """The reply to a named action, without the AWS CLI."""
        return self.send({"action": action, "parameters": parameters})

    def move_clock(self, **how: str) -> None:
        """Move the clock of the embedded AWS: `set` to a moment, or `advance` by a duration such as 12h."""
        Remote(self.url).ask("POST", "clock", how)

    @contextmanager
    def schedules_at_rest(self) -> Iterator[None]:
        """Within it, time passes and the stack's schedules send nothing."""
        scheduler = self.client("scheduler")
        names = [each["Name"] for each in scheduler.list_schedules(GroupName=PROJECT)["Schedules"]]

        def turn(state: str) -> None:
            for name in names:
                schedule = scheduler.get_schedule(Name=name, GroupName=PROJECT)
                known = ("ScheduleExpression", "FlexibleTimeWindow", "Target")
                given = {each: schedule[each] for each in known}
                scheduler.update_schedule(Name=name, GroupName=PROJECT, State=state, **given)

        turn("DISABLED")
        yield
        turn("ENABLED")

    def client(self, service: str) -> Any:
        """A client of the embedded AWS."""
        if service not in self._clients:
            make: Any = boto3.client
            self._clients[service] = make(
                service,
                endpoint_url=self.url,
                region_name="us-east-1",
                aws_access_key_id="anything",
                aws_secret_access_key="anything",
                config=Config(proxies={}, read_timeout=120, retries={"total_max_attempts": 1}),
            )
        return self._clients[service]

    @contextmanager
    def without(self, *permissions: str) -> Iterator[None]:
        """Within it, the execution role lacks these permissions."""
        iam, role = self.client("iam"), f"{PROJECT}-execution-role"
        policy = iam.get_role_policy(RoleName=role, PolicyName="agent")["PolicyDocument"]

        def put(document: Any) -> None:
            iam.put_role_policy(RoleName=role, PolicyName="agent", PolicyDocument=json.dumps(document))

        cut = json.loads(json.dumps(policy))
        for statement in cut["Statement"]:
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            statement["Action"] = [each for each in actions if each not in permissions]
        cut["Statement"] = [each for each in cut["Statement"] if each["Action"]]
        put(cut)
        try:
            yield
        finally:
            put(policy)

    def outputs(self) -> dict[str, str]:
        """The outputs of the stack."""
        (stack,) = self.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"]
        return {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}

    def environment(self) -> dict[str, str]:
        # Of the machine's own AWS configuration nothing may reach the commands; pip's it needs to find wheels.
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return {
            **kept,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHON": sys.executable,
            "NO_PROXY": "127.0.0.1,localhost",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "anything",
            "AWS_SECRET_ACCESS_KEY": "anything",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_PAGER": "",
            "DEPLOYMENT_BUCKET": BUCKET,
            "LAMBDA_ARCH": ARCHITECTURE,
            "LAMBDA_PYTHON": PYTHON_VERSION,
        }
