"""EventBridge Scheduler's groups and schedules."""

from local.cloudformation.resources._resource import Made, Properties, ResourceType, Services, pick


class ScheduleGroup(ResourceType):
    """A group of schedules."""

    name = "AWS::Scheduler::ScheduleGroup"
    name_property = "Name"
    properties = frozenset(("Name",))

    def create(self, services: Services, wanted: Properties) -> Made:
        """CreateScheduleGroup."""
        arn = services("scheduler").create_schedule_group(Name=wanted["Name"])["ScheduleGroupArn"]
        return Made(wanted["Name"], {"Arn": arn})

    def update(self, services: Services, made: Made, before: Properties, wanted: Properties) -> None:
        """Nothing: a group has its name only."""

    def delete(self, services: Services, made: Made, properties: Properties) -> None:
        """DeleteScheduleGroup with its schedules."""
        services("scheduler").delete_schedule_group(Name=made.physical_id)


class Schedule(ResourceType):
    """A schedule."""

    name = "AWS::Scheduler::Schedule"
    name_property = "Name"
    properties = frozenset(
        (
            "Name",
            "GroupName",
            "Description",
            "ScheduleExpression",
            "ScheduleExpressionTimezone",
            "FlexibleTimeWindow",
            "StartDate",
            "EndDate",
            "State",
            "Target",
            "KmsKeyArn",
        )
    )

    def create(self, services: Services, wanted: Properties) -> Made:
        """CreateSchedule."""
        arn = services("scheduler").create_schedule(**wanted)["ScheduleArn"]
        return Made(wanted["Name"], {"Arn": arn})

    def update(self, services: Services, made: Made, before: Properties, wanted: Properties) -> None:
        """UpdateSchedule, which sets everything anew."""
        services("scheduler").update_schedule(**wanted)

    def delete(self, services: Services, made: Made, properties: Properties) -> None:
        """DeleteSchedule."""
        services("scheduler").delete_schedule(Name=made.physical_id, **pick(properties, "GroupName"))
