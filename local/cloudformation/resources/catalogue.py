"""Every resource type that the embedded CloudFormation builds."""

from collections.abc import Mapping

from local.cloudformation.resources._resource import ResourceType
from local.cloudformation.resources.functions import Alias, Function, Permission, Version
from local.cloudformation.resources.iam import ManagedPolicy, Role
from local.cloudformation.resources.messaging import Queue, QueuePolicy, Subscription, Topic, TopicPolicy
from local.cloudformation.resources.observation import Alarm, Dashboard, LogGroup
from local.cloudformation.resources.schedules import Schedule, ScheduleGroup
from local.cloudformation.resources.tables import Table
from local.cloudformation.resources.websockets import Api, Integration, Route, RouteResponse, Stage

RESOURCE_TYPES: Mapping[str, ResourceType] = {
    each.name: each
    for each in (
        Alarm(),
        Alias(),
        Api(),
        Dashboard(),
        Function(),
        Integration(),
        LogGroup(),
        ManagedPolicy(),
        Permission(),
        Queue(),
        QueuePolicy(),
        Role(),
        Route(),
        RouteResponse(),
        Schedule(),
        ScheduleGroup(),
        Stage(),
        Subscription(),
        Table(),
        Topic(),
        TopicPolicy(),
        Version(),
    )
}
