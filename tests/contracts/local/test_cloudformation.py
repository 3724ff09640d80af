"""CloudFormation of the embedded AWS: stacks are made, changed, put back and removed as AWS does it."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from local.server import EmbeddedAws
from tests.contracts.local.worlds import ACCOUNT

STACK = "sandbox"
NAMED = ["CAPABILITY_NAMED_IAM"]


class Account:
    """The embedded account and clients of it."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._clients: dict[str, Any] = {}

    def __call__(self, service: str, access_key: str = "administrator") -> Any:
        name = f"{service} {access_key}"
        if name not in self._clients:
            client: Any = boto3.client  # any service's, so typed for none
            self._clients[name] = client(
                service,
                endpoint_url=self._url,
                region_name="us-east-1",
                aws_access_key_id=access_key,
                aws_secret_access_key="x",
                config=Config(retries={"total_max_attempts": 1}, proxies={}),
            )
        return self._clients[name]

    def deploy(self, template: Any, *, is_new: bool, **parameters: str) -> dict[str, Any]:
        """Create or update the stack in one call; the stack as it is then."""
        call = self("cloudformation").create_stack if is_new else self("cloudformation").update_stack
        call(
            StackName=STACK,
            TemplateBody=template if isinstance(template, str) else json.dumps(template),
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
            Capabilities=NAMED,
        )
        return self.stack()

    def stack(self) -> dict[str, Any]:
        (stack,) = self("cloudformation").describe_stacks(StackName=STACK)["Stacks"]
        found: dict[str, Any] = stack
        return found

    def reasons(self) -> str:
        events = self("cloudformation").describe_stack_events(StackName=STACK)["StackEvents"]
        return " ".join(each.get("ResourceStatusReason", "") for each in events)

    def steps(self) -> list[str]:
        """What happened to the stack's resources, the first first."""
        events = self("cloudformation").describe_stack_events(StackName=STACK)["StackEvents"]
        return [f"{each['LogicalResourceId']} {each['ResourceStatus']}" for each in reversed(events)]

    def close(self) -> None:
        for client in self._clients.values():
            client.close()


@pytest.fixture
def account(aws: EmbeddedAws) -> Iterator[Account]:
    account = Account(aws.url)
    account("s3").create_bucket(Bucket="code")
    put_code(account, "one.zip", "1")
    put_code(account, "two.zip", "2")
    yield account
    account.close()


def put_code(account: Account, key: str, answer: str) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("app.py", f"def handler(event, context):\n    return {answer}\n")
    account("s3").put_object(Bucket="code", Key=key, Body=buffer.getvalue())


def a_topic(name: str, **properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": name, **properties}}


def a_role(name: str, **properties: Any) -> dict[str, Any]:
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {"RoleName": name, "AssumeRolePolicyDocument": trust, **properties},
    }


def a_function(key: str = "one.zip", **properties: Any) -> dict[str, Any]:
    """A template of a function with a version and an alias on it."""
    function = {
        "FunctionName": "app",
        "Runtime": "python3.11",
        "Handler": "app.handler",
        "Role": {"Fn::GetAtt": ["Role", "Arn"]},
        "Code": {"S3Bucket": "code", "S3Key": key},
        **properties,
    }
    named = {"Ref": "Function"}
    version = {"FunctionName": named, "Description": f"{key} {properties}"}
    alias = {"FunctionName": named, "FunctionVersion": {"Fn::GetAtt": ["Version", "Version"]}, "Name": "live"}
    return {
        "Resources": {
            "Role": a_role("app-role"),
            "Function": {"Type": "AWS::Lambda::Function", "Properties": function},
            "Version": {"Type": "AWS::Lambda::Version", "Properties": version},
            "Alias": {"Type": "AWS::Lambda::Alias", "Properties": alias},
        }
    }


def test_resources_are_made_in_the_order_of_their_references_and_removed_in_the_reverse(
    account: Account,
) -> None:
    stack = account.deploy(a_function(), is_new=True)
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    made = [step.split()[0] for step in account.steps() if step.endswith("CREATE_COMPLETE")]
    assert made == ["Role", "Function", "Version", "Alias", STACK]
    account("cloudformation").delete_stack(StackName=STACK)
    with pytest.raises(ClientError, match="Stack with id sandbox does not exist"):
        account.stack()
    events = account("cloudformation").describe_stack_events(StackName=stack["StackId"])["StackEvents"]
    gone = [
        each["LogicalResourceId"] for each in reversed(events) if each["ResourceStatus"] == "DELETE_COMPLETE"
    ]
    assert gone == ["Alias", "Version", "Function", "Role", STACK]
    assert account("lambda").list_functions()["Functions"] == []


def test_new_code_or_configuration_is_published_and_the_alias_follows(account: Account) -> None:
    account.deploy(a_function(), is_new=True)
    for template in (a_function("two.zip"), a_function("two.zip", MemorySize=256)):
        status = account.deploy(template, is_new=False)["StackStatus"]
        assert status == "UPDATE_COMPLETE", account.reasons()
    live = account("lambda").get_function(FunctionName="app", Qualifier="live")["Configuration"]
    assert (live["Version"], live["MemorySize"]) == ("3", 256)
    versions = account("lambda").list_versions_by_function(FunctionName="app")["Versions"]
    assert [each["Version"] for each in versions] == ["$LATEST", "3"]
    answer = account("lambda").invoke(FunctionName="app", Qualifier="live")["Payload"].read()
    assert answer == b"2"


def test_publishing_what_is_published_already_fails_as_on_aws(account: Account) -> None:
    account.deploy(a_function(), is_new=True)
    template = a_function()
    template["Resources"]["Version"]["Properties"]["Description"] = "another name for the same"
    assert account.deploy(template, is_new=False)["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert "A version for this Lambda function exists ( 1 )" in account.reasons()


def test_a_failed_update_puts_everything_back(account: Account) -> None:
    begun = a_function()
    begun["Resources"]["Topic"] = a_topic("alerts", DisplayName="Before")
    begun["Resources"]["Role"] = a_role("app-role", Description="Before")
    account.deploy(begun, is_new=True)
    changed = a_function(MemorySize=512)
    changed["Resources"]["Topic"] = a_topic("alerts", DisplayName="After")
    changed["Resources"]["Role"] = a_role("app-role", Description="After")
    changed["Resources"]["Group"] = {
        "Type": "AWS::Logs::LogGroup",
        "DependsOn": ["Topic", "Alias"],
        "Properties": {"LogGroupName": "/new"},
    }
    changed["Resources"]["Clash"] = {"DependsOn": "Group", **a_role("app-role")}
    stack = account.deploy(changed, is_new=False)
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert "[Clash]" in account.reasons()
    assert account("lambda").get_function_configuration(FunctionName="app")["MemorySize"] == 128
    assert account("lambda").get_alias(FunctionName="app", Name="live")["FunctionVersion"] == "1"
    assert account("iam").get_role(RoleName="app-role")["Role"]["Description"] == "Before"
    (topic,) = account("sns").list_topics()["Topics"]
    attributes = account("sns").get_topic_attributes(TopicArn=topic["TopicArn"])["Attributes"]
    assert attributes["DisplayName"] == "Before"
    assert account("logs").describe_log_groups(logGroupNamePrefix="/new")["logGroups"] == []
    assert (
        account.deploy(changed | {"Resources": begun["Resources"] | {"More": a_topic("more")}}, is_new=False)[
            "StackStatus"
        ]
        == "UPDATE_COMPLETE"
    )


def test_a_failed_creation_leaves_nothing_and_has_to_be_deleted(account: Account) -> None:
    account("sns").create_topic(Name="taken")
    template = {"Resources": {"One": a_role("one"), "Two": {"DependsOn": "One", **a_topic("taken")}}}
    stack = account.deploy(template, is_new=True)
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "already exists" in account.reasons()
    assert account("iam").list_roles()["Roles"] == []
    with pytest.raises(ClientError, match="is in ROLLBACK_COMPLETE state and can not be updated"):
        account.deploy(template, is_new=False)
    account("cloudformation").delete_stack(StackName=STACK)
    assert account("sns").list_topics()["Topics"], "what the stack did not make stays"


@pytest.mark.parametrize(("policy", "is_kept"), [("Retain", True), ("RetainExceptOnCreate", False)])
def test_a_failed_creation_keeps_only_what_is_to_be_kept_even_then(
    account: Account, policy: str, is_kept: bool
) -> None:
    account("sns").create_topic(Name="taken")
    kept = {"DeletionPolicy": policy, **a_role("kept")}
    template = {"Resources": {"Kept": kept, "Taken": {"DependsOn": "Kept", **a_topic("taken")}}}
    assert account.deploy(template, is_new=True)["StackStatus"] == "ROLLBACK_COMPLETE"
    assert bool(account("iam").list_roles()["Roles"]) is is_kept


def test_a_failure_stays_as_it_is_where_no_rollback_is_wanted(account: Account) -> None:
    account("sns").create_topic(Name="taken")
    template = {"Resources": {"One": a_topic("one"), "Two": {"DependsOn": "One", **a_topic("taken")}}}
    account("cloudformation").create_stack(
        StackName=STACK, TemplateBody=json.dumps(template), DisableRollback=True
    )
    assert account.stack()["StackStatus"] == "CREATE_FAILED"
    assert len(account("sns").list_topics()["Topics"]) == 2


def test_a_role_whose_policy_cannot_be_put_is_taken_back(account: Account) -> None:
    template = {
        "Resources": {"Role": a_role("half", ManagedPolicyArns=["arn:aws:iam::aws:policy/NoSuchPolicy"])}
    }
    assert account.deploy(template, is_new=True)["StackStatus"] == "ROLLBACK_COMPLETE"
    assert account("iam").list_roles()["Roles"] == []


def test_a_missing_package_fails_the_stack(account: Account) -> None:
    assert account.deploy(a_function("missing.zip"), is_new=True)["StackStatus"] == "ROLLBACK_COMPLETE"
    assert account("lambda").list_functions()["Functions"] == []


@pytest.mark.parametrize(
    ("policy", "is_kept"), [("Retain", True), ("RetainExceptOnCreate", True), ("Delete", False)]
)
def test_a_deletion_policy_is_kept_to(account: Account, policy: str, is_kept: bool) -> None:
    account.deploy({"Resources": {"Topic": {"DeletionPolicy": policy, **a_topic("alerts")}}}, is_new=True)
    account("cloudformation").delete_stack(StackName=STACK)
    assert bool(account("sns").list_topics()["Topics"]) is is_kept


def test_a_protected_table_stops_the_deletion(account: Account) -> None:
    table = {
        "TableName": "state",
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "DeletionProtectionEnabled": True,
        "TimeToLiveSpecification": {"AttributeName": "expires_at", "Enabled": True},
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
        "SSESpecification": {"SSEEnabled": True, "SSEType": "KMS"},
    }
    template = {"Resources": {"Table": {"Type": "AWS::DynamoDB::Table", "Properties": table}}}
    account.deploy(template, is_new=True)
    account("cloudformation").delete_stack(StackName=STACK)
    assert account.stack()["StackStatus"] == "DELETE_FAILED"
    tables = account("dynamodb")
    assert tables.describe_table(TableName="state")["Table"]["SSEDescription"]["Status"] == "ENABLED"
    expiry = tables.describe_time_to_live(TableName="state")["TimeToLiveDescription"]
    assert expiry == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"}
    backups = tables.describe_continuous_backups(TableName="state")["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    tables.update_table(TableName="state", DeletionProtectionEnabled=False)
    account("cloudformation").delete_stack(StackName=STACK)
    assert tables.list_tables()["TableNames"] == []


def test_a_change_that_comes_through_a_condition_is_seen(account: Account) -> None:
    template = {
        "Parameters": {"Loud": {"Type": "String", "Default": "no"}},
        "Conditions": {"IsLoud": {"Fn::Equals": [{"Ref": "Loud"}, "yes"]}},
        "Resources": {
            "Topic": a_topic("alerts", DisplayName={"Fn::If": ["IsLoud", "LOUD", {"Ref": "AWS::NoValue"}]}),
            "Extra": {"Condition": "IsLoud", **a_topic("extra")},
        },
    }
    account.deploy(template, is_new=True)
    account.deploy(template, is_new=False, Loud="yes")
    names = [each["TopicArn"].rpartition(":")[2] for each in account("sns").list_topics()["Topics"]]
    assert sorted(names) == ["alerts", "extra"]
    account.deploy(template, is_new=False, Loud="no")
    assert len(account("sns").list_topics()["Topics"]) == 1


def test_nothing_to_change_is_said(account: Account) -> None:
    template = {"Resources": {"Topic": a_topic("alerts")}}
    account.deploy(template, is_new=True)
    with pytest.raises(ClientError, match="No updates are to be performed"):
        account.deploy(template, is_new=False)
    stacks = account("cloudformation")
    stacks.create_change_set(StackName=STACK, ChangeSetName="none", TemplateBody=json.dumps(template))
    described = stacks.describe_change_set(StackName=STACK, ChangeSetName="none")
    assert (described["Status"], described["ExecutionStatus"]) == ("FAILED", "UNAVAILABLE")
    assert "didn't contain changes" in described["StatusReason"]
    with pytest.raises(ClientError, match="cannot be executed"):
        stacks.execute_change_set(StackName=STACK, ChangeSetName="none")


def test_a_change_set_tells_what_it_will_do_and_what_is_made_anew(account: Account) -> None:
    account.deploy(a_function() | {"Outputs": {}}, is_new=True)
    changed = a_function(MemorySize=256)
    changed["Resources"]["Topic"] = a_topic("alerts")
    stacks = account("cloudformation")
    stacks.create_change_set(
        StackName=STACK, ChangeSetName="next", TemplateBody=json.dumps(changed), Capabilities=NAMED
    )
    changes = stacks.describe_change_set(StackName=STACK, ChangeSetName="next")["Changes"]
    told = {
        each["ResourceChange"]["LogicalResourceId"]: (
            each["ResourceChange"]["Action"],
            each["ResourceChange"].get("Replacement"),
        )
        for each in changes
    }
    assert told == {
        "Function": ("Modify", "False"),
        "Version": ("Modify", "True"),
        "Alias": ("Modify", "False"),
        "Topic": ("Add", None),
    }
    assert account("sns").list_topics()["Topics"] == [], "planned, not done"
    stacks.execute_change_set(StackName=STACK, ChangeSetName="next")
    assert account.stack()["StackStatus"] == "UPDATE_COMPLETE"


def test_a_change_set_for_another_state_of_the_stack_is_obsolete(account: Account) -> None:
    stacks = account("cloudformation")
    for name in ("one", "two"):
        stacks.create_change_set(
            StackName=STACK,
            ChangeSetName=name,
            ChangeSetType="CREATE",
            TemplateBody=json.dumps({"Resources": {"Topic": a_topic(name)}}),
        )
    stacks.execute_change_set(StackName=STACK, ChangeSetName="one")
    with pytest.raises(ClientError, match="InvalidChangeSetStatus"):
        stacks.execute_change_set(StackName=STACK, ChangeSetName="two")


def test_a_named_resource_cannot_be_replaced(account: Account) -> None:
    account.deploy({"Resources": {"Role": a_role("one")}}, is_new=True)
    stack = account.deploy({"Resources": {"Role": a_role("one", Path="/team/")}}, is_new=False)
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert "custom-named resource requires replacing" in account.reasons()


def test_an_unnamed_resource_gets_a_name_that_it_keeps(account: Account) -> None:
    template: dict[str, Any] = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {}}}}
    account.deploy(template, is_new=True)
    before = account("sns").list_topics()["Topics"]
    assert f"{STACK}-Topic-" in before[0]["TopicArn"]
    template["Resources"]["Topic"]["Properties"]["DisplayName"] = "Alerts"
    account.deploy(template, is_new=False)
    assert account("sns").list_topics()["Topics"] == before


def test_an_unnamed_resource_that_is_made_anew_gets_another_name_and_the_old_one_goes(
    account: Account,
) -> None:
    allow = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
    properties = {"PolicyDocument": {"Version": "2012-10-17", "Statement": [allow]}, "Description": "one"}
    template = {"Resources": {"Policy": {"Type": "AWS::IAM::ManagedPolicy", "Properties": properties}}}
    account.deploy(template, is_new=True)
    (before,) = account("iam").list_policies(Scope="Local")["Policies"]
    properties["Description"] = "two"
    account.deploy(template, is_new=False)
    (after,) = account("iam").list_policies(Scope="Local")["Policies"]
    assert f"{STACK}-Policy-" in after["PolicyName"]
    assert after["PolicyName"] != before["PolicyName"]
    assert after["PolicyId"] != before["PolicyId"]


def test_outputs_are_shown_and_an_export_is_importable_but_only_once(account: Account) -> None:
    template = {
        "Resources": {"Topic": a_topic("alerts")},
        "Outputs": {"Arn": {"Value": {"Ref": "Topic"}, "Export": {"Name": "alerts-arn"}}},
    }
    stack = account.deploy(template, is_new=True)
    arn = f"arn:aws:sns:us-east-1:{ACCOUNT}:alerts"
    assert stack["Outputs"] == [{"OutputKey": "Arn", "OutputValue": arn, "ExportName": "alerts-arn"}]
    stacks = account("cloudformation")
    importing = {
        "Resources": {"Other": a_topic("other")},
        "Outputs": {"Imported": {"Value": {"Fn::ImportValue": "alerts-arn"}}},
    }
    stacks.create_stack(StackName="importing", TemplateBody=json.dumps(importing))
    (other,) = stacks.describe_stacks(StackName="importing")["Stacks"]
    assert other["Outputs"][0]["OutputValue"] == arn
    clashing = {"Resources": {"Third": a_topic("third")}, "Outputs": template["Outputs"]}
    clashing["Outputs"] = {"Arn": {"Value": "x", "Export": {"Name": "alerts-arn"}}}
    stacks.create_stack(StackName="clashing", TemplateBody=json.dumps(clashing))
    (third,) = stacks.describe_stacks(StackName="clashing")["Stacks"]
    assert third["StackStatus"] == "ROLLBACK_COMPLETE"


def test_a_stack_acts_with_the_permissions_of_whoever_deploys_it(account: Account) -> None:
    iam = account("iam")
    iam.create_user(UserName="deployer")
    statement = {"Effect": "Allow", "Action": "cloudformation:*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName="deployer", PolicyName="stacks", PolicyDocument=document)
    key = iam.create_access_key(UserName="deployer")["AccessKey"]["AccessKeyId"]
    account("cloudformation", key).create_stack(
        StackName=STACK, TemplateBody=json.dumps({"Resources": {"Topic": a_topic("alerts")}})
    )
    assert account.stack()["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "not authorized to perform: sns:" in account.reasons()


@pytest.mark.parametrize(
    ("resource", "reason"),
    [
        ({"Type": "AWS::SNS::Topik"}, r"Unrecognized resource types: \[AWS::SNS::Topik\]"),
        ({"Type": "AWS::EC2::VPC"}, "does not build AWS::EC2::VPC"),
        ({"Type": "AWS::SNS::Topic", "Properties": {"Topic": "x"}}, "unsupported property Topic"),
        ({"Type": "AWS::SNS::Topic", "Properties": {"FifoTopic": True}}, "does not build FifoTopic"),
        (
            {"Type": "AWS::SNS::Subscription", "Properties": {"Protocol": "email"}},
            r"required key \[TopicArn\]",
        ),
        (
            {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": {"Ref": "Nobody"}}},
            r"dependencies \[Nobody\]",
        ),
        ({"Type": "AWS::SNS::Topic", "Condition": "Never"}, "condition dependency Never"),
        ({"Type": "AWS::SNS::Topic", "DependsOn": "Nobody"}, r"dependencies \[Nobody\]"),
        ({"Type": "AWS::SNS::Topic", "DependsOn": "Resource"}, "Resource"),
        ({"Type": "AWS::SNS::Topic", "UpdatePolicy": {}}, "does not build UpdatePolicy"),
        (
            {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": {"Fn::Cidr": []}}},
            "does not build Fn::Cidr",
        ),
        ({"Properties": {}}, "must contain a Type"),
    ],
)
def test_what_cannot_be_or_is_not_built_is_refused_before_anything_is_made(
    account: Account, resource: Any, reason: str
) -> None:
    resources = {"First": a_topic("first"), "Resource": resource}
    if resource.get("DependsOn") == "Resource":
        resources["First"]["DependsOn"] = "Resource"
        resource["DependsOn"] = "First"
        reason = "Circular dependency"
    with pytest.raises(ClientError, match=reason) as refused:
        account.deploy({"Resources": resources}, is_new=True)
    assert refused.value.response["Error"]["Code"] == "ValidationError"
    assert account("sns").list_topics()["Topics"] == []


def test_iam_resources_need_the_callers_consent(account: Account) -> None:
    template = json.dumps({"Resources": {"Role": a_role("one")}})
    for consent in ([], ["CAPABILITY_IAM"]):
        with pytest.raises(ClientError, match=r"Requires capabilities : \[CAPABILITY_NAMED_IAM\]") as refused:
            account("cloudformation").create_stack(
                StackName=STACK, TemplateBody=template, Capabilities=consent
            )
        assert refused.value.response["Error"]["Code"] == "InsufficientCapabilitiesException"


def test_the_template_comes_back_as_it_was_sent(account: Account) -> None:
    text = "Description: Two words\nResources:\n  Topic: # a comment\n    Type: AWS::SNS::Topic\n"
    account.deploy(text, is_new=True)
    assert account("cloudformation").get_template(StackName=STACK)["TemplateBody"] == text
    summary = account("cloudformation").get_template_summary(StackName=STACK)
    assert summary["Description"] == "Two words"
    assert summary["ResourceTypes"] == ["AWS::SNS::Topic"]


def test_a_reset_forgets_every_stack(account: Account, aws: EmbeddedAws) -> None:
    account.deploy({"Resources": {"Topic": a_topic("alerts")}}, is_new=True)
    aws.reset()
    assert account("cloudformation").describe_stacks()["Stacks"] == []
