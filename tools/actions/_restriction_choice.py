"""What callers may write of a budget action: when it acts, what it does to whom, and who is told."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field

from tools.actions._action import Model
from tools.actions._choices import SubscriberChoice, Text, Texts, subscribers_from
from tools.domain.budget_action_choices import TargetChoice
from tools.domain.budget_actions import ApprovalModel, BudgetActionType, SsmActionSubType
from tools.domain.notifications import NotificationType, Subscriber, Threshold, ThresholdType

WHO_IS_TOLD = ("notification_email", "notification_topic_arn", "subscribers")


class RestrictionChoice(Model):
    """A budget action as a caller describes it."""

    action_type: BudgetActionType | None = Field(
        default=None, description="What kind of restriction to apply; required without levels."
    )
    threshold: Decimal | None = Field(
        default=None,
        description="Percent of the limit, or an amount in its unit, to be exceeded; required without levels.",
    )
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
    notification_email: Texts | None = Field(
        default=None, description="Who is told; those of the budget's own notifications when nobody is given."
    )
    notification_topic_arn: Text | None = Field(
        default=None, description="An SNS topic of the same account that is told."
    )
    subscribers: list[SubscriberChoice] | None = Field(
        default=None, description="The same as notification_email and notification_topic_arn, in one list."
    )

    def told(self) -> tuple[Subscriber, ...]:
        """Those who are named; nobody when nobody is."""
        return (
            *subscribers_from(self.notification_email, self.notification_topic_arn),
            *(Subscriber(each.channel, each.address) for each in self.subscribers or ()),
        )

    def target(self) -> TargetChoice:
        """Everything that says what is done to whom."""
        return TargetChoice(
            policy_arn=self.policy_arn,
            target_roles=self.target_roles or (),
            target_users=self.target_users or (),
            target_groups=self.target_groups or (),
            policy_id=self.policy_id,
            target_ids=self.target_ids or (),
            sub_type=self.sub_type,
            region=self.region,
            instance_ids=self.instance_ids or (),
        )


class LevelChoice(RestrictionChoice):
    """One level of a graduated response: people are told, and with action_type somebody is restricted."""

    action_type: BudgetActionType | None = Field(
        default=None, description="What kind of restriction to apply; people are only told when left out."
    )
    threshold: Decimal = Field(description="Percent of the limit, or an amount in its unit, to be exceeded.")
    notification_email: Texts | None = Field(
        default=None,
        description="Who is told; those of the request, else those of the budget's own notifications.",
    )

    @property
    def at(self) -> Threshold:
        """Where it begins."""
        return Threshold(self.threshold, self.threshold_type)
