"""`python -m local.deploy`: the three steps of a deployment to the embedded AWS, then every action invoked."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
EVENTS = ROOT / "tests" / "events"
BUCKET = "deployment-bucket"
PACKAGE = "budget-management-agent.zip"
NAME = "budget-management-agent"
# In this order: the later ones work on what the earlier ones make.
TOUR = (
    "analyze_budgets",
    "monitor_budgets",
    "recommend_budgets",
    "create_budget",
    "create_budget_actions",
    "get_budget_performance",
)
ARCHITECTURE = {"aarch64": "arm64"}.get(platform.machine(), platform.machine())
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"


def main() -> int:
    """Build, copy, deploy, invoke. 0 if every step and every action succeeded."""
    with _embedded_aws() as url:
        shell = _environment(url)
        deploy = (
            "aws cloudformation deploy --template-file cloudformation/budget-management-agent.yaml "
            f"--parameter-overrides ProjectName=budget-management LambdaS3Bucket={BUCKET} LambdaS3Key={PACKAGE} "
            f"LambdaArchitecture={ARCHITECTURE} LambdaPython={PYTHON} "
            f"--capabilities CAPABILITY_NAMED_IAM --stack-name {NAME}"
        )
        steps = (
            "./build_lambda_package.sh",
            f"aws s3 mb s3://{BUCKET}",
            f"aws s3 cp --no-progress {PACKAGE} s3://{BUCKET}/",
            deploy,
        )
        for command in steps:
            if not _succeeds(command, shell):
                return 1
        replies = [_invoke(name, shell) for name in TOUR]
    return 0 if all(reply.get("status") == "success" for reply in replies) else 1


@contextmanager
def _embedded_aws() -> Iterator[str]:
    """The URL of an embedded AWS with the synthetic company, in a process of its own."""
    serve = [sys.executable, "-m", "local", "up", "--port", "0", "--scenario", "company"]
    with subprocess.Popen(serve, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        try:
            line = process.stdout.readline() if process.stdout else ""
            word, _, url = line.strip().partition(" ")
            if word != "READY":
                raise RuntimeError("the embedded AWS did not start; it says why above")
            yield url
        finally:
            process.terminate()


def _invoke(name: str, shell: Mapping[str, str]) -> dict[str, Any]:
    """The reply to the event of that name."""
    (path,) = EVENTS.glob(f"[0-9][0-9]_{name}.json")
    request = json.loads(path.read_text(encoding="utf-8"))["request"]
    with tempfile.TemporaryDirectory() as folder:
        payload, reply = Path(folder) / "payload.json", Path(folder) / "reply.json"
        payload.write_text(json.dumps(request), encoding="utf-8")
        command = f"aws lambda invoke --function-name {NAME} --payload file://{payload} {reply}"
        if not _succeeds(command, shell):
            return {}
        answer: dict[str, Any] = json.loads(reply.read_text(encoding="utf-8"))
    _say(f"  {name}: {answer.get('status', answer)}")
    return answer


def _succeeds(command: str, shell: Mapping[str, str]) -> bool:
    _say(f"$ {command}")
    done = subprocess.run(["/bin/bash", "-c", command], cwd=ROOT, env=dict(shell), check=False)  # noqa: S603
    return done.returncode == 0


def _environment(url: str) -> dict[str, str]:
    # Nothing of the machine's own AWS configuration may reach the commands.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return {
        **kept,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "PYTHON": sys.executable,
        "NO_PROXY": "127.0.0.1,localhost",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "any",
        "AWS_SECRET_ACCESS_KEY": "any",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_PAGER": "",
        "LAMBDA_ARCH": ARCHITECTURE,
        "LAMBDA_PYTHON": PYTHON,
    }


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
