"""What reaches functions from elsewhere: topics, queues and other accounts, as far as policies let them."""

import json
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.server import EmbeddedAws
from tests.contracts.local.account_resources import make_topic
from tests.contracts.local.budget_requests import a_budget, a_notification, spend_on, topic
from tests.contracts.local.function_resources import (
    FUNCTION,
    RECORDER,
    Clients,
    attributes_of,
    invoke,
    make_function,
    make_queue,
    read_queue,
    seen,
    settle,
)
from tests.contracts.local.worlds import ACCOUNT, NOON, a_client, as_role

pytestmark = pytest.mark.usefixtures("aws")

TOPIC = f"arn:aws:sns:us-east-1:{ACCOUNT}:alerts"


@pytest.fixture
def functions(clients: Clients) -> Any:
    """A recorder."""
    make_queue(clients, "seen")
    return make_function(clients, RECORDER)


def let(functions: Any, principal: str, source_arn: str | None = None, **members: str) -> None:
    """Let a principal invoke the function."""
    source = {} if source_arn is None else {"SourceArn": source_arn}
    functions.add_permission(
        FunctionName="agent",
        StatementId=principal.split(".")[0].replace(":", "-").replace("/", "-"),
        Action="lambda:InvokeFunction",
        Principal=principal,
        **source,
        **members,
    )


def subscribe(clients: Clients, endpoint: str = FUNCTION, **attributes: str) -> str:
    """A topic called alerts with the function as subscriber; returns the subscription's ARN."""
    sns = clients("sns")
    sns.create_topic(Name="alerts")
    arn = sns.subscribe(
        TopicArn=TOPIC,
        Protocol="lambda",
        Endpoint=endpoint,
        Attributes=attributes,
        ReturnSubscriptionArn=True,
    )["SubscriptionArn"]
    return str(arn)


def test_a_topic_delivers_true_records(functions: Any, clients: Clients) -> None:
    let(functions, "sns.amazonaws.com", TOPIC)
    subscription = subscribe(clients)
    message_id = clients("sns").publish(
        TopicArn=TOPIC,
        Message="over",
        Subject="AWS Budgets: monthly",
        MessageAttributes={"team": {"DataType": "String", "StringValue": "platform"}},
    )["MessageId"]
    settle()
    ((record,),) = (event["Records"] for event in seen(clients))
    assert record["EventSource"] == "aws:sns"
    assert record["EventVersion"] == "1.0"
    assert record["EventSubscriptionArn"] == subscription
    assert {
        name: record["Sns"][name]
        for name in ("Type", "MessageId", "TopicArn", "Subject", "Message", "Timestamp", "MessageAttributes")
    } == {
        "Type": "Notification",
        "MessageId": message_id,
        "TopicArn": TOPIC,
        "Subject": "AWS Budgets: monthly",
        "Message": "over",
        "Timestamp": "2026-10-20T12:00:00.000Z",
        "MessageAttributes": {"team": {"Type": "String", "Value": "platform"}},
    }


def test_an_alert_of_a_budget_reaches_a_function_at_its_refresh(
    functions: Any, clients: Clients, aws: EmbeddedAws
) -> None:
    make_topic(clients)
    let(functions, "sns.amazonaws.com", TOPIC)
    subscribe(clients)
    clients("budgets").create_budget(
        AccountId=ACCOUNT,
        Budget=a_budget(),
        NotificationsWithSubscribers=[{"Notification": a_notification(), "Subscribers": [topic(TOPIC)]}],
    )
    spend_on(aws, NOON.date(), "90")
    aws.world.clock.advance(timedelta(hours=12))
    ((record,),) = (event["Records"] for event in seen(clients))
    assert record["Sns"]["Subject"].startswith("AWS Budgets: monthly")
    assert record["Sns"]["Timestamp"] == "2026-10-20T16:00:00.000Z"


def test_a_filter_policy_keeps_messages_away(functions: Any, clients: Clients) -> None:
    let(functions, "sns.amazonaws.com", TOPIC)
    subscribe(clients, FilterPolicy=json.dumps({"team": ["platform"]}))
    for team in ("platform", "data"):
        attributes = {"team": {"DataType": "String", "StringValue": team}}
        clients("sns").publish(TopicArn=TOPIC, Message=team, MessageAttributes=attributes)
    settle()
    assert [event["Records"][0]["Sns"]["Message"] for event in seen(clients)] == ["platform"]


def test_a_failing_delivery_is_retried_like_any_event(functions: Any, clients: Clients) -> None:
    let(functions, "sns.amazonaws.com", TOPIC)
    subscribe(clients)
    clients("sns").publish(TopicArn=TOPIC, Message="fail")
    settle()
    assert len(seen(clients)) == 3


@pytest.mark.parametrize("source", [None, f"{TOPIC}-other"])
def test_a_topic_that_no_policy_lets_in_delivers_nothing(
    functions: Any, clients: Clients, source: str | None
) -> None:
    if source is not None:
        let(functions, "sns.amazonaws.com", source)
    redrive = json.dumps({"deadLetterTargetArn": make_queue(clients, "undelivered")})
    subscribe(clients, RedrivePolicy=redrive)
    clients("sns").publish(TopicArn=TOPIC, Message="over")
    settle()
    assert seen(clients) == []
    (letter,) = read_queue(clients, "undelivered")
    assert json.loads(letter["Body"])["Records"][0]["Sns"]["Message"] == "over"
    assert attributes_of(letter)["ErrorCode"] == "403"


def test_a_permission_for_the_alias_does_not_open_the_function(functions: Any, clients: Clients) -> None:
    functions.publish_version(FunctionName="agent")
    functions.create_alias(FunctionName="agent", Name="live", FunctionVersion="1")
    let(functions, "sns.amazonaws.com", TOPIC, Qualifier="live")
    subscribe(clients)
    clients("sns").publish(TopicArn=TOPIC, Message="over")
    settle()
    assert seen(clients) == []
    subscribe(clients, f"{FUNCTION}:live")
    clients("sns").publish(TopicArn=TOPIC, Message="over")
    settle()
    (message,) = read_queue(clients, "seen")
    assert json.loads(message["Body"])["arn"] == f"{FUNCTION}:live"


def test_topics_still_reach_queues(clients: Clients) -> None:
    clients("sns").create_topic(Name="alerts")
    clients("sns").subscribe(TopicArn=TOPIC, Protocol="sqs", Endpoint=make_queue(clients, "alerts"))
    clients("sns").publish(TopicArn=TOPIC, Message="over", Subject="now")
    (message,) = read_queue(clients, "alerts")
    assert json.loads(message["Body"])["Message"] == "over"


def feed(functions: Any, clients: Clients, **members: Any) -> None:
    """Let a queue called jobs feed the function."""
    functions.create_event_source_mapping(
        FunctionName="agent", EventSourceArn=make_queue(clients, "jobs", VisibilityTimeout="0"), **members
    )


def send(clients: Clients, body: str) -> None:
    url = clients("sqs").get_queue_url(QueueName="jobs")["QueueUrl"]
    attributes = {"team": {"DataType": "String", "StringValue": "platform"}}
    clients("sqs").send_message(QueueUrl=url, MessageBody=body, MessageAttributes=attributes)


def test_a_queue_feeds_a_function_and_forgets_what_is_done(functions: Any, clients: Clients) -> None:
    feed(functions, clients)
    send(clients, "work")
    (event,) = seen(clients)
    (record,) = event["Records"]
    assert record["body"] == "work"
    assert record["eventSource"] == "aws:sqs"
    assert record["eventSourceARN"] == f"arn:aws:sqs:us-east-1:{ACCOUNT}:jobs"
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    assert record["messageAttributes"]["team"]["stringValue"] == "platform"
    assert read_queue(clients, "jobs") == []


def test_what_failed_stays_in_the_queue_alone(functions: Any, clients: Clients) -> None:
    code = (
        "def handler(event, context):\n"
        "    bad = [r['messageId'] for r in event['Records'] if r['body'] == 'bad']\n"
        "    return {'batchItemFailures': [{'itemIdentifier': each} for each in bad]}\n"
    )
    make_function(clients, code, name="picky")
    queue = make_queue(clients, "jobs")
    functions.create_event_source_mapping(
        FunctionName="picky", EventSourceArn=queue, FunctionResponseTypes=["ReportBatchItemFailures"]
    )
    send(clients, "bad")
    send(clients, "good")
    assert [message["Body"] for message in read_queue(clients, "jobs")] == ["bad"]


def test_a_failed_batch_stays_in_the_queue(functions: Any, clients: Clients) -> None:
    functions.create_event_source_mapping(FunctionName="agent", EventSourceArn=make_queue(clients, "jobs"))
    send(clients, "fail")
    assert len(seen(clients)) == 1
    assert [message["Body"] for message in read_queue(clients, "jobs")] == ["fail"]


def test_a_function_that_is_stopped_or_gone_leaves_its_messages(functions: Any, clients: Clients) -> None:
    functions.create_event_source_mapping(FunctionName="agent", EventSourceArn=make_queue(clients, "jobs"))
    functions.put_function_concurrency(FunctionName="agent", ReservedConcurrentExecutions=0)
    send(clients, "one")
    functions.delete_function(FunctionName="agent")
    send(clients, "two")
    assert [message["Body"] for message in read_queue(clients, "jobs")] == ["one", "two"]


def test_a_deleted_mapping_feeds_no_more(functions: Any, clients: Clients) -> None:
    mapping = functions.create_event_source_mapping(
        FunctionName="agent", EventSourceArn=make_queue(clients, "jobs")
    )
    functions.delete_event_source_mapping(UUID=mapping["UUID"])
    send(clients, "work")
    assert seen(clients) == []


def test_members_of_mappings_that_would_be_ignored_are_refused(functions: Any, clients: Clients) -> None:
    with pytest.raises(ClientError, match="does not build FilterCriteria"):
        feed(functions, clients, FilterCriteria={"Filters": [{"Pattern": "{}"}]})


@pytest.fixture
def foreigner(aws: EmbeddedAws, clients: Clients) -> Any:
    """A client of Lambda of a member account, which may do anything there, and the account's id."""
    organizations = clients("organizations")
    organizations.create_organization(FeatureSet="ALL")
    account_id = organizations.create_account(AccountName="data", Email="data@example.com")[
        "CreateAccountStatus"
    ]["AccountId"]
    role = f"arn:aws:iam::{account_id}:role/OrganizationAccountAccessRole"
    clients("sts").get_caller_identity()
    return a_client("lambda", aws, **as_role(aws, role)), account_id


def test_another_account_is_let_in_by_the_functions_policy_alone(
    functions: Any, clients: Clients, foreigner: Any
) -> None:
    client, account_id = foreigner
    with pytest.raises(ClientError, match="no resource-based policy allows") as refused:
        invoke(client, FunctionName=FUNCTION)
    assert refused.value.response["Error"]["Code"] == "AccessDeniedException"
    let(functions, account_id)
    assert invoke(client, {"a": 1}, FunctionName=FUNCTION)[0] == {"seen": True}
    assert seen(clients) == [{"a": 1}]


def test_a_name_alone_means_the_callers_own_function(functions: Any, foreigner: Any) -> None:
    client, _ = foreigner
    with pytest.raises(ClientError) as refused:
        invoke(client)
    assert refused.value.response["Error"]["Code"] == "ResourceNotFoundException"


def test_a_function_of_another_region_is_not_reachable(functions: Any) -> None:
    with pytest.raises(ClientError, match="not reachable in this region"):
        invoke(functions, FunctionName=FUNCTION.replace("us-east-1", "eu-west-1"))
