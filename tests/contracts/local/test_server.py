"""EmbeddedAws: moto and our own services behind one endpoint, in a world of its own."""

import json
import socket
from datetime import date, timedelta
from decimal import Decimal
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError
from moto.organizations.models import organizations_backends
from moto.organizations.responses import OrganizationsResponse

from local.ledger.record import CostRecord
from local.scenarios.scenario import Account, Policy, Role, Scenario
from local.server import EmbeddedAws
from local.world import current
from tests.contracts.local.worlds import ACCOUNT, NOON, a_client, a_world, as_role

MEMBER = "210000000001"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "budgets.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
SOMETHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}


def post(connection: HTTPConnection, operation: str, service: str = "budgets") -> HTTPResponse:
    scope = f"AKIA/20261020/us-east-1/{service}/aws4_request"
    headers = {
        "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0",
        "X-Amz-Target": f"Target.{operation}",
        "Content-Type": "application/x-amz-json-1.1",
    }
    connection.request("POST", "/", "{}", headers)
    return connection.getresponse()


def connect(aws: EmbeddedAws) -> HTTPConnection:
    return HTTPConnection("127.0.0.1", urlsplit(aws.url).port or 0, timeout=10)


def test_any_access_key_belongs_to_the_management_account(aws: EmbeddedAws) -> None:
    identity = a_client("sts", aws).get_caller_identity()
    assert identity["Account"] == ACCOUNT
    assert identity["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/administrator"


def test_every_answer_carries_the_worlds_date(aws: EmbeddedAws) -> None:
    aws.world.clock.advance(timedelta(days=1))
    answer = a_client("sts", aws).get_caller_identity()["ResponseMetadata"]["HTTPHeaders"]
    assert answer["date"] == "Wed, 21 Oct 2026 12:00:00 GMT"
    with pytest.raises(ClientError) as refused:
        a_client("dynamodb", aws).describe_table(TableName="absent")
    headers = refused.value.response["ResponseMetadata"]["HTTPHeaders"]
    assert headers["date"] == "Wed, 21 Oct 2026 12:00:00 GMT"


def test_the_managed_policies_of_aws_exist_in_every_account(aws: EmbeddedAws) -> None:
    arn = "arn:aws:iam::aws:policy/AWSDenyAll"
    assert a_client("iam", aws).get_policy(PolicyArn=arn)["Policy"]["Arn"] == arn


def test_an_operation_that_moto_does_not_build_is_refused_by_name(aws: EmbeddedAws) -> None:
    with pytest.raises(ClientError, match="does not build SimulateCustomPolicy of iam") as refused:
        a_client("iam", aws).simulate_custom_policy(PolicyInputList=["{}"], ActionNames=["s3:GetObject"])
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert refused.value.response["Error"]["Code"] == "NotImplementedException"


def test_an_operation_that_moto_has_no_path_for_is_refused_by_name(aws: EmbeddedAws) -> None:
    with pytest.raises(ClientError, match="does not build GetAccountSettings of lambda"):
        a_client("lambda", aws).get_account_settings()


def test_a_service_that_is_not_built_is_refused_by_name(
    aws: EmbeddedAws, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ClientError, match="does not build the service compute-optimizer"):
        a_client("compute-optimizer", aws).get_enrollment_status()
    assert capfd.readouterr().out == ""


def test_an_object_is_stored_and_its_size_told(aws: EmbeddedAws) -> None:
    s3 = a_client("s3", aws, s3={"addressing_style": "path"})
    s3.create_bucket(Bucket="some")
    content = bytes(range(256)) * 1000
    s3.put_object(Bucket="some", Key="a", Body=content)
    assert s3.head_object(Bucket="some", Key="a")["ContentLength"] == len(content)
    assert s3.get_object(Bucket="some", Key="a")["Body"].read() == content


def test_motos_own_control_paths_are_closed(aws: EmbeddedAws) -> None:
    connection = connect(aws)
    connection.request("POST", "/moto-api/reset")
    assert connection.getresponse().status == 400
    connection.close()


def test_a_connection_serves_any_number_of_calls(aws: EmbeddedAws) -> None:
    connection = connect(aws)
    used: set[int] = set()
    for _ in range(3):
        response = post(connection, "Nonsense")
        assert json.loads(response.read())["__type"] == "UnknownOperationException"
        used.add(connection.sock.getsockname()[1])
    assert len(used) == 1
    connection.close()


def test_a_mistake_of_ours_is_a_json_500_and_the_log_says_where(
    aws: EmbeddedAws, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(OrganizationsResponse, "create_organization", fail)
    connection = connect(aws)
    response = post(connection, "CreateOrganization", "organizations")
    body = json.loads(response.read())
    connection.close()
    assert (response.status, body["__type"]) == (500, "InternalFailure")
    assert "ZeroDivisionError" in caplog.text


def test_a_reset_forgets_everything_and_keeps_the_address(aws: EmbeddedAws) -> None:
    url = aws.url
    iam = a_client("iam", aws)
    iam.create_user(UserName="anna")
    aws.world.clock.advance(timedelta(days=40))
    aws.world.spend(
        [CostRecord(account=ACCOUNT, service="Amazon S3", day=date(2026, 10, 1), unblended=Decimal(5))]
    )
    aws.reset()
    assert iam.list_users()["Users"] == []
    assert aws.world.clock.now() == NOON
    assert aws.world.ledger.last_day is None
    assert (aws.url, current()) == (url, aws.world)


def test_a_reset_frees_an_organizations_accounts(aws: EmbeddedAws) -> None:
    scenario = a_scenario(
        accounts=[Account(ACCOUNT, "company", "a@example.com"), Account(MEMBER, "m", "m@example.com")]
    )
    aws.reset(a_world(scenario))
    aws.reset()
    accounts = a_client("organizations", aws).list_accounts()["Accounts"]
    assert [account["Id"] for account in accounts] == [ACCOUNT, MEMBER]
    assert [account["Name"] for account in accounts] == ["company", "m"]
    aws.reset(a_world())
    with pytest.raises(ClientError, match="AWSOrganizationsNotInUse"):
        a_client("organizations", aws).describe_organization()
    assert organizations_backends.master_accounts == {}


def test_what_was_held_once_is_put_back_as_often_as_wanted(aws: EmbeddedAws) -> None:
    members = [Account(ACCOUNT, "company", "a@example.com"), Account(MEMBER, "m", "m@example.com")]
    world = a_world(a_scenario(accounts=members))
    aws.reset(world)
    s3 = a_client("s3", aws)
    s3.create_bucket(Bucket="kept")
    held = aws.holdings()
    for _ in range(2):
        s3.create_bucket(Bucket="forgotten")
        aws.reset(world.begin_again(), held)
        assert [each["Name"] for each in s3.list_buckets()["Buckets"]] == ["kept"]
        role = as_role(aws, f"arn:aws:iam::{MEMBER}:role/OrganizationAccountAccessRole")
        with pytest.raises(ClientError, match="BucketAlreadyExists"):
            a_client("s3", aws, **role).create_bucket(Bucket="kept")
        s3.delete_bucket(Bucket="kept")


def test_what_a_scenario_names_exists(aws: EmbeddedAws) -> None:
    budget = {
        "BudgetName": "all",
        "BudgetType": "COST",
        "TimeUnit": "MONTHLY",
        "BudgetLimit": {"Amount": "100", "Unit": "USD"},
    }
    aws.reset(
        a_world(
            a_scenario(
                budgets=[{"Budget": budget}],
                roles=[Role("acting", TRUST, SOMETHING)],
                policies=[Policy("mine", SOMETHING)],
                topics=["alerts"],
            )
        )
    )
    iam = a_client("iam", aws)
    assert iam.get_role(RoleName="acting")["Role"]["AssumeRolePolicyDocument"] == TRUST
    assert iam.list_role_policies(RoleName="acting")["PolicyNames"] == ["permissions"]
    assert iam.get_policy(PolicyArn=f"arn:aws:iam::{ACCOUNT}:policy/mine")["Policy"]["PolicyName"] == "mine"
    sns = a_client("sns", aws)
    policy = sns.get_topic_attributes(TopicArn=f"arn:aws:sns:us-east-1:{ACCOUNT}:alerts")["Attributes"][
        "Policy"
    ]
    assert "budgets.amazonaws.com" in policy
    budgets = a_client("budgets", aws).describe_budgets(AccountId=ACCOUNT)["Budgets"]
    assert [each["BudgetName"] for each in budgets] == ["all"]


def test_a_seeded_budget_obeys_the_rules_of_aws(aws: EmbeddedAws) -> None:
    wrong = {"BudgetName": "all", "BudgetType": "COST", "TimeUnit": "MONTHLY"}
    with pytest.raises(ClientError, match="InvalidParameterException"):
        aws.reset(a_world(a_scenario(budgets=[{"Budget": wrong}])))


def test_a_port_that_is_taken_is_said_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        EmbeddedAws.start(a_world(), taken.getsockname()[1])


def test_stopping_hangs_up_on_clients() -> None:
    with EmbeddedAws.start(a_world()) as aws:
        connection = connect(aws)
        post(connection, "Nonsense").read()
        port = urlsplit(aws.url).port or 0
    assert connection.sock.recv(1) == b""
    connection.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))


def a_scenario(**parts: object) -> Scenario:
    from local.ledger.ledger import Ledger

    return Scenario(ledger=Ledger(), **parts)  # type: ignore[arg-type]
