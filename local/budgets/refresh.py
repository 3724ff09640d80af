"""A data refresh: figures are read anew, periods roll over, alerts go out, actions run."""

from collections.abc import Iterable
from datetime import datetime
from weakref import WeakSet

from local.budgets.accounts import all_stores
from local.budgets.actions import Action, finish, rearm, trigger
from local.budgets.budget import Budget
from local.budgets.delivery import Message, deliver
from local.budgets.messages import action_body, action_subject, alert_body, alert_subject
from local.budgets.meter import Meter
from local.budgets.notifications import Notification
from local.budgets.store import LOCK, Store
from local.budgets.subscribers import Subscriber
from local.budgets.thresholds import is_crossed, threshold_amount
from local.clock import Clock
from local.world import current

_watched: WeakSet[Clock] = WeakSet()


def watch(clock: Clock) -> None:
    """Refresh every budget when this clock says so. Once is enough; more does nothing."""
    if clock in _watched:
        return
    _watched.add(clock)

    def refresh_if_served(moment: datetime) -> None:
        # A world that was replaced may still have a clock that somebody moves.
        if current().clock is clock:
            refresh_all(moment)

    clock.on_refresh(refresh_if_served)


def refresh_all(moment: datetime) -> None:
    """Refresh every budget of every account as of `moment`, aware UTC."""
    for store in all_stores():
        with LOCK:
            refresh(store, moment)
        post(store)


def refresh(store: Store, moment: datetime) -> None:
    """Refresh the budgets of one account. A budget whose time is over is deleted with all that hangs on it."""
    meter = store.meter()
    for budget in list(store.budgets.values()):
        if budget.has_ended(moment):
            del store.budgets[budget.name]
            continue
        _finish_work(store, budget, moment)
        if budget.roll_over(meter, moment):
            for action in budget.actions.values():
                rearm(action, budget.account_id, store.executor, moment)
        budget.measure(meter, moment)
        for notification in budget.notifications:
            _evaluate_notification(store, budget, notification, meter, moment)
        for action in list(budget.actions.values()):
            _evaluate_action(store, budget, action, moment)


def post(store: Store) -> None:
    """Deliver what is waiting, outside the lock: a subscriber may call AWS Budgets in turn."""
    with LOCK:
        waiting, store.outbox = store.outbox, []
    for message in waiting:
        deliver(message, store)


def _evaluate_notification(
    store: Store, budget: Budget, notification: Notification, meter: Meter, moment: datetime
) -> None:
    """ACTUAL alerts are sent once per period; FORECASTED ones again after the forecast fell back.

    Source: AWS Cost Management user guide, best practices for AWS Budgets.
    """
    is_in_alarm = budget.look_at(notification, meter, moment)
    figure, period_start = budget.watched(notification.kind, meter, moment)
    if not is_in_alarm:
        if notification.kind == "FORECASTED":
            notification.told_in = None
        return
    limit = budget.limit_watched(notification.kind, meter, moment)
    amount = threshold_amount(notification.threshold, notification.threshold_type, limit)
    if notification.told_in == period_start or figure is None or amount is None:
        return
    notification.told_in = period_start
    described = budget.describe() if limit is None else {**budget.describe(), "BudgetLimit": limit}
    body = alert_body(described, notification.describe(), amount, figure, budget.account_id, moment)
    _tell(store, budget, alert_subject(budget.name), body, notification.subscribers, moment)


def _evaluate_action(store: Store, budget: Budget, action: Action, moment: datetime) -> None:
    """An action is triggered when its threshold is exceeded; reversed ones wait for reset or a new period."""
    if action.status != "STANDBY" or not budget.has_begun(moment):
        return
    threshold = action.settings["ActionThreshold"]
    amount = threshold_amount(
        threshold["ActionThresholdValue"], threshold["ActionThresholdType"], budget.limit.spend
    )
    kind = action.settings["NotificationType"]
    figure = budget.figures.actual if kind == "ACTUAL" else budget.figures.forecasted
    if not is_crossed(figure, "GREATER_THAN", amount):
        return
    trigger(action, moment)
    complete_work(store, budget, action, moment)
    tell_about(store, budget, action, moment)


def _finish_work(store: Store, budget: Budget, moment: datetime) -> None:
    for action in budget.actions.values():
        if action.is_in_progress:
            finish(action, budget.account_id, store.executor, moment)
            tell_about(store, budget, action, moment)


def complete_work(store: Store, budget: Budget, action: Action, moment: datetime) -> None:
    """Do an action's work now, unless the store leaves it to the next refresh."""
    if action.is_in_progress and store.actions_finish_at_once:
        finish(action, budget.account_id, store.executor, moment)


def tell_about(store: Store, budget: Budget, action: Action, moment: datetime) -> None:
    """Tell the action's subscribers what its history says last."""
    body = action_body(action.describe(), action.events[-1].message, budget.account_id, moment)
    subscribers = action.settings["Subscribers"]
    _tell(store, budget, action_subject(budget.name), body, subscribers, moment)


def _tell(
    store: Store, budget: Budget, subject: str, body: str, subscribers: Iterable[Subscriber], moment: datetime
) -> None:
    message = Message(budget.account_id, budget.name, subject, body, tuple(subscribers), moment)
    store.outbox.append(message)
