"""create_budget_actions: what AWS does by itself, or after approval, when a budget crosses a threshold."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from pydantic import Field

from tools.actions._action import BudgetName, Incomplete, MutatingParameters, Result, action
from tools.actions._budget_action_view import BudgetActionView, budget_action_view
from tools.actions._choices import SubscriberChoice, Text, Texts, subscribers_from
from tools.actions._reply import (
    WarningView,
    as_json,
    read_or_say,
    warnings_of,
)
from tools.domain.advice import Advice
from tools.domain.audit import Change
from tools.domain.budget import Budget
from tools.domain.budget_action_advice import advice_on_budget_action
from tools.domain.budget_action_choices import TargetChoice, read_target
from tools.domain.budget_action_rules import problems_with_budget_action
from tools.domain.budget_actions import (
    ApprovalModel,
    BudgetAction,
    BudgetActionDefinition,
    BudgetActionType,
    SsmActionSubType,
)
from tools.domain.budget_rules import problems_with_tags
from tools.domain.errors import AccessDenied, InvalidParameters, problem_with
from tools.domain.notifications import (
    NotificationType,
    Subscriber,
    Threshold,
    ThresholdType,
    merged_subscribers,
    problems_with_subscribers,
)
from tools.gateways import Gateways

EXECUTION_ROLE_VARIABLE = "BUDGET_ACTION_EXECUTION_ROLE_ARN"


class CreateBudgetActionsParameters(MutatingParameters):
    """The budget action to attach."""

    budget_name: BudgetName = Field(description="An existing COST or USAGE budget that is not DAILY.")
    action_type: BudgetActionType = Field(description="What kind of restriction to apply.")
    threshold: Decimal = Field(description="Percent of the limit, or an amount in its unit, to be exceeded.")
    threshold_type: ThresholdType = Field(
        default=ThresholdType.PERCENTAGE, description="Whether the threshold is a percentage or an amount."
    )
    notification_type: NotificationType = Field(
        default=NotificationType.ACTUAL, description="Which figure has to exceed the threshold."
    )
    approval_model: ApprovalModel = Field(
        default=ApprovalModel.MANUAL, description="MANUAL waits for a person, AUTOMATIC acts at once."
    )
    policy_arn: Text | None = Field(
        default=None, description="APPLY_IAM_POLICY: the managed policy to attach."
    )
    target_roles: Texts | None = Field(default=None, description="APPLY_IAM_POLICY: names of roles.")
    target_users: Texts | None = Field(default=None, description="APPLY_IAM_POLICY: names of users.")
    target_groups: Texts | None = Field(default=None, description="APPLY_IAM_POLICY: names of groups.")
    policy_id: Text | None = Field(
        default=None, description="APPLY_SCP_POLICY: id of the service control policy, p-..."
    )
    target_ids: Texts | None = Field(
        default=None, description="APPLY_SCP_POLICY: account ids and ids of organizational units."
    )
    sub_type: SsmActionSubType | None = Field(default=None, description="RUN_SSM_DOCUMENTS: what is stopped.")
    region: Text | None = Field(default=None, description="RUN_SSM_DOCUMENTS: region of the instances.")
    instance_ids: Texts | None = Field(default=None, description="RUN_SSM_DOCUMENTS: instances to stop.")
    execution_role_arn: Text | None = Field(
        default=None, description="The role AWS Budgets acts with; the deployment's own when left out."
    )
    notification_email: Texts | None = Field(
        default=None, description="Who is told; those of the budget's own notifications when nobody is given."
    )
    notification_topic_arn: Text | None = Field(
        default=None, description="An SNS topic of the same account that is told."
    )
    subscribers: list[SubscriberChoice] | None = Field(
        default=None, description="The same as notification_email and notification_topic_arn, in one list."
    )
    resource_tags: dict[str, str] = Field(default_factory=dict, description="Tags on the budget action.")
    dry_run: bool = Field(default=False, description="Check everything and return what would be sent.")


class CreateBudgetActionsResult(Result):
    """What was attached, or what is attached already."""

    created: bool
    action_id: str | None = Field(description="Of the new budget action, or of the equal one that exists.")
    status: str | None = Field(
        description="AWS's word: STANDBY, PENDING, ...; null when it could not be read yet."
    )
    dry_run: bool
    budget_action: BudgetActionView
    warnings: list[WarningView]
    request: dict[str, Any] | None = Field(description="Dry run only: the CreateBudgetAction request.")

    def recorded_change(self) -> Change:
        """Nothing before, the budget action after; no change where an equal one is attached already."""
        if not self.created:
            return Change(is_change=False)
        return Change(after={"action_id": self.action_id, **self.budget_action.model_dump(mode="json")})


@action(mutates=True)
def create_budget_actions(
    parameters: CreateBudgetActionsParameters, gateways: Gateways
) -> CreateBudgetActionsResult:
    """Attach an enforcement to a budget: an IAM or service control policy, or stopping EC2 or RDS instances.

    Use it when exceeding a threshold has to have consequences. By default AWS asks a person for approval
    first; AUTOMATIC acts at once. Refuses what AWS would refuse, targets that would lock the agent out, and
    sends nothing when an equal action exists. dry_run shows the request without sending it.
    """
    now = gateways.clock.now()
    account_id = parameters.account_id or gateways.identity.account_id
    budget = gateways.budgets.get_budget(account_id, parameters.budget_name)
    asked = _asked(parameters, budget, account_id, gateways)
    definition, incomplete = asked.definition, list[Incomplete]()
    others = read_or_say(
        "existing budget actions",
        incomplete,
        lambda: gateways.budgets.budget_actions_of(account_id, budget.name),
    )
    equal = next((each for each in others or () if each.definition.does_the_same_as(definition)), None)
    if equal is not None:
        return _already_there(equal, parameters, incomplete)
    identifier, status, request = None, None, None
    if parameters.dry_run:
        request = as_json(
            gateways.budgets.create_budget_action_request(account_id, definition, parameters.resource_tags)
        )
    else:
        identifier = _create(definition, parameters.resource_tags, account_id, gateways)
        status = _status_of(identifier, definition.budget_name, account_id, gateways, incomplete)
    advice = advice_on_budget_action(definition, budget, others, now=now, account_id=account_id)
    return CreateBudgetActionsResult(
        created=identifier is not None,
        action_id=identifier,
        status=status,
        dry_run=parameters.dry_run,
        budget_action=budget_action_view(definition),
        warnings=warnings_of([*asked.advice, *advice]),
        request=request,
        incomplete=incomplete,
    )


class _Asked(NamedTuple):
    """The action as it will be sent, and what was changed on the way there."""

    definition: BudgetActionDefinition
    advice: list[Advice]


def _asked(
    parameters: CreateBudgetActionsParameters, budget: Budget, account_id: str, gateways: Gateways
) -> _Asked:
    """The action the parameters describe. Raises InvalidParameters with everything that is wrong."""
    identity = gateways.identity
    read = read_target(parameters.action_type, _choice(parameters), account_id)
    threshold = Threshold(parameters.threshold, parameters.threshold_type)
    execution_role_arn = parameters.execution_role_arn or identity.action_execution_role_arn
    problems = read.problems + problems_with_budget_action(
        read.target,
        threshold,
        execution_role_arn,
        budget.definition,
        account_id=account_id,
        agent_role_arn=identity.role_arn() if account_id == identity.account_id else None,
    )
    if execution_role_arn is None:
        problems.append(
            problem_with(
                "execution_role_arn",
                "neither the request nor the environment variable "
                f"{EXECUTION_ROLE_VARIABLE} says with which role AWS Budgets shall act",
                f"the ARN of a role of {account_id} that trusts budgets.amazonaws.com",
            )
        )
    subscribers, advice = _subscribers(parameters, account_id, gateways, problems)
    problems += problems_with_tags(parameters.resource_tags)
    if problems or read.target is None or execution_role_arn is None:
        raise InvalidParameters.listing(problems)
    return _Asked(
        BudgetActionDefinition(
            budget_name=budget.name,
            notification_type=parameters.notification_type,
            threshold=threshold,
            target=read.target,
            execution_role_arn=execution_role_arn,
            approval_model=parameters.approval_model,
            subscribers=subscribers,
        ),
        [*read.repairs, *advice],
    )


def _choice(parameters: CreateBudgetActionsParameters) -> TargetChoice:
    return TargetChoice(
        policy_arn=parameters.policy_arn,
        target_roles=parameters.target_roles or (),
        target_users=parameters.target_users or (),
        target_groups=parameters.target_groups or (),
        policy_id=parameters.policy_id,
        target_ids=parameters.target_ids or (),
        sub_type=parameters.sub_type,
        region=parameters.region,
        instance_ids=parameters.instance_ids or (),
    )


def _subscribers(
    parameters: CreateBudgetActionsParameters,
    account_id: str,
    gateways: Gateways,
    problems: list[dict[str, str]],
) -> tuple[tuple[Subscriber, ...], list[Advice]]:
    """Who is told: those given, else those of the budget's notifications as far as AWS's quota goes."""
    given = (
        *subscribers_from(parameters.notification_email, parameters.notification_topic_arn),
        *(Subscriber(each.channel, each.address) for each in parameters.subscribers or ()),
    )
    if given:
        found = problems_with_subscribers(given, account_id)
        problems += [problem_with("notification_email", each) for each in found]
        return given, []
    notifications = gateways.budgets.notifications_of(account_id, parameters.budget_name)
    merged, left_out = merged_subscribers(notifications)
    if not merged:
        problems.append(
            problem_with(
                "notification_email",
                "AWS wants somebody to tell, and the budget's own notifications tell nobody",
                "notification_email, notification_topic_arn or subscribers",
            )
        )
    if not left_out:
        return merged, []
    names = ", ".join(each.address for each in left_out)
    return merged, [
        Advice("NOT_ALL_ARE_TOLD", f"AWS allows ten e-mail addresses and one topic; left out: {names}.")
    ]


def _already_there(
    equal: BudgetAction, parameters: CreateBudgetActionsParameters, incomplete: list[Incomplete]
) -> CreateBudgetActionsResult:
    model = equal.definition.approval_model
    differs = f", but it is {model}" if model is not parameters.approval_model else ""
    advice = Advice(
        "ALREADY_EXISTS",
        f"Budget action {equal.id} does the same at the same threshold{differs}; nothing was sent.",
    )
    return CreateBudgetActionsResult(
        created=False,
        action_id=equal.id,
        status=equal.status,
        dry_run=parameters.dry_run,
        budget_action=budget_action_view(equal.definition),
        warnings=warnings_of([advice]),
        request=None,
        incomplete=incomplete,
    )


def _create(
    definition: BudgetActionDefinition, tags: Mapping[str, str], account_id: str, gateways: Gateways
) -> str:
    try:
        return gateways.budgets.create_budget_action(account_id, definition, tags)
    except AccessDenied as error:
        if error.details.get("permission") == "sts:AssumeRole":
            raise
        # IAM takes a while to let AWS Budgets see a new role; the service words this like any other refusal.
        raise AccessDenied(
            f"{error.message} If the execution role was made a moment ago, try again in a minute.",
            error.details,
        ) from error


def _status_of(
    identifier: str, budget_name: str, account_id: str, gateways: Gateways, incomplete: list[Incomplete]
) -> str | None:
    """As AWS says it: an action on a budget that is over its threshold leaves STANDBY at once."""
    found = read_or_say(
        "status of the budget action",
        incomplete,
        lambda: gateways.budgets.budget_actions_of(account_id, budget_name),
    )
    return next((each.status for each in found or () if each.id == identifier), None)
