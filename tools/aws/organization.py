"""AWS Organizations as far as a budget action's targets go: policies, accounts and units, read only."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from tools.aws.iam import found_or_none, reading
from tools.domain.targets import Account, Policy

PERMISSIONS: Mapping[str, tuple[str, ...]] = {
    name: (f"organizations:{name}",)
    for name in (
        "DescribePolicy",
        "DescribeAccount",
        "DescribeOrganizationalUnit",
        "ListAccountsForParent",
        "ListOrganizationalUnitsForParent",
    )
}

# An account without an organization has none of its parts.
_NO_ORGANIZATION: Final = "AWSOrganizationsNotInUseException"
_SERVICE_CONTROL_POLICY: Final = "SERVICE_CONTROL_POLICY"


class AwsOrganization:
    """An organization through boto3. `client` gives the Organizations client."""

    def __init__(self, client: Callable[[], Any]) -> None:
        self._organizations = client

    def service_control_policy(self, policy_id: str) -> Policy | None:
        """DescribePolicy; policies of other types are none."""
        answer = self._one("DescribePolicy", "PolicyNotFoundException", PolicyId=policy_id)
        if answer is None or answer["Policy"]["PolicySummary"]["Type"] != _SERVICE_CONTROL_POLICY:
            return None
        return Policy(id=policy_id, document=json.loads(answer["Policy"]["Content"]))

    def accounts_under(self, target_id: str) -> tuple[Account, ...] | None:
        """The account itself, or those of the unit and of all units in it."""
        if target_id.isdigit():
            answer = self._one("DescribeAccount", "AccountNotFoundException", AccountId=target_id)
            return None if answer is None else (_account_from(answer["Account"]),)
        missing = "OrganizationalUnitNotFoundException"
        if self._one("DescribeOrganizationalUnit", missing, OrganizationalUnitId=target_id) is None:
            return None
        return tuple(self._in_unit(target_id))

    def _in_unit(self, unit_id: str) -> list[Account]:
        found = [_account_from(each) for each in self._pages("ListAccountsForParent", "Accounts", unit_id)]
        for each in self._pages("ListOrganizationalUnitsForParent", "OrganizationalUnits", unit_id):
            found += self._in_unit(each["Id"])
        return found

    def _pages(self, operation: str, key: str, parent_id: str) -> list[Mapping[str, Any]]:
        """All pages: Organizations may answer with an empty one and a token."""
        found: list[Mapping[str, Any]] = []
        request: dict[str, Any] = {"ParentId": parent_id}
        while True:
            page = self._one(operation, "ParentNotFoundException", **request)
            if page is None:
                return found
            found += page.get(key) or ()
            if not page.get("NextToken"):
                return found
            request["NextToken"] = page["NextToken"]

    def _one(self, operation: str, missing: str, **request: Any) -> Mapping[str, Any] | None:
        method = "".join(f"_{each.lower()}" if each.isupper() else each for each in operation)[1:]
        with reading(f"organizations:{operation}"):
            call = getattr(self._organizations(), method)
            return found_or_none(lambda: call(**request), missing, _NO_ORGANIZATION)


def _account_from(wire: Mapping[str, Any]) -> Account:
    # Status is retired in September 2026; State stands in its place (Organizations API reference).
    return Account(id=wire["Id"], name=wire["Name"], state=wire.get("State") or wire["Status"])
