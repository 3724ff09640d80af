"""Messages of AWS Budgets through the real handler: recorded once, true ones become alerts, failures return."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from agent.asynchronous import AsynchronousFailure
from tests.builders import ACCOUNT
from tests.embedded import STATE_TABLE, items_of_state_table, make_state_table
from tests.notifications import Letter, in_a_queue, message_id, sns_envelope, sns_event, sqs_event
from tests.pipeline import Pipeline, pipeline

BUDGET = "elasticache-monthly"
SECRET = "Xq7-never-in-the-log"


@contextmanager
def remembering(**variables: str) -> Iterator[Pipeline]:
    with pipeline(BUDGET_STATE_TABLE=STATE_TABLE, AWS_ATTEMPTS="1", **variables) as through:
        make_state_table()
        yield through


def envelope(number: int = 1, **parts: Any) -> dict[str, Any]:
    usual = {"name": BUDGET, "budgeted": "$460.00", "threshold": "$368.00", "amount": "$1,126.26"}
    letter = Letter(**{**usual, **parts})
    return sns_envelope(letter.text, subject=letter.subject, number=number)


def poison(number: int = 9) -> dict[str, Any]:
    return sns_envelope(f"{SECRET}\nno message of AWS Budgets", subject=SECRET, number=number)


def outcomes() -> dict[str, str]:
    return {
        item["sk"]["S"]: item["outcome"]["S"]
        for item in items_of_state_table()
        if item["pk"]["S"] == f"{ACCOUNT}#inbox"
    }


def open_alerts(through: Pipeline) -> list[tuple[str, list[str]]]:
    alerts = through.act("list_alerts")["data"]["alerts"]
    return [(each["threshold"]["amount"], each["sources"]) for each in alerts]


def test_a_message_of_sns_becomes_an_alert_once_however_often_it_is_delivered() -> None:
    with remembering() as through:
        for _ in range(3):
            assert through.send(sns_event(envelope())) == {"received": 1}
        assert outcomes() == {message_id(): "PAST_THRESHOLD"}
        assert open_alerts(through) == [("80.0", ["AWS_NOTIFICATION"])]
        through.act("monitor_budgets", notify=True, budget_names=[BUDGET], thresholds=[80])
        actual = [each for each in open_alerts(through) if each[0] == "80.0"]
    assert actual == [("80.0", ["AWS_NOTIFICATION", "MONITORING"])]


def test_a_batch_of_a_queue_keeps_only_what_failed() -> None:
    event = sqs_event(
        in_a_queue(envelope(1)), in_a_queue(poison()), in_a_queue(envelope(2, threshold="$460.00"))
    )
    with remembering() as through:
        through.fault("budgets", "DescribeBudget", "throttle", times=1)
        assert through.send(event) == {"batchItemFailures": [{"itemIdentifier": "queued-1"}]}
        assert outcomes() == {message_id(9): "NOT_UNDERSTOOD", message_id(2): "PAST_THRESHOLD"}
        assert through.send(event) == {"batchItemFailures": []}
        assert len(outcomes()) == 3
        assert sorted(open_alerts(through)) == [
            ("100.0", ["AWS_NOTIFICATION"]),
            ("80.0", ["AWS_NOTIFICATION"]),
        ]


def test_with_raw_delivery_the_same_comes_out() -> None:
    with remembering() as through:
        assert through.send(sqs_event(envelope()["Message"])) == {"batchItemFailures": []}
        assert list(outcomes().values()) == ["PAST_THRESHOLD"]


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("access-denied", "ACCESS_DENIED (budgets:ViewBudget is missing)"),
        ("throttle", "THROTTLED"),
        ("server-error", "AWS_UNAVAILABLE"),
    ],
)
def test_an_invocation_fails_while_aws_does_not_tell_the_truth(kind: str, reason: str) -> None:
    with remembering() as through:
        through.fault("budgets", "DescribeBudget", kind, times=1)
        with pytest.raises(AsynchronousFailure) as caught:
            through.send(sns_event(envelope()))
        assert str(caught.value) == reason
        assert outcomes() == {}
        assert through.send(sns_event(envelope())) == {"received": 1}
        assert outcomes() == {message_id(): "PAST_THRESHOLD"}


def test_what_is_poison_does_not_fail_for_ever() -> None:
    with remembering() as through:
        assert through.send(sns_event(poison())) == {"received": 1}
        assert outcomes() == {message_id(9): "NOT_UNDERSTOOD"}
        assert open_alerts(through) == []


@pytest.mark.parametrize("fault", ["access-denied", "throttle", "server-error"])
def test_what_cannot_be_recorded_fails_even_where_it_is_poison(fault: str) -> None:
    with remembering() as through:
        through.fault("dynamodb", "PutItem", fault)
        with pytest.raises(AsynchronousFailure):
            through.send(sns_event(poison()))


def test_without_a_table_or_with_one_that_is_gone_a_message_fails() -> None:
    for variables in ({}, {"BUDGET_STATE_TABLE": "no-such-table"}):
        with pipeline(**variables) as through, pytest.raises(AsynchronousFailure, match="STATE_UNAVAILABLE"):
            through.send(sns_event(envelope()))


def test_a_schedules_run_fails_where_it_could_not_be_completed_and_says_so_to_who_waits() -> None:
    request = {"action": "monitor_budgets", "parameters": {"notify": True}}
    with remembering() as through:
        through.fault("dynamodb", "TransactWriteItems", "throttle", times=1)
        with pytest.raises(AsynchronousFailure, match="THROTTLED"):
            through.send({**request, "asynchronous": True})
        assert through.send({**request, "asynchronous": True})["status"] == "success"
        through.fault("budgets", "DescribeBudgets", "access-denied", times=1)
        with pytest.raises(AsynchronousFailure, match="budgets:ViewBudget"):
            through.send({**request, "asynchronous": True})
        through.fault("budgets", "DescribeBudgets", "access-denied", times=1)
        assert through.send(request)["data"]["error"]["code"] == "ACCESS_DENIED"


def test_monitoring_leaves_snapshots_that_performance_shows() -> None:
    with remembering() as through:
        through.act("monitor_budgets", notify=True)
        reply = through.act("get_budget_performance", budget_name=BUDGET)
    [snapshot] = reply["data"]["snapshots"]
    assert (snapshot["day"], snapshot["actual_spend"]["amount"]) == ("2026-10-20", "1126.26")
    assert snapshot["forecasted_spend"]["amount"] == "1747.53"
    assert snapshot["budget_status"] == "BREACHED"


def test_an_unreachable_table_is_said_by_who_only_reads() -> None:
    with remembering() as through:
        through.fault("dynamodb", "Query", "server-error")
        reply = through.act("get_budget_performance", budget_name=BUDGET)
    assert reply["status"] == "success"
    missing = {each["part"]: each["code"] for each in reply["data"]["incomplete"]}
    assert missing == dict.fromkeys(("memory of Cost Explorer", "past forecasts", "state"), "AWS_UNAVAILABLE")
    assert reply["data"]["snapshots"] is None
    assert reply["data"]["periods"]


def test_nothing_that_a_message_says_reaches_the_log(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    unknown = envelope(2, name=SECRET)
    marked = {**poison(3), "MessageId": SECRET, "TopicArn": SECRET, "Timestamp": SECRET}
    with remembering(LOG_LEVEL="DEBUG") as through:
        for each in (poison(), unknown, marked):
            through.send(sns_event(each))
            through.send(sqs_event(in_a_queue(each), each["Message"]))
        through.fault("budgets", "*", "access-denied")
        with pytest.raises(AsynchronousFailure) as caught:
            through.send(sns_event(envelope(4, name=f"{SECRET}-2")))
        assert set(outcomes().values()) == {"NOT_UNDERSTOOD", "UNKNOWN_BUDGET"}
    written = capfd.readouterr()
    ours = [record for record in caplog.records if record.name == "budget-management-agent"]
    assert len(ours) > 20
    assert SECRET not in written.out + written.err + str(caught.value)
    assert SECRET not in "".join(str(vars(record)) for record in ours)


def test_an_inbox_item_says_what_was_understood_and_no_text_of_a_true_message() -> None:
    with remembering() as through:
        through.send(sns_event(envelope()))
        [item] = [each for each in items_of_state_table() if each["pk"]["S"].endswith("#inbox")]
    document = json.loads(item["message"]["S"])
    assert document["understood"]["threshold"] == {"amount": "368.00", "unit": "USD"}
    assert document["text"] is None
    assert item["budget_name"]["S"] == BUDGET
