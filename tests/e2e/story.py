"""A deployed agent over weeks: money is spent, the clock moves, AWS acts, people listen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import boto3

from local.remote import Remote
from local.websocket.client import WebSocketClient
from local.websocket.signing import signed_headers
from tests.builders import ACCOUNT
from tests.e2e.deployment import PROJECT, Deployment

MAIL = "finops@company.com"
# Seconds that the embedded AWS may take on a busy machine.
PATIENCE = 60.0
ANNOUNCED = {"budget_alert", "budget_action", "budget_performance"}


class Listener:
    """A client of the stack's WebSocket API and everything it was told.

    API Gateway ends a connection after two hours, so it connects anew whenever time has passed.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._unread: list[dict[str, Any]] = []
        self._client = self._connected()

    def connect_again(self) -> None:
        """Hear what is still on its way, hang up and connect."""
        self.close()
        self._client = self._connected()

    def close(self) -> None:
        """Hear what is still on its way and hang up."""
        self._hear()
        self._client.close()

    def new(self, budget_name: str) -> list[dict[str, Any]]:
        """The data of the messages about a budget since the last time, in the order they came."""
        self._hear()
        told = [each["data"] for each in self._unread if each.get("type") in ANNOUNCED]
        self._unread.clear()
        return [each for each in told if each["budget_name"] == budget_name]

    def _connected(self) -> WebSocketClient:
        session = boto3.Session("anything", "anything", region_name="us-east-1")
        headers = signed_headers(self._url, session)
        client = WebSocketClient(self._url, timeout=PATIENCE, headers=headers)
        client.send(json.dumps({"action": "subscribe", "account_id": ACCOUNT}).encode())
        answer = client.receive()
        assert answer is not None
        assert json.loads(answer)["subscriptions"] == [{"account_id": ACCOUNT, "budget_name": None}]
        return client

    def _hear(self) -> None:
        self._unread += [json.loads(message) for message in self._client.waiting()]


class Story(Deployment):
    """What happens to the deployed agent, in the words of its stories."""

    _listener: Listener | None = None

    def spend(self, service: str, amount: int) -> None:
        """Somebody spends so many dollars on a service, today."""
        self.control("POST", "spend", {"service": service, "amount": str(amount)})

    def wait(self, duration: str = "24h", *, until: str | None = None) -> None:
        """Time passes and AWS refreshes figures; then what the schedules send is sent.

        They are switched off, as a month of theirs takes minutes here; that they fire is told elsewhere.
        """
        self.pass_time(duration, until=until)
        scheduler = self.client("scheduler")
        for name in ("monitor-budgets", "reconcile-budget-actions"):
            schedule = scheduler.get_schedule(Name=f"{PROJECT}-{name}", GroupName=PROJECT)
            request = json.loads(schedule["Target"]["Input"])
            assert self.act(request["action"], **request["parameters"])["status"] == "success"

    def pass_time(self, duration: str = "24h", *, until: str | None = None) -> None:
        """Time passes and AWS refreshes figures; no schedule sends anything."""
        if until is not None or self._listener is None:
            self.control("POST", "clock", {"advance": duration} if until is None else {"set": until})
            if self._listener is not None:
                self._listener.connect_again()
            return
        hours = int(duration.removesuffix("h"))
        while hours > 0:
            self.control("POST", "clock", {"advance": f"{min(hours, 2)}h"})
            self._listener.connect_again()
            hours -= 2

    def fault(self, service: str, operation: str, kind: str = "server-error", times: int = 10_000) -> None:
        """The next calls go wrong."""
        self.control(
            "POST", "faults", {"service": service, "operation": operation, "kind": kind, "times": times}
        )

    def mend(self) -> None:
        """Nothing goes wrong any more."""
        self.control("DELETE", "faults", {})

    def now(self) -> str:
        """The present moment."""
        return str(self.control("GET", "clock", {})["now"])

    def must(self, action: str, **parameters: Any) -> Any:
        """The data of a named action that succeeds."""
        reply = self.act(action, **parameters)
        assert reply["status"] == "success", reply
        return reply["data"]

    def a_budget(self, name: str, service: str, amount: int = 1000, **parameters: Any) -> None:
        """A monthly budget on one service."""
        self.must(
            "create_budget",
            budget_name=name,
            amount=amount,
            service_filter=service,
            **({"notification_email": MAIL} | parameters),
        )

    @contextmanager
    def listening(self) -> Iterator[Listener]:
        """Somebody listens to the stack's WebSocket API."""
        api = urlsplit(self.outputs()["WebSocketUrl"]).netloc.split(".")[0]
        self._listener = Listener(f"ws://{urlsplit(self.url).netloc}/ws/{api}/live")
        try:
            yield self._listener
        finally:
            self._listener.close()
            self._listener = None

    def told(self, budget_name: str) -> list[dict[str, Any]]:
        """Every announcement about a budget that the table keeps, told or not, by time."""
        pages = self.client("dynamodb").get_paginator("scan").paginate(TableName=f"{PROJECT}-state")
        items = [item for page in pages for item in page["Items"]]
        found = [
            json.loads(item["announcement"]["S"])
            for item in items
            if item["pk"]["S"] in (f"{ACCOUNT}#outbox", f"{ACCOUNT}#told")
        ]
        about = [each for each in found if each["budget_name"] == budget_name]
        return sorted(about, key=lambda each: each["at"])

    def a_role(self, name: str) -> None:
        """A role of somebody who may use S3, and whom anybody in the account may become."""
        iam = self.client("iam")
        trust = {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
                    "Action": "sts:AssumeRole",
                }
            ],
        }
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
        allowed = {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": ["dynamodb:*", "sqs:*"], "Resource": "*"}],
        }
        iam.put_role_policy(RoleName=name, PolicyName="work", PolicyDocument=json.dumps(allowed))

    def may_work(self, role: str) -> bool:
        """Whether calls of the role succeed now."""
        arn = f"arn:aws:iam::{ACCOUNT}:role/{role}"
        given = self.client("sts").assume_role(RoleArn=arn, RoleSessionName="work")["Credentials"]
        make: Any = boto3.client
        client = make(
            "dynamodb",
            endpoint_url=self.url,
            region_name="us-east-1",
            aws_access_key_id=given["AccessKeyId"],
            aws_secret_access_key=given["SecretAccessKey"],
            aws_session_token=given["SessionToken"],
        )
        try:
            client.list_tables()
        except client.exceptions.ClientError as error:
            if error.response["Error"]["Code"] == "AccessDeniedException":
                return False
            raise
        return True

    def control(self, method: str, what: str, body: dict[str, Any]) -> Any:
        """Ask the embedded AWS for what no AWS has."""
        return Remote(self.url, timeout=300.0).ask(method, what, body)
