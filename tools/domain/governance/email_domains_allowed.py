"""email_domains_allowed: figures leave the house only to addresses of the house."""

from __future__ import annotations

from fnmatch import fnmatchcase

from pydantic import Field

from tools.domain.governance._rule import Example, RuleParameters, Severity, a_budget, rule
from tools.domain.governance.governed import Facet, GovernedBudget
from tools.domain.subscriber_channels import ChannelName


class DomainsParameters(RuleParameters):
    """Who may be told by e-mail."""

    domains: tuple[str, ...] = Field(
        default=("*",), min_length=1, description="Domains of addresses, as patterns; * allows all."
    )

    def has_something_to_check(self) -> bool:
        """Whether not every domain is allowed."""
        return "*" not in self.domains


@rule(
    severity=Severity.ERROR,
    remedy="Name an address of an allowed domain, or an SNS topic.",
    looks_at=[Facet.SUBSCRIBERS, Facet.ACTIONS],
    good=Example((a_budget(),), parameters={"domains": ["example.com"]}),
    bad=Example((a_budget(notification_email="team-a@gmail.com"),), parameters={"domains": ["example.com"]}),
)
def email_domains_allowed(budget: GovernedBudget, parameters: DomainsParameters) -> list[str]:
    """E-mail goes only to addresses of allowed domains."""
    told = [
        *(each for notification in budget.notifications for each in notification.subscribers or ()),
        *(each for action in budget.actions for each in action.subscribers),
    ]
    addresses = dict.fromkeys(each.address for each in told if each.channel is ChannelName.EMAIL)
    return [
        f"{address} is not of {' or '.join(parameters.domains)}."
        for address in addresses
        if not _is_allowed(address, parameters)
    ]


def _is_allowed(address: str, parameters: DomainsParameters) -> bool:
    domain = address.rpartition("@")[2].lower()
    return any(fnmatchcase(domain, each.lower()) for each in parameters.domains)
