"""undo_change: what a recorded change did to a budget, taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from pydantic import Field

from tools.actions._action import Incomplete, Model, MutatingParameters, action
from tools.actions._defined_budget import DefinedBudget, defined_budget
from tools.actions._governance import ChangeResult
from tools.actions._recording import Recorder
from tools.actions._reply import Moment, as_json, read_or_say
from tools.actions._steps import CallView, calls_for, perform
from tools.domain.audit import AuditEntry, Change
from tools.domain.budget import BudgetDefinition
from tools.domain.budget_records import BudgetRecord, RecordedAction, UndoRecord
from tools.domain.budget_steps import BudgetStep, CreateAction, DeleteBudget
from tools.domain.definition_changes import standing_definition
from tools.domain.differences import Difference
from tools.domain.errors import BudgetNotFound, InvalidParameters, StateUnavailable, problem_with
from tools.domain.notifications import Notification
from tools.domain.planned_change import NewBudget, PlannedChange
from tools.domain.quoting import quoted
from tools.domain.undoing import differences_from, restorable, steps_back, undo_record_of
from tools.gateways import Gateways


class UndoChangeParameters(MutatingParameters):
    """Which change."""

    change_id: str = Field(min_length=1, max_length=100, description="The change_id that list_changes shows.")
    force: bool = Field(
        default=False,
        description="Undo it although the budget was changed since: that later change is lost too.",
    )


class ChangedSince(Model):
    """Where the budget is not as the change left it."""

    what: str
    left: str = Field(description="As the change left it.")
    stands: str = Field(description="As it stands now.")


class UndoneChange(Model):
    """The change that is undone."""

    change_id: str
    at: Moment
    action: str
    reason: str | None


class UndoChangeResult(ChangeResult):
    """The budget before and after undoing, and what was done."""

    undone: bool = Field(description="False where nothing was left to undo, and in a dry run.")
    dry_run: bool
    budget_name: str
    undoes: UndoneChange
    changed_since: list[ChangedSince] = Field(
        description="Empty where it stood as the change had left it, or stands already as before the change."
    )
    before: DefinedBudget | None = Field(description="Null where there was no such budget.")
    after: DefinedBudget | None = Field(
        description="As it stands now, in a dry run as it would; null where there is no such budget then."
    )
    done: list[str] = Field(description="Every call that was made, in words and in order.")
    calls: list[CallView] | None = Field(description="Dry run only: the calls that would be made, in order.")
    change_id: str | None = Field(description="Of the undoing itself, which can be undone in the same way.")


@action(
    mutates=True,
    records_itself=True,
    example={"change_id": "2026-10-20T12:00:00.000000Z#0123456789abcdef-0123456789abcdef"},
)
def undo_change(parameters: UndoChangeParameters, gateways: Gateways) -> UndoChangeResult:
    """Take one recorded change of a budget back: restore its limit, filters, notifications and tags of before.

    Use it after update_budget, adjust_budgets, create_budget or delete_budget went wrong; list_changes shows the
    change_id. A budget that was changed since is left alone and the differences are said, unless force is set.
    Undoing is recorded and can be undone. The same request sent again finds nothing left to do.
    """
    account_id = parameters.account_id or gateways.identity.account_id
    incomplete: list[Incomplete] = []
    entry = _entry(parameters.change_id, account_id, gateways)
    record, name = undo_record_of(entry), entry.budget_name or ""
    now = gateways.clock.now()
    standing = _standing(name, record, account_id, gateways)
    is_back = not differences_from(record.before, standing, now)
    since = [] if is_back else differences_from(record.after, standing, now)
    if since and not parameters.force and not parameters.dry_run:
        raise _changed_since(name, entry, since)
    _require_a_way(name, record, standing)
    told = None if standing is None else standing.notifications
    if standing is not None and told is None:
        told = read_or_say(
            "notifications", incomplete, lambda: gateways.budgets.notifications_of(account_id, name)
        )
    way = _Way(record.before, standing, account_id, name, gateways, now, told)
    done, calls, change_id = list[str](), None, None
    if parameters.dry_run:
        calls = [] if is_back else way.calls()
    elif not is_back:
        recorder = Recorder(gateways, account_id, undo_change.name, parameters.reason, incomplete)
        done, change_id = recorder.recorded(name, way.taken)
    return UndoChangeResult(
        undone=bool(done),
        dry_run=parameters.dry_run,
        budget_name=name,
        undoes=UndoneChange(change_id=entry.position, at=entry.at, action=entry.action, reason=entry.reason),
        changed_since=[ChangedSince(what=each.what, left=each.existing, stands=each.asked) for each in since],
        before=way.view(standing),
        after=way.view(way.end),
        done=done,
        calls=calls,
        change_id=change_id,
        incomplete=incomplete,
    )


def _entry(change_id: str, account_id: str, gateways: Gateways) -> AuditEntry:
    """The recorded change. Raises InvalidParameters where there is none of that id."""
    if gateways.state is None:
        raise StateUnavailable(
            "Nothing can be undone, because no state table is configured that would remember what was before; "
            "name one in BUDGET_STATE_TABLE."
        )
    entry = gateways.state.change(account_id, change_id)
    if entry is None or entry.budget_name is None:
        raise InvalidParameters.because(
            "change_id", f"no change of a budget is recorded as {quoted(change_id)}", "one from list_changes"
        )
    return entry


def _standing(name: str, record: UndoRecord, account_id: str, gateways: Gateways) -> BudgetRecord | None:
    """The budget as it stands, as far as the record speaks of it; None where there is no such budget."""
    budgets = gateways.budgets
    try:
        definition = budgets.get_budget(account_id, name).definition
    except BudgetNotFound:
        if record.after is not None and record.before is not None:
            raise
        return None
    sides = [each for each in (record.before, record.after) if each is not None]
    return BudgetRecord(
        definition=standing_definition(definition, gateways.clock.now()),
        notifications=budgets.notifications_of(account_id, name)
        if any(each.notifications is not None for each in sides)
        else None,
        tags=budgets.tags_of(account_id, name) if any(each.tags is not None for each in sides) else None,
        actions=_attached(account_id, name, gateways)
        if any(each.actions is not None for each in sides)
        else None,
    )


def _attached(account_id: str, name: str, gateways: Gateways) -> tuple[RecordedAction, ...]:
    found = gateways.budgets.budget_actions_of(account_id, name)
    return tuple(
        RecordedAction(definition=each.definition, tags=gateways.budgets.tags_of(account_id, name, each.id))
        for each in found
    )


def _require_a_way(name: str, record: UndoRecord, standing: BudgetRecord | None) -> None:
    """What no force helps against. Raises InvalidParameters."""
    if record.before is None and standing is not None and standing.actions:
        raise InvalidParameters.because(
            "change_id",
            f"undoing it would delete '{name}', which has budget actions by now",
            "delete_budget, which says what they leave behind",
        )


def _changed_since(name: str, entry: AuditEntry, since: list[Difference]) -> InvalidParameters:
    sentences = "; ".join(f"{each.what}: {each.existing} then, {each.asked} now" for each in since)
    problem = problem_with(
        "change_id",
        f"'{name}' was changed since {entry.action} at {entry.at:%Y-%m-%dT%H:%M:%SZ}: {sentences}",
        "force, which gives up the later change too",
    )
    return InvalidParameters(
        f"Nothing was undone. {problem['problem']}. Set force to undo it all the same.",
        {
            "problems": [problem],
            "changed_since": [
                {"what": each.what, "left": each.existing, "stands": each.asked} for each in since
            ],
        },
    )


@dataclass(frozen=True)
class _Way:
    """From what stands to what stood: as calls of a dry run, or as a change.

    `to` is None where there will be no budget, `standing` where there is none; `told` are the notifications that
    stand, None where they could not be read.
    """

    to: BudgetRecord | None
    standing: BudgetRecord | None
    account_id: str
    name: str
    gateways: Gateways
    now: datetime
    told: tuple[Notification, ...] | None

    def view(self, record: BudgetRecord | None) -> DefinedBudget | None:
        """A budget on either side, with the notifications that stand where they are left alone."""
        if record is None:
            return None
        told = self.told if record.notifications is None else record.notifications
        return defined_budget(record.definition, told, self.now)

    @property
    def end(self) -> BudgetRecord | None:
        """The budget as it will stand, with the parts that are left alone."""
        if self.to is None:
            return None
        definition, standing = restorable(self.to.definition, self.now), self.standing
        if standing is None:
            return replace(self.to, definition=definition)
        return BudgetRecord(
            definition=replace(definition, starts=definition.starts or standing.definition.starts),
            notifications=standing.notifications if self.to.notifications is None else self.to.notifications,
            tags=standing.tags if self.to.tags is None else self.to.tags,
            actions=standing.actions,
        )

    @property
    def steps(self) -> list[BudgetStep]:
        """The steps on the budget that stands, or those on one that is made again first."""
        if self.to is None:
            return [DeleteBudget()]
        if self.standing is None:
            return [CreateAction(each.definition, each.tags) for each in self.to.actions or ()]
        return steps_back(self.to, self.standing, self.now)

    def calls(self) -> list[CallView]:
        """What would be sent."""
        if self.standing is not None or self.end is None:
            return calls_for(self.steps, self.account_id, self.name, self.gateways)
        self._consider(self.end)
        budgets = self.gateways.budgets
        request = budgets.create_budget_request(self.account_id, *_new_budget(self.end))
        calls = [CallView(operation="CreateBudget", does=_MAKE_IT_AGAIN, request=as_json(request))]
        for step in self.steps:
            operation, sent = budgets.call_for(self.account_id, self.name, step)
            calls.append(CallView(operation=operation, does=step.in_words(), request=as_json(sent)))
        return calls

    def taken(self) -> tuple[list[str], Change]:
        """Go it: what was done, and the change for the audit entry."""
        done: list[str] = []
        if self.standing is None and self.end is not None:
            self._consider(self.end)
            self.gateways.budgets.create_budget(self.account_id, *_new_budget(self.end))
            done.append(_MAKE_IT_AGAIN)
        done += perform(self.steps, self.account_id, self.name, self.gateways)
        before, after = self.view(self.standing), self.view(self.end)
        return done, Change(
            before=None if before is None else before.model_dump(mode="json"),
            after={**({} if after is None else after.model_dump(mode="json")), "done": done},
            undo=UndoRecord(before=self.standing, after=self.end).as_json(),
        )

    def _consider(self, record: BudgetRecord) -> None:
        """Have the budget that is made again judged with its budget actions, before the first call."""
        self.gateways.gate.consider(
            PlannedChange(
                account_id=self.account_id,
                budget_name=self.name,
                created=NewBudget(*_new_budget(record)),
                steps=tuple(self.steps),
            )
        )


_MAKE_IT_AGAIN = "create the budget"


def _new_budget(
    record: BudgetRecord,
) -> tuple[BudgetDefinition, tuple[Notification, ...], Mapping[str, str]]:
    return record.definition, record.notifications or (), record.tags or {}
