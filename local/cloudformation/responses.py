"""The operations of CloudFormation."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlparse

from moto.cloudformation.models import cloudformation_backends
from moto.core.responses import ActionResult, BaseResponse, EmptyResult

from local.cloudformation.change_sets import ChangeSet
from local.cloudformation.descriptions import (
    describe_change,
    describe_event,
    describe_parameter,
    describe_resource,
    describe_stack,
)
from local.cloudformation.errors import ValidationError
from local.cloudformation.services import CallerServices
from local.cloudformation.stacks import Stacks, as_tags, reason_of, refuse_empty
from local.cloudformation.templates import capabilities_of, checked

# What would change the outcome and is not built.
_NOT_BUILT = (
    "ClientRequestToken",
    "ImportExistingResources",
    "IncludeNestedStacks",
    "NotificationARNs",
    "OnFailure",
    "OnStackFailure",
    "ResourcesToImport",
    "RetainExceptOnCreate",
    "RetainResources",
    "RoleARN",
    "RollbackConfiguration",
    "StackPolicyBody",
    "StackPolicyURL",
)
_HARMLESS = ("ClientRequestToken",)


class Response(BaseResponse):
    """One request; each operation is a method named like the boto3 method, reading `self.params`."""

    params: Mapping[str, Any]

    def __init__(self) -> None:
        super().__init__(service_name="cloudformation")
        self.automated_parameter_parsing = True

    def create_change_set(self) -> ActionResult:
        """CreateChangeSet: plan, and keep the plan."""
        self._refuse_what_is_not_built()
        kind = self.params.get("ChangeSetType", "UPDATE")
        if kind not in ("CREATE", "UPDATE"):
            raise ValidationError(f"The embedded AWS does not build change sets of type {kind}")
        body = self._body()
        change_set = self._stacks.create_change(self.params, body, is_creation=kind == "CREATE")
        self._stacks.keep(change_set)
        return ActionResult({"Id": change_set.arn, "StackId": change_set.wish.stack.place.stack_id})

    def describe_change_set(self) -> ActionResult:
        """DescribeChangeSet."""
        change_set = self._change_set()
        place = change_set.wish.stack.place
        return ActionResult(
            {
                "ChangeSetName": change_set.name,
                "ChangeSetId": change_set.arn,
                "StackId": place.stack_id,
                "StackName": place.stack_name,
                "Description": change_set.description,
                "Parameters": [describe_parameter(*each) for each in change_set.wish.parameters.items()],
                "CreationTime": change_set.created,
                "ExecutionStatus": change_set.execution_status,
                "Status": change_set.status,
                "StatusReason": reason_of(change_set),
                "Capabilities": list(change_set.capabilities),
                "Tags": as_tags(change_set.tags),
                "Changes": [describe_change(each) for each in change_set.changes],
            }
        )

    def list_change_sets(self) -> ActionResult:
        """ListChangeSets."""
        stack = self._stacks.find(self.params["StackName"])
        return ActionResult(
            {
                "Summaries": [
                    {
                        "StackId": stack.place.stack_id,
                        "StackName": stack.place.stack_name,
                        "ChangeSetId": each.arn,
                        "ChangeSetName": each.name,
                        "ExecutionStatus": each.execution_status,
                        "Status": each.status,
                        "StatusReason": reason_of(each),
                        "CreationTime": each.created,
                    }
                    for each in self._stacks.change_sets_of(stack)
                ]
            }
        )

    def delete_change_set(self) -> ActionResult:
        """DeleteChangeSet."""
        del self._stacks.change_sets[self._change_set().arn]
        return EmptyResult()

    def execute_change_set(self) -> ActionResult:
        """ExecuteChangeSet."""
        change_set = self._change_set()
        with self._services() as services:
            self._stacks.execute(change_set, services, rolls_back=not self.params.get("DisableRollback"))
        return EmptyResult()

    def create_stack(self) -> ActionResult:
        """CreateStack."""
        return self._deploy(is_creation=True)

    def update_stack(self) -> ActionResult:
        """UpdateStack."""
        return self._deploy(is_creation=False)

    def delete_stack(self) -> ActionResult:
        """DeleteStack."""
        self._refuse_what_is_not_built()
        with self._services() as services:
            self._stacks.remove(self.params["StackName"], services)
        return EmptyResult()

    def describe_stacks(self) -> ActionResult:
        """DescribeStacks: one, or all that are not deleted."""
        named = self.params.get("StackName")
        kept = self._stacks.kept.values()
        stacks = [self._stacks.find(named)] if named else [each for each in kept if each.deleted is None]
        return ActionResult({"Stacks": [describe_stack(each) for each in stacks]})

    def list_stacks(self) -> ActionResult:
        """ListStacks, the deleted ones too."""
        wanted = self.params.get("StackStatusFilter")
        return ActionResult(
            {
                "StackSummaries": [
                    {
                        "StackId": each.place.stack_id,
                        "StackName": each.place.stack_name,
                        "TemplateDescription": each.template.get("Description"),
                        "CreationTime": each.created,
                        "LastUpdatedTime": each.updated,
                        "DeletionTime": each.deleted,
                        "StackStatus": each.status,
                        "StackStatusReason": each.reason,
                    }
                    for each in self._stacks.kept.values()
                    if not wanted or each.status in wanted
                ]
            }
        )

    def describe_stack_events(self) -> ActionResult:
        """DescribeStackEvents, the newest first."""
        stack = self._stacks.find(self.params["StackName"])
        return ActionResult({"StackEvents": [describe_event(stack, each) for each in reversed(stack.events)]})

    def describe_stack_resources(self) -> ActionResult:
        """DescribeStackResources."""
        stack = self._stacks.find(self.params["StackName"])
        wanted = self.params.get("LogicalResourceId")
        return ActionResult(
            {
                "StackResources": [
                    {**describe_resource(each), "StackId": stack.place.stack_id, "Timestamp": each.changed}
                    | {"StackName": stack.place.stack_name}
                    for name, each in stack.resources.items()
                    if wanted in (None, name)
                ]
            }
        )

    def describe_stack_resource(self) -> ActionResult:
        """DescribeStackResource."""
        stack, name = self._stacks.find(self.params["StackName"]), self.params["LogicalResourceId"]
        if name not in stack.resources:
            raise ValidationError(f"Resource {name} does not exist for stack {stack.place.stack_name}")
        resource = stack.resources[name]
        described = {**describe_resource(resource), "LastUpdatedTimestamp": resource.changed}
        described |= {"StackId": stack.place.stack_id, "StackName": stack.place.stack_name}
        return ActionResult({"StackResourceDetail": described})

    def list_stack_resources(self) -> ActionResult:
        """ListStackResources."""
        stack = self._stacks.find(self.params["StackName"])
        return ActionResult(
            {
                "StackResourceSummaries": [
                    {**describe_resource(each), "LastUpdatedTimestamp": each.changed}
                    for each in stack.resources.values()
                ]
            }
        )

    def get_template(self) -> ActionResult:
        """GetTemplate, as it was sent."""
        stack = self._stacks.find(self.params["StackName"])
        return ActionResult({"TemplateBody": stack.body, "StagesAvailable": ["Original", "Processed"]})

    def validate_template(self) -> ActionResult:
        """ValidateTemplate."""
        return ActionResult(self._summary())

    def get_template_summary(self) -> ActionResult:
        """GetTemplateSummary of a template or of a stack's."""
        summary = self._summary()
        types = {each["Type"] for each in self._template().get("Resources", {}).values()}
        return ActionResult({**summary, "ResourceTypes": sorted(types)})

    def list_exports(self) -> ActionResult:
        """ListExports."""
        return ActionResult(
            {
                "Exports": [
                    {"ExportingStackId": stack.place.stack_id, "Name": output.export, "Value": output.value}
                    for stack in self._stacks.kept.values()
                    for output in stack.outputs
                    if output.export is not None
                ]
            }
        )

    @property
    def _stacks(self) -> Stacks:
        backend: Any = cloudformation_backends[self.current_account][self.region]
        stacks: Stacks = backend.store
        return stacks

    def _deploy(self, *, is_creation: bool) -> ActionResult:
        self._refuse_what_is_not_built()
        change_set = self._stacks.create_change(self.params, self._body(), is_creation=is_creation)
        refuse_empty(change_set)
        stack = change_set.wish.stack
        self._stacks.hold(stack)
        with self._services() as services:
            self._stacks.execute(change_set, services, rolls_back=not self.params.get("DisableRollback"))
        return ActionResult({"StackId": stack.place.stack_id})

    def _change_set(self) -> ChangeSet:
        return self._stacks.find_change_set(self.params["ChangeSetName"], self.params.get("StackName"))

    def _refuse_what_is_not_built(self) -> None:
        given = [name for name in _NOT_BUILT if self.params.get(name) and name not in _HARMLESS]
        if given:
            raise ValidationError(f"The embedded AWS does not build {', '.join(given)} of stacks")

    def _body(self) -> str:
        if self.params.get("UsePreviousTemplate"):
            return self._stacks.find(self.params["StackName"]).body
        if "TemplateBody" in self.params:
            return str(self.params["TemplateBody"])
        if "TemplateURL" not in self.params:
            raise ValidationError("Either Template URL or Template Body must be specified.")
        # Path style, as the AWS CLI writes them: https://s3.amazonaws.com/bucket/key.
        bucket, _, key = urlparse(self.params["TemplateURL"]).path.lstrip("/").partition("/")
        with self._services() as services:
            text: bytes = services("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
        return text.decode("utf-8")

    def _template(self) -> Mapping[str, Any]:
        if "StackName" in self.params:
            return self._stacks.find(self.params["StackName"]).template
        return checked(self._body())

    def _summary(self) -> dict[str, Any]:
        template = self._template()
        return {
            "Description": template.get("Description"),
            "Parameters": [
                {
                    "ParameterKey": name,
                    "DefaultValue": None if "Default" not in each else str(each["Default"]),
                    "NoEcho": bool(each.get("NoEcho", False)),
                    "Description": each.get("Description"),
                }
                for name, each in template.get("Parameters", {}).items()
            ],
            "Capabilities": capabilities_of(template) if template else [],
        }

    def _services(self) -> CallerServices:
        token = self.headers.get("X-Amz-Security-Token")
        return CallerServices(f"http://{self.headers['Host']}", self.region, self.access_key, token)
