"""list_changes: what this agent changed, who asked for it, why, and what became of it."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from tools.actions._action import BudgetName, Model, Parameters, Result, WholeNumber, action
from tools.actions._choices import MomentInput
from tools.actions._reply import Moment
from tools.domain.audit import AuditEntry
from tools.domain.errors import InvalidParameters, StateUnavailable
from tools.domain.paging import as_many_as_fit, key_in, token_after
from tools.domain.undoing import why_not
from tools.gateways import Gateways


class ListChangesParameters(Parameters):
    """Which changes."""

    budget_name: BudgetName | None = Field(default=None, description="Only changes of this budget.")
    since: MomentInput | None = Field(default=None, description="Only changes from this moment on.")
    until: MomentInput | None = Field(default=None, description="Only changes before this moment.")
    page_size: WholeNumber = Field(default=50, ge=1, le=500, description="Changes per reply.")
    next_token: str | None = Field(
        default=None,
        description="Continues where the reply before ended; send the same other parameters.",
    )


class RequesterView(Model):
    """Who asked, as far as Lambda shows it; CloudTrail's data events name the caller of an invocation."""

    invocation_id: str | None
    function_arn: str | None
    cognito_identity_id: str | None
    request_id: str | None
    source: str | None = Field(description="The kind of event it came with; null in entries older than this.")
    principal: str | None = Field(description="The caller whom that event names; null where it names none.")


class RecordedChange(Model):
    """One change."""

    change_id: str = Field(description="For undo_change.")
    at: Moment
    action: str
    budget_name: str | None
    outcome: str = Field(
        description="CHANGED, UNCHANGED (it stood already as asked), FAILED, or STARTED: its end is not known."
    )
    reason: str | None
    requester: RequesterView
    finished_at: Moment | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    error: dict[str, Any] | None
    can_be_undone: bool = Field(description="undo_change can restore what was before.")


class ListChangesResult(Result):
    """Changes, the newest first."""

    changes: list[RecordedChange]
    next_token: str | None


@action(mutates=False)
def list_changes(parameters: ListChangesParameters, gateways: Gateways) -> ListChangesResult:
    """List what this agent changed: which budget, who asked, why, before and after, and what became of it.

    Use it to find out who changed a budget, or whether a change that was not answered was made. Changes made by
    others, in the console for example, are not among them. Newest first. Changes nothing.
    """
    if gateways.state is None:
        raise StateUnavailable(
            "Changes are not recorded, because no state table is configured; name one in BUDGET_STATE_TABLE."
        )
    if parameters.since and parameters.until and parameters.since >= parameters.until:
        raise InvalidParameters.because("until", "is not after since", "a later moment than since")
    account_id = parameters.account_id or gateways.identity.account_id
    question = [account_id, parameters.model_dump(mode="json", exclude={"page_size", "next_token"})]
    page = gateways.state.changes(
        account_id,
        most=parameters.page_size,
        since=parameters.since,
        until=parameters.until,
        budget_name=parameters.budget_name,
        before=None if parameters.next_token is None else key_in(parameters.next_token, question),
    )
    shown = as_many_as_fit(page.entries, lambda each: len(_view(each).model_dump_json()) + 2)
    has_more = page.last is not None or len(shown) < len(page.entries)
    return ListChangesResult(
        changes=[_view(each) for each in shown],
        next_token=token_after(shown[-1].position, question) if has_more else None,
    )


def _view(entry: AuditEntry) -> RecordedChange:
    requester = entry.requester
    return RecordedChange(
        change_id=entry.position,
        at=entry.at,
        action=entry.action,
        budget_name=entry.budget_name,
        outcome=entry.outcome.value,
        reason=entry.reason,
        requester=RequesterView(
            invocation_id=requester.invocation_id,
            function_arn=requester.function_arn,
            cognito_identity_id=requester.cognito_identity_id,
            request_id=requester.request_id,
            source=requester.source,
            principal=requester.principal,
        ),
        finished_at=entry.finished_at,
        before=None if entry.before is None else dict(entry.before),
        after=None if entry.after is None else dict(entry.after),
        error=None if entry.error is None else dict(entry.error),
        can_be_undone=why_not(entry) is None,
    )
