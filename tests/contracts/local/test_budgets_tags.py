"""AWS Budgets: tags of budgets and actions."""

from typing import Any

import pytest

from tests.contracts.local.budget_requests import a_budget, create, refusal
from tests.contracts.local.worlds import ACCOUNT

ARN = f"arn:aws:budgets::{ACCOUNT}:budget/monthly"


def tags_of(client: Any, arn: str = ARN) -> dict[str, str]:
    return {
        tag["Key"]: tag["Value"] for tag in client.list_tags_for_resource(ResourceARN=arn)["ResourceTags"]
    }


def test_a_budget_is_created_with_tags(budgets: Any) -> None:
    tags = [{"Key": "team", "Value": "web"}, {"Key": "empty", "Value": ""}]
    budgets.create_budget(AccountId=ACCOUNT, Budget=a_budget(), ResourceTags=tags)
    assert tags_of(budgets) == {"team": "web", "empty": ""}


def test_tags_are_added_overwritten_and_removed(budgets: Any) -> None:
    create(budgets)
    budgets.tag_resource(
        ResourceARN=ARN, ResourceTags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]
    )
    budgets.tag_resource(ResourceARN=ARN, ResourceTags=[{"Key": "a", "Value": "3"}])
    budgets.untag_resource(ResourceARN=ARN, ResourceTagKeys=["b", "never there"])
    assert tags_of(budgets) == {"a": "3"}


def test_tags_stay_when_a_budget_is_updated(budgets: Any) -> None:
    tags = [{"Key": "team", "Value": "web"}]
    budgets.create_budget(AccountId=ACCOUNT, Budget=a_budget(), ResourceTags=tags)
    budgets.update_budget(AccountId=ACCOUNT, NewBudget=a_budget())
    assert tags_of(budgets) == {"team": "web"}


def test_a_name_with_a_slash_has_an_arn_too(budgets: Any) -> None:
    create(budgets, a_budget("EC2 / web"))
    assert tags_of(budgets, f"arn:aws:budgets::{ACCOUNT}:budget/EC2 / web") == {}


@pytest.mark.parametrize(
    ("arn", "code"),
    [
        (ARN, "NotFoundException"),
        (f"{ARN}/action/8a1c0f3e-0000-4000-8000-000000000000", "NotFoundException"),
        ("arn:aws:budgets::210000000001:budget/monthly", "AccessDeniedException"),
        (f"arn:aws:budgets:us-east-1:{ACCOUNT}:budget/monthly", "InvalidParameterException"),
        ("monthly", "InvalidParameterException"),
    ],
)
def test_a_resource_that_is_not_there_has_no_tags(budgets: Any, arn: str, code: str) -> None:
    assert refusal(budgets.list_tags_for_resource, ResourceARN=arn)[0] == code
    assert refusal(budgets.tag_resource, ResourceARN=arn, ResourceTags=[])[0] == code
    assert refusal(budgets.untag_resource, ResourceARN=arn, ResourceTagKeys=[])[0] == code


@pytest.mark.parametrize(
    "tags",
    [
        [{"Key": "aws:team", "Value": "web"}],
        [{"Key": "team", "Value": "web"}, {"Key": "team", "Value": "data"}],
        [{"Key": "k" * 129, "Value": "web"}],
        [{"Key": "team", "Value": "v" * 257}],
    ],
)
def test_a_tag_that_cannot_be_is_refused(budgets: Any, tags: list[dict[str, str]]) -> None:
    code, _ = refusal(budgets.create_budget, AccountId=ACCOUNT, Budget=a_budget(), ResourceTags=tags)
    assert code == "InvalidParameterException"
    assert "Budgets" not in budgets.describe_budgets(AccountId=ACCOUNT)


def test_a_budget_has_at_most_fifty_tags(budgets: Any) -> None:
    create(budgets)
    tags = [{"Key": f"tag {number}", "Value": ""} for number in range(51)]
    assert (
        refusal(budgets.tag_resource, ResourceARN=ARN, ResourceTags=tags)[0]
        == "ServiceQuotaExceededException"
    )
    budgets.tag_resource(ResourceARN=ARN, ResourceTags=tags[:50])
    assert len(tags_of(budgets)) == 50
