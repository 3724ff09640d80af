"""The governance rules in force where a deployment has a file of its own.

The file is read again when a minute is over, so a change of it takes effect in minutes. While it cannot be read or
is wrong, the last good one stays: of this process, else as the state table keeps it, else the packaged rules.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING

from aws_lambda_powertools import single_metric
from aws_lambda_powertools.metrics import MetricUnit

from agent.observability import NAMESPACE, SERVICE, logger
from tools.domain.errors import BudgetAgentError
from tools.domain.kept_rules import KeptRules
from tools.domain.rules_alert import rules_alert
from tools.gateways import Clock
from tools.ports.governance import RulesProblem, RulesSource
from tools.ports.state import StateStore

if TYPE_CHECKING:
    from tools.domain.governance.rule_set import RuleSet

SECONDS_HELD = 60.0
"""How long rules are held before their file is read again."""

Held = tuple["RuleSet", RulesProblem | None]


def report_unusable(source: str, problem: RulesProblem) -> None:
    """Tell whoever watches the log and the metrics that a rules file cannot be used and others are in force."""
    logger.error("governance rules not usable", source=source, error_code=problem.code, reason=problem.reason)
    with single_metric("GovernanceFileInvalid", MetricUnit.Count, 1, namespace=NAMESPACE) as metric:
        metric.add_dimension("service", SERVICE)


class RulesOfFile:
    """`GovernanceRules` out of a file. `state` gives the agent's memory, `seconds` is a clock that goes on."""

    def __init__(
        self,
        source: RulesSource,
        state: Callable[[], StateStore | None],
        account_id: str,
        clock: Callable[[], Clock],
        seconds: Callable[[], float] = monotonic,
    ) -> None:
        self._source = source
        self._state = state
        self._account_id = account_id
        self._clock = clock
        self._seconds = seconds
        self._held: Held | None = None
        self._held_until = 0.0
        self._good: KeptRules | None = None

    def in_force(self) -> Held:
        """The rules, and what is wrong with their file. Raises nothing of AWS's."""
        if self._held is None or self._seconds() >= self._held_until:
            self._held = self._read()
            self._held_until = self._seconds() + SECONDS_HELD
        return self._held

    def _read(self) -> Held:
        from tools.domain.governance.rules_file import read_rules

        source = self._source.name
        try:
            text = self._source.read()
            rules = read_rules(text, source)
        except BudgetAgentError as error:
            rules, which = self._last_good()
            problem = RulesProblem(
                error.code, f"{source} cannot be used, so {which} in force. {error.message}", error.retryable
            )
            report_unusable(source, problem)
            self._announce(problem)
            return rules, problem
        return rules, self._keep(text)

    def _keep(self, text: str) -> RulesProblem | None:
        """Keep a good text for a time without one; what keeps it from being kept is said, and the rules stand."""
        if self._good is not None and self._good.text == text:
            return None
        try:
            good = KeptRules(self._source.name, text, self._clock().now())
            state = self._state()
            if state is not None:
                state.keep_rules(self._account_id, good)
        except BudgetAgentError as error:
            logger.warning("governance rules not kept", source=self._source.name, error_code=error.code)
            return RulesProblem(
                error.code,
                f"The rules of {self._source.name} are in force, and could not be kept for a time when it cannot "
                f"be read. {error.message}",
                error.retryable,
            )
        self._good = good
        return None

    def _announce(self, problem: RulesProblem) -> None:
        """Let the channels tell it, once a day; the log and the metric tell it whatever the outbox does."""
        try:
            state = self._state()
            if state is not None:
                now = self._clock().now()
                state.announce(
                    rules_alert(self._account_id, self._source.name, problem.code, problem.reason, now)
                )
        except BudgetAgentError as error:
            logger.warning("governance alert not kept", error_code=error.code)

    def _last_good(self) -> tuple[RuleSet, str]:
        """The last good rules, and in words which these are."""
        from tools.domain.governance.packaged import packaged_rules
        from tools.domain.governance.rules_file import read_rules

        good = self._good or self._remembered()
        if good is not None:
            moment = f"{good.kept_at:%Y-%m-%dT%H:%M:%SZ}"
            try:
                return read_rules(good.text, f"{good.source} of {moment}"), f"that of {moment} stays"
            except BudgetAgentError as error:
                # It was good for an earlier version of the agent.
                logger.warning(
                    "kept governance rules not usable", error_code=error.code, reason=error.message
                )
        return packaged_rules(), "the packaged rules are"

    def _remembered(self) -> KeptRules | None:
        """What the state table keeps. One that does not answer is told, and counts as one that keeps nothing."""
        try:
            state = self._state()
            return None if state is None else state.kept_rules(self._account_id, self._source.name)
        except BudgetAgentError as error:
            logger.error("kept governance rules not read", error_code=error.code)
            return None
