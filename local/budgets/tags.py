"""Tags of budgets and budget actions, and the ARNs that name them."""

import re
from collections.abc import Iterable, Mapping

from local.budgets.errors import invalid_parameter, quota_exceeded

# The number of tags AWS allows on most resources; AWS Budgets states none of its own.
MOST_TAGS = 50

_ARN = re.compile(
    r"arn:aws[a-z-]*:budgets::(?P<account>\d{12}):budget/(?P<name>.+?)(?:/action/(?P<action>[^/]+))?"
)


def read_arn(arn: str) -> tuple[str, str, str | None]:
    """Account, budget name and action id (None for a budget) of an ARN. Raises Refused if it is none."""
    found = find_arn(arn)
    if found is None:
        raise invalid_parameter(f"{arn} is not the ARN of a budget or budget action")
    return found


def find_arn(arn: str) -> tuple[str, str, str | None] | None:
    """Account, budget name and action id as `read_arn` has them; None if it is no such ARN."""
    read = _ARN.fullmatch(arn)
    return None if read is None else (read["account"], read["name"], read["action"])


def merge_tags(present: Mapping[str, str], added: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """The tags with others added or overwritten. Raises Refused for a reserved or repeated key, or too many."""
    merged, seen = dict(present), set[str]()
    for tag in added:
        key = tag["Key"]
        if key.lower().startswith("aws:"):
            raise invalid_parameter(f"the tag key {key} is reserved: keys do not begin with aws:")
        if key in seen:
            raise invalid_parameter(f"the tag key {key} is given twice")
        seen.add(key)
        merged[key] = tag["Value"]
    if len(merged) > MOST_TAGS:
        raise quota_exceeded(f"a resource can only have {MOST_TAGS} tags")
    return merged
