"""The tags of a budget or budget action as condition keys, by which policies can speak about it."""

from collections.abc import Mapping

from local.budgets.accounts import store_of
from local.budgets.store import LOCK
from local.budgets.tags import find_arn


def resource_tags(arn: str, account_id: str) -> Mapping[str, str]:
    """`aws:resourcetag/KEY`, lower-case, for each tag of the resource; empty for what is no budget of the account.

    Source: Service Authorization Reference, condition keys of AWS Budgets. Tags of other services' resources
    are not known here.
    """
    found = find_arn(arn)
    if found is None or found[0] != account_id:
        return {}
    _, name, action_id = found
    with LOCK:
        budget = store_of(account_id, "aws").budgets.get(name)
        resource = budget if action_id is None or budget is None else budget.actions.get(action_id)
        tags = {} if resource is None else dict(resource.tags)
    return {f"aws:resourcetag/{key.lower()}": value for key, value in tags.items()}
