"""One run over the budget actions of an account: look, decide, write down, ask AWS, look again.

AWS's state is read anew in every run and nothing is taken from the run before but what the records say, so a run
that ends anywhere is continued by the next.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from tools.actions._action import Incomplete
from tools.domain.action_records import ActionRecord, RecordChange, gone, observed, reminding, trying
from tools.domain.budget_action_states import ExecutionType
from tools.domain.budget_actions import BudgetAction
from tools.domain.budget_steps import ExecuteAction
from tools.domain.errors import BudgetAgentError, ResourceLocked
from tools.domain.money import Spend
from tools.domain.reconciliation import Decision, ReleaseMode, ReleasePolicy, decided
from tools.domain.standing import Standing
from tools.gateways import Gateways
from tools.ports.state import StateStore

RELEASE_TAG = "budget-agent:release"
"""A budget's tag that says who releases its restrictions: `automatic` or `manual`."""

_MOST_TRIES = 10


@dataclass(frozen=True, slots=True)
class Looked:
    """A budget action, what was decided, and whether AWS was asked for it."""

    action: BudgetAction
    decision: Decision
    executed: bool
    status_after: str


@dataclass(slots=True)
class Repairs:
    """How the records had to be brought up to AWS's truth."""

    begun: int = 0
    brought_up: int = 0
    forgotten: int = 0


@dataclass(kw_only=True)
class Reconciling:
    """One run. `standings` has no budget whose figures could not be read; a rehearsal writes and asks nothing."""

    gateways: Gateways
    state: StateStore
    account_id: str
    standings: Mapping[str, Standing]
    policy: ReleasePolicy
    is_rehearsal: bool
    now: datetime
    incomplete: list[Incomplete]
    repairs: Repairs = field(default_factory=Repairs)
    looked: list[Looked] = field(default_factory=list)
    _records: dict[str, ActionRecord] = field(default_factory=dict, init=False)
    _modes: dict[str, ReleaseMode | None] = field(default_factory=dict, init=False)

    def run(self, actions: Sequence[BudgetAction], *, is_everything: bool) -> None:
        """Look at every budget action. Raises the errors of the state table: what was done until then stands."""
        self._records = self._read_records()
        for action in actions:
            self._look_at(action)
        if is_everything:
            self._forget_what_is_gone(actions)
        self._look_again()

    def _look_at(self, action: BudgetAction) -> None:
        record = self._observe(action)
        decision = self._decide(action, record)
        executed = decision.execution is not None and self._execute(action, record, decision.execution)
        if decision.needs_person:
            self._remind(action, decision)
        self.looked.append(Looked(action, decision, executed, action.status))

    def _observe(self, action: BudgetAction) -> ActionRecord:
        """Bring the record up to AWS's state, and announce what is new."""
        position = f"{action.definition.budget_name}:{action.id}"
        for _ in range(_MOST_TRIES):
            record = self._records.get(position)
            change = observed(record, action, self.account_id, self._limit_of(action), self.now)
            if change is None:
                if record is None:
                    raise ValueError("A budget action without a record is always new")
                return record
            if self._save(change):
                self.repairs.begun += record is None
                self.repairs.brought_up += record is not None
                if change.after is None:
                    raise ValueError("What AWS has is not forgotten")
                return change.after
            self._records = self._read_records()
        raise ResourceLocked(
            f"Others keep changing what is remembered of budget action {action.id}; the next run goes on with it."
        )

    def _execute(self, action: BudgetAction, record: ActionRecord, execution: ExecutionType) -> bool:
        """Ask AWS, unless another run has just done so: the record is what only one of them can change."""
        if self.is_rehearsal or not self._save(trying(record)):
            return False
        name = action.definition.budget_name
        try:
            self.gateways.budgets.apply(self.account_id, name, ExecuteAction(action.id, execution))
        except BudgetAgentError as error:
            self._say(f"budget action {action.id} of '{name}'", error)
            return False
        return True

    def _remind(self, action: BudgetAction, decision: Decision) -> None:
        record = self._records.get(f"{action.definition.budget_name}:{action.id}")
        if record is None:
            return
        change = reminding(record, action, decision.why, self.now, first_after=decision.remind_after)
        if change is not None:
            # Somebody who was faster has reminded of it.
            self._save(change)

    def _forget_what_is_gone(self, actions: Sequence[BudgetAction]) -> None:
        present = {f"{each.definition.budget_name}:{each.id}" for each in actions}
        for position, record in list(self._records.items()):
            if position not in present and self._save(gone(record)):
                self.repairs.forgotten += 1

    def _look_again(self) -> None:
        """What became of the budget actions that AWS was asked about."""
        for budget_name in sorted(
            {each.action.definition.budget_name for each in self.looked if each.executed}
        ):
            try:
                found = self.gateways.budgets.budget_actions_of(self.account_id, budget_name)
            except BudgetAgentError as error:
                self._say(f"states after the run of '{budget_name}'", error)
                continue
            present = {each.id: each for each in found}
            for place, looked in enumerate(self.looked):
                after = present.get(looked.action.id)
                if looked.executed and after is not None:
                    self._observe(after)
                    self.looked[place] = Looked(looked.action, looked.decision, True, after.status)

    def _decide(self, action: BudgetAction, record: ActionRecord) -> Decision:
        """The decision under the budget's own policy. Its tags are read only where they decide."""
        standing = self.standings.get(action.definition.budget_name)
        automatic = replace(self.policy, mode=ReleaseMode.AUTOMATIC)
        decision = decided(action, record, standing, automatic, self.now)
        if decision.execution is not ExecutionType.REVERSE_BUDGET_ACTION:
            return decision
        mode = self._mode_of(action.definition.budget_name)
        if mode is None:
            return Decision(
                execution=None,
                why="The restriction has no cause any more; it stays for now, because the budget's tags, which "
                "say who releases it, could not be read.",
            )
        return decided(action, record, standing, replace(self.policy, mode=mode), self.now)

    def _mode_of(self, budget_name: str) -> ReleaseMode | None:
        """Who releases the budget's restrictions: its tag, else the run's policy; None when that is not known."""
        if budget_name not in self._modes:
            try:
                tags = self.gateways.budgets.tags_of(self.account_id, budget_name)
            except BudgetAgentError as error:
                self._say(f"tags of '{budget_name}'", error)
                self._modes[budget_name] = None
            else:
                self._modes[budget_name] = _mode_in(tags, self.policy.mode)
        return self._modes[budget_name]

    def _limit_of(self, action: BudgetAction) -> Spend | None:
        standing = self.standings.get(action.definition.budget_name)
        return None if standing is None else standing.limit

    def _save(self, change: RecordChange) -> bool:
        """Write a change, unless this is a rehearsal, and go on with it."""
        if not self.is_rehearsal and not self.state.save_action_record(change):
            return False
        subject = change.after or change.before
        if subject is not None and change.after is None:
            self._records.pop(subject.position, None)
        elif change.after is not None:
            self._records[change.after.position] = change.after
        return True

    def _read_records(self) -> dict[str, ActionRecord]:
        return {each.position: each for each in self.state.action_records(self.account_id)}

    def _say(self, part: str, error: BudgetAgentError) -> None:
        self.incomplete.append(
            Incomplete(part=part, code=error.code, reason=error.message, retryable=error.retryable)
        )


def _mode_in(tags: Mapping[str, str], usual: ReleaseMode) -> ReleaseMode:
    """What the tag says; a value that says neither leaves the decision to a person."""
    said = tags.get(RELEASE_TAG)
    if said is None:
        return usual
    return ReleaseMode.AUTOMATIC if said.strip().upper() == ReleaseMode.AUTOMATIC else ReleaseMode.MANUAL
