"""Topics, queues, their policies and subscriptions."""

import json
from typing import Any

from botocore.exceptions import ClientError

from local.cloudformation.resources._resource import (
    Made,
    Properties,
    ResourceType,
    Services,
    pick,
    refuse_existing,
)

_TOPIC_ATTRIBUTES = ("DisplayName", "KmsMasterKeyId", "TracingConfig", "SignatureVersion")
_SUBSCRIPTION_ATTRIBUTES = (
    "DeliveryPolicy",
    "FilterPolicy",
    "FilterPolicyScope",
    "RawMessageDelivery",
    "RedrivePolicy",
    "SubscriptionRoleArn",
)


class Topic(ResourceType):
    """A standard topic."""

    name = "AWS::SNS::Topic"
    name_property = "TopicName"
    properties = frozenset(("TopicName", *_TOPIC_ATTRIBUTES))

    def create(self, services: Services, wanted: Properties) -> Made:
        """CreateTopic, unless it is there."""
        topics, name = services("sns"), wanted["TopicName"]
        there = {
            topic["TopicArn"].rpartition(":")[2]
            for page in topics.get_paginator("list_topics").paginate()
            for topic in page["Topics"]
        }
        refuse_existing(name in there, self.name, name)
        arn = topics.create_topic(Name=name, Attributes=_attributes(wanted, _TOPIC_ATTRIBUTES))["TopicArn"]
        return Made(arn, {"TopicArn": arn, "TopicName": name})

    def update(self, services: Services, made: Made, before: Properties, wanted: Properties) -> None:
        """SetTopicAttributes of what changed."""
        for name, value in _changes(before, wanted, _TOPIC_ATTRIBUTES).items():
            services("sns").set_topic_attributes(
                TopicArn=made.physical_id, AttributeName=name, AttributeValue=value
            )

    def delete(self, services: Services, made: Made, properties: Properties) -> None:
        """DeleteTopic with its subscriptions."""
        services("sns").delete_topic(TopicArn=made.physical_id)


class TopicPolicy(ResourceType):
    """The policy of topics."""

    name = "AWS::SNS::TopicPolicy"
    properties = frozenset(("Topics", "PolicyDocument"))

    def create(self, services: Services, wanted: Properties) -> Made:
        """Set the policy of every topic."""
        for arn in wanted["Topics"]:
            _set_topic_policy(services, arn, wanted["PolicyDocument"])
        physical_id = f"{wanted['Topics'][0].rpartition(':')[2]}-policy"
        return Made(physical_id, {"Id": physical_id})

    def update(self, services: Services, made: Made, before: Properties, wanted: Properties) -> None:
        """Set it anew, and give topics no longer named the policy a topic begins with."""
        for arn in before["Topics"]:
            if arn not in wanted["Topics"]:
                _set_topic_policy(services, arn, _first_policy(arn))
        self.create(services, wanted)

    def delete(self, services: Services, made: Made, properties: Properties) -> None:
        """Give the topics the policy a topic begins with."""
        for arn in properties["Topics"]:
            _set_topic_policy(services, arn, _first_policy(arn))


class Subscription(ResourceType):
    """A subscription of a topic."""

    name = "AWS::SNS::Subscription"
    properties = frozenset(("TopicArn", "Protocol", "Endpoint", *_SUBSCRIPTION_ATTRIBUTES))

    def create(self, services: Services, wanted: Properties) -> Made:
        """Subscribe."""
        arn = services("sns").subscribe(
            **pick(wanted, "TopicArn", "Protocol", "Endpoint"),
            Attributes=_attributes(wanted, _SUBSCRIPTION_ATTRIBUTES),
            ReturnSubscriptionArn=True,
        )["SubscriptionArn"]
        return Made(arn, {"Arn": arn})

    def update(self, services: Services, made: Made, before: Properties, wanted: Properties) -> None:
        """SetSubscriptionAttributes of what changed."""
        for name, value in _changes(before, wanted, _SUBSCRIPTION_ATTRIBUTES).items():
            services("sns").set_subscription_attributes(
                SubscriptionArn=made.physical_id, AttributeName=name, AttributeValue=value
            )

    def delete(self, services: Services, made: Made, properties: Properties) -> None:
        """Unsubscribe."""
        services("sns").unsubscribe(SubscriptionArn=made.physical_id)


class Queue(ResourceType):
    """A standard queue."""

    name = "AWS::SQS::Queue"
    name_property = "QueueName"
    _attributes = (
        "DelaySeconds",
        "KmsMasterKeyId",
        "MaximumMessageSize",
        "MessageRetentionPeriod",
        "ReceiveMessageWaitTimeSeconds",
        "RedrivePolicy",
        "SqsManagedSseEnabled",
        "VisibilityTimeout",
    )
    properties = frozenset(("QueueName", *_attributes))

    def create(self, services: Services, wanted: Properties) -> Made:
        """CreateQueue, unless it is there."""
        queues, name = services("sqs"), wanted["QueueName"]
        refuse_existing(_has_queue(queues, name), self.name, name)
        url = queues.create_queue(QueueName=name, Attributes=_attributes(wanted, self._attributes))[
            "QueueUrl"
        ]
        arn = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        return Made(url, {"Arn": arn, "QueueName": name, "QueueUrl": url})

    def update(self, services: Services, made: Made, before: Properties, wanted: Properties) -> None:
        """SetQueueAttributes of what changed."""
        changes = _changes(before, wanted, self._attributes)
        services("sqs").set_queue_attributes(QueueUrl=made.physical_id, Attributes=changes)

    def delete(self, services: Services, made: Made, properties: Properties) -> None:
        """DeleteQueue with its messages."""
        services("sqs").delete_queue(QueueUrl=made.physical_id)


class QueuePolicy(ResourceType):
    """The policy of queues."""

    name = "AWS::SQS::QueuePolicy"
    properties = frozenset(("Queues", "PolicyDocument"))

    def create(self, services: Services, wanted: Properties) -> Made:
        """Set the policy of every queue."""
        for url in wanted["Queues"]:
            _set_queue_policy(services, url, json.dumps(wanted["PolicyDocument"]))
        physical_id = f"{wanted['Queues'][0].rpartition('/')[2]}-policy"
        return Made(physical_id, {"Id": physical_id})

    def update(self, services: Services, made: Made, before: Properties, wanted: Properties) -> None:
        """Set it anew, and take it from queues no longer named."""
        for url in before["Queues"]:
            if url not in wanted["Queues"]:
                _set_queue_policy(services, url, "")
        self.create(services, wanted)

    def delete(self, services: Services, made: Made, properties: Properties) -> None:
        """Take the policy from the queues."""
        for url in properties["Queues"]:
            _set_queue_policy(services, url, "")


def _set_topic_policy(services: Services, arn: str, policy: Any) -> None:
    services("sns").set_topic_attributes(
        TopicArn=arn, AttributeName="Policy", AttributeValue=json.dumps(policy)
    )


def _set_queue_policy(services: Services, url: str, policy: str) -> None:
    services("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})


def _has_queue(queues: Any, name: str) -> bool:
    try:
        queues.get_queue_url(QueueName=name)
    except ClientError as error:
        if "NonExistentQueue" in error.response["Error"]["Code"] or "QueueDoesNotExist" in str(error):
            return False
        raise
    return True


def _first_policy(arn: str) -> dict[str, Any]:
    """The policy of a new topic: its owner's account may use it (SNS developer guide, default policy)."""
    actions = (
        "AddPermission",
        "DeleteTopic",
        "GetTopicAttributes",
        "ListSubscriptionsByTopic",
        "Publish",
        "RemovePermission",
        "SetTopicAttributes",
        "Subscribe",
    )
    return {
        "Version": "2008-10-17",
        "Id": "__default_policy_ID",
        "Statement": [
            {
                "Sid": "__default_statement_ID",
                "Effect": "Allow",
                "Principal": {"AWS": "*"},
                "Action": [f"SNS:{each}" for each in actions],
                "Resource": arn,
                "Condition": {"StringEquals": {"AWS:SourceOwner": arn.split(":")[4]}},
            }
        ],
    }


def _attributes(properties: Properties, names: tuple[str, ...]) -> dict[str, str]:
    return {name: _as_text(properties[name]) for name in names if name in properties}


def _changes(before: Properties, wanted: Properties, names: tuple[str, ...]) -> dict[str, str]:
    """The attributes that differ; one that is gone is emptied."""
    return {name: _as_text(wanted.get(name, "")) for name in names if before.get(name) != wanted.get(name)}


def _as_text(value: Any) -> str:
    if isinstance(value, dict):
        return json.dumps(value)
    return str(value).lower() if isinstance(value, bool) else str(value)
