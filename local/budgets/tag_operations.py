"""Operations on the tags of budgets and budget actions."""

from typing import Any

from moto.core.responses import ActionResult

from local.budgets.errors import access_denied, not_found
from local.budgets.request import BudgetsRequest
from local.budgets.tags import merge_tags, read_arn


class TagOperations(BudgetsRequest):
    """ListTagsForResource, TagResource and UntagResource."""

    def list_tags_for_resource(self) -> ActionResult:
        """The tags of a resource, by key."""
        tags = self._tagged().tags
        return ActionResult({"ResourceTags": [{"Key": key, "Value": tags[key]} for key in sorted(tags)]})

    def tag_resource(self) -> None:
        """Add or overwrite tags."""
        resource = self._tagged()
        resource.tags = merge_tags(resource.tags, self.params["ResourceTags"])

    def untag_resource(self) -> None:
        """Remove tags; keys that are not there are passed over."""
        resource = self._tagged()
        gone = set(self.params["ResourceTagKeys"])
        resource.tags = {key: value for key, value in resource.tags.items() if key not in gone}

    def _tagged(self) -> Any:
        arn = self.params["ResourceARN"]
        account_id, name, action_id = read_arn(arn)
        if account_id != self.store.account_id:
            raise access_denied(f"{arn} does not belong to account {self.store.account_id}")
        budget = self.store.budgets.get(name)
        resource = budget if action_id is None or budget is None else budget.actions.get(action_id)
        if resource is None:
            raise not_found(f"Unable to get resource: {arn} - the resource doesn't exist.")
        return resource
