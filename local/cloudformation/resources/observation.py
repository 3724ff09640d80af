"""Log groups, alarms and dashboards."""

from local.cloudformation.resources._resource import Made, Properties, ResourceType, Services, refuse_existing


class LogGroup(ResourceType):
    """A log group and how long it keeps."""

    name = "AWS::Logs::LogGroup"
    name_property = "LogGroupName"
    properties = frozenset(("LogGroupName", "RetentionInDays"))

    def create(self, services: Services, wanted: Properties) -> Made:
        """CreateLogGroup."""
        logs, name = services("logs"), wanted["LogGroupName"]
        logs.create_log_group(logGroupName=name)
        groups = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
        return Made(name, {"Arn": next(each["arn"] for each in groups if each["logGroupName"] == name)})

    def complete(self, services: Services, made: Made, wanted: Properties) -> None:
        """Say how long it keeps."""
        self.update(services, made, {}, wanted)

    def update(self, services: Services, made: Made, before: Properties, wanted: Properties) -> None:
        """PutRetentionPolicy, or keep for ever."""
        days = wanted.get("RetentionInDays")
        if days is not None:
            services("logs").put_retention_policy(logGroupName=made.physical_id, retentionInDays=days)
        elif "RetentionInDays" in before:
            services("logs").delete_retention_policy(logGroupName=made.physical_id)

    def delete(self, services: Services, made: Made, properties: Properties) -> None:
        """DeleteLogGroup with what it holds."""
        services("logs").delete_log_group(logGroupName=made.physical_id)


class Alarm(ResourceType):
    """An alarm on one metric."""

    name = "AWS::CloudWatch::Alarm"
    name_property = "AlarmName"
    properties = frozenset(
        (
            "ActionsEnabled",
            "AlarmActions",
            "AlarmDescription",
            "AlarmName",
            "ComparisonOperator",
            "DatapointsToAlarm",
            "Dimensions",
            "EvaluationPeriods",
            "ExtendedStatistic",
            "InsufficientDataActions",
            "MetricName",
            "Namespace",
            "OKActions",
            "Period",
            "Statistic",
            "Threshold",
            "TreatMissingData",
            "Unit",
        )
    )

    def create(self, services: Services, wanted: Properties) -> Made:
        """PutMetricAlarm, unless it is there."""
        watch, name = services("cloudwatch"), wanted["AlarmName"]
        there = watch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
        refuse_existing(bool(there), self.name, name)
        watch.put_metric_alarm(**wanted)
        return Made(name, {"Arn": watch.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]["AlarmArn"]})

    def update(self, services: Services, made: Made, before: Properties, wanted: Properties) -> None:
        """PutMetricAlarm, which sets everything anew."""
        services("cloudwatch").put_metric_alarm(**wanted)

    def delete(self, services: Services, made: Made, properties: Properties) -> None:
        """DeleteAlarms."""
        services("cloudwatch").delete_alarms(AlarmNames=[made.physical_id])


class Dashboard(ResourceType):
    """A dashboard."""

    name = "AWS::CloudWatch::Dashboard"
    name_property = "DashboardName"
    properties = frozenset(("DashboardName", "DashboardBody"))

    def create(self, services: Services, wanted: Properties) -> Made:
        """PutDashboard, unless it is there."""
        watch, name = services("cloudwatch"), wanted["DashboardName"]
        listed = watch.list_dashboards(DashboardNamePrefix=name)["DashboardEntries"]
        refuse_existing(any(each["DashboardName"] == name for each in listed), self.name, name)
        watch.put_dashboard(**wanted)
        return Made(name)

    def update(self, services: Services, made: Made, before: Properties, wanted: Properties) -> None:
        """PutDashboard, which sets everything anew."""
        services("cloudwatch").put_dashboard(**wanted)

    def delete(self, services: Services, made: Made, properties: Properties) -> None:
        """DeleteDashboards."""
        services("cloudwatch").delete_dashboards(DashboardNames=[made.physical_id])
