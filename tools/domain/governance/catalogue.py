"""The list of governance rules: what is not here is not looked at."""

from __future__ import annotations

from tools.domain.governance._rule import Rule
from tools.domain.governance.actions_within_cost_cap import actions_within_cost_cap
from tools.domain.governance.automatic_only_where_allowed import automatic_only_where_allowed
from tools.domain.governance.email_domains_allowed import email_domains_allowed
from tools.domain.governance.every_account_has_a_budget import every_account_has_a_budget
from tools.domain.governance.large_budgets_act import large_budgets_act
from tools.domain.governance.limit_near_recent_spend import limit_near_recent_spend
from tools.domain.governance.mandatory_tags import mandatory_tags
from tools.domain.governance.name_pattern import name_pattern
from tools.domain.governance.only_allowed_policies import only_allowed_policies
from tools.domain.governance.protected_are_spared import protected_are_spared
from tools.domain.governance.someone_is_told import someone_is_told
from tools.domain.governance.thresholds_apart import thresholds_apart
from tools.domain.governance.warning_before_restriction import warning_before_restriction

RULES: tuple[Rule, ...] = (
    someone_is_told,
    warning_before_restriction,
    automatic_only_where_allowed,
    protected_are_spared,
    only_allowed_policies,
    limit_near_recent_spend,
    email_domains_allowed,
    mandatory_tags,
    name_pattern,
    thresholds_apart,
    actions_within_cost_cap,
    every_account_has_a_budget,
    large_budgets_act,
)

RULES_BY_ID = {each.id: each for each in RULES}
