"""What AWS Budgets writes to SNS topics, read by its label lines: what it says, never that it is so.

The text is plain, not JSON. Its form is that of messages recorded from the real service between 2019 and 2026,
which agree: a heading, the account, one line of prose, six label lines. Only cost budgets are recorded; the others
are read by analogy. Anybody who may publish to the topic can write anything: every figure is for AWS to confirm.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from tools.domain.money import PERCENTAGE, USD, Spend
from tools.domain.names import problem_with_budget_name
from tools.domain.notifications import HIGHEST_THRESHOLD, ComparisonOperator, NotificationType

LONGEST_READ = 20_000
"""Characters of a message that are looked at: one with a name of 100 characters has about 1,000."""

_NAME, _TYPE, _BUDGETED = "budget name", "budget type", "budgeted amount"
_FIGURE, _THRESHOLD, _AMOUNT = "alert type", "alert threshold", "amount"
_ACCOUNT = "account"

_LABEL = re.compile(
    r"^[ \t]*(?P<label>budget name|budget type|budgeted amount|alert type|alert threshold"
    r"|(?P<kind>actual|forecasted) amount)[ \t]*:[ \t]?",
    re.MULTILINE | re.IGNORECASE,
)
_ACTION_LABEL = re.compile(r"^[ \t]*action (?:id|status)[ \t]*:", re.MULTILINE | re.IGNORECASE)
_HEADING = re.compile(r"^[ \t]*AWS Budget Notification\b", re.MULTILINE | re.IGNORECASE)
_ACCOUNT_LINE = re.compile(r"^[ \t]*AWS Account[ \t]*:?[ \t]*(?P<account>.*)$", re.MULTILINE | re.IGNORECASE)
_SUBJECT = re.compile(r"AWS Budgets: (?P<name>.+) has exceeded your alert threshold", re.DOTALL)
_NUMBER = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?"
_SPEND = re.compile(rf"(?P<sign>-?)(?P<dollar>\$?)(?P<number>{_NUMBER})[ \t]*(?P<unit>%|[^\s0-9$%.,].*)?")
_SIGNED = re.compile(r"(?P<sign>[<>=])[ \t]*(?P<amount>.*)")
_MOST_DIGITS = 24

_SIGNS = {
    ">": ComparisonOperator.GREATER_THAN,
    "<": ComparisonOperator.LESS_THAN,
    "=": ComparisonOperator.EQUAL_TO,
}
_WORDS = {
    "greater than": ComparisonOperator.GREATER_THAN,
    "less than": ComparisonOperator.LESS_THAN,
    "equal to": ComparisonOperator.EQUAL_TO,
}

_BEFORE_NAME = "associated with your "
_PROSE_FIGURE = re.compile(r"\bthe (?P<kind>ACTUAL|FORECASTED)\b")
_PROSE_THRESHOLD = re.compile(rf" budget is (?P<words>{'|'.join(_WORDS)}) (?P<amount>-?\$?{_NUMBER}%?)")
_PROSE_AMOUNT = re.compile(rf"associated with this budget is (?P<amount>-?\$?{_NUMBER}%?)")


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedNotification:
    """What a message says of one threshold of one budget. What it does not say is None.

    `budget_type` is AWS's word, such as `Cost`. `threshold` is an amount even where the budget watches a
    percentage. `disagreements` are the parts on which prose and label lines, or two label lines, differ; the label
    lines are what is told. `unreadable` are the parts that say something which cannot be what it should be.
    """

    name: str
    account_id: str | None = None
    budget_type: str | None = None
    budgeted: Spend | None = None
    figure: NotificationType | None = None
    operator: ComparisonOperator | None = None
    threshold: Spend | None = None
    amount: Spend | None = None
    is_about_yesterday: bool = False
    disagreements: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NotABudgetMessage:
    """Some other text, and why it is taken for one."""

    reason: str


def parse_notification(subject: str | None, text: str) -> ParsedNotification | NotABudgetMessage:
    """What a message says. Never fails, whatever the text."""
    text = text[:LONGEST_READ].replace("\r\n", "\n").replace("\r", "\n")
    labels, others = _label_lines(text)
    if _ACTION_LABEL.search(text) and _THRESHOLD not in labels:
        return NotABudgetMessage("it tells of a budget action, not of a threshold")
    first = _LABEL.search(text)
    prose = _Prose.of(text if first is None else text[: first.start()])
    named_in_subject = _SUBJECT.fullmatch(subject or "")
    if not labels and _HEADING.search(text) is None and named_in_subject is None:
        return NotABudgetMessage("it is not a text of AWS Budgets")
    in_subject = None if named_in_subject is None else named_in_subject["name"]
    name = labels.get(_NAME) or prose.name or in_subject
    if not name:
        return NotABudgetMessage("it names no budget")
    return _Reading(text, labels, others, prose).notification(name, in_subject)


def impossible_in(parsed: ParsedNotification, account_id: str) -> list[str]:
    """What in a message cannot be true of a budget of this account: sentences without the message's own words."""
    found = [f"its {part} cannot be read" for part in parsed.unreadable]
    if parsed.account_id is not None and parsed.account_id != account_id:
        found.append("it speaks of another account")
    if problem_with_budget_name(parsed.name) is not None:
        found.append("AWS allows no budget of that name")
    if parsed.threshold is not None and not 0 < parsed.threshold.amount <= HIGHEST_THRESHOLD:
        found.append("its alert threshold is not above zero, or above what AWS allows")
    for part, spend in ((_BUDGETED, parsed.budgeted), (_AMOUNT, parsed.amount)):
        if spend is not None and spend.amount < 0:
            found.append(f"its {part} is negative")
    if (
        len({each.unit for each in (parsed.budgeted, parsed.threshold, parsed.amount) if each is not None})
        > 1
    ):
        found.append("its amounts are in different units")
    return found


@dataclass(frozen=True, slots=True)
class _Prose:
    """What the line of prose says; it is only compared, or stands in for label lines that are missing."""

    name: str | None = None
    figure: NotificationType | None = None
    operator: ComparisonOperator | None = None
    threshold: Spend | None = None
    amount: Spend | None = None
    is_about_yesterday: bool = False

    @staticmethod
    def of(text: str) -> _Prose:
        before, found, after = text.partition(_BEFORE_NAME)
        # A name may itself read like the prose; what AWS writes comes after it.
        thresholds = list(_PROSE_THRESHOLD.finditer(after)) if found else []
        if not thresholds:
            return _Prose()
        told = thresholds[-1]
        rest = after[told.end() :]
        figure = _PROSE_FIGURE.search(before)
        amount = _PROSE_AMOUNT.search(rest)
        return _Prose(
            name=after[: told.start()],
            figure=None if figure is None else NotificationType(figure["kind"]),
            operator=_WORDS[told["words"]],
            threshold=_spend(told["amount"]),
            amount=None if amount is None else _spend(amount["amount"]),
            is_about_yesterday="Yesterday, the " in rest,
        )


@dataclass(frozen=True, slots=True)
class _Reading:
    text: str
    labels: Mapping[str, str]
    others: frozenset[str]
    prose: _Prose

    def notification(self, name: str, in_subject: str | None) -> ParsedNotification:
        threshold = _SIGNED.fullmatch(self.labels.get(_THRESHOLD, ""))
        stated = self.labels.get(_THRESHOLD) if threshold is None else threshold["amount"]
        kind = self.labels.get(_FIGURE, "").upper()
        spends = {
            _BUDGETED: self._spend(_BUDGETED),
            _THRESHOLD: None if stated is None else _spend(stated),
            _AMOUNT: self._spend(_AMOUNT),
        }
        figure = NotificationType(kind) if kind in NotificationType.__members__ else None
        account, account_is_readable = self._account()
        unreadable = [part for part, spend in spends.items() if part in self.labels and spend is None]
        if self.labels.get(_BUDGETED, "").upper() == "N/A":
            unreadable.remove(_BUDGETED)
        prose = self.prose
        operator = None if threshold is None else _SIGNS[threshold["sign"]]
        differ = {
            _NAME: _differ(name, prose.name) or not _is_named_in(in_subject, name),
            _FIGURE: _differ(figure, prose.figure),
            _THRESHOLD: _differ(spends[_THRESHOLD], prose.threshold) or _differ(operator, prose.operator),
            _AMOUNT: _differ(spends[_AMOUNT], prose.amount),
        }
        return ParsedNotification(
            name=name,
            account_id=account,
            budget_type=self.labels.get(_TYPE),
            budgeted=spends[_BUDGETED],
            figure=figure if _FIGURE in self.labels else prose.figure,
            operator=operator or prose.operator,
            threshold=spends[_THRESHOLD] if _THRESHOLD in self.labels else prose.threshold,
            amount=spends[_AMOUNT] if _AMOUNT in self.labels else prose.amount,
            is_about_yesterday=prose.is_about_yesterday,
            disagreements=tuple(part for part, differs in differ.items() if differs or part in self.others),
            unreadable=(
                *unreadable,
                *([_FIGURE] if figure is None and _FIGURE in self.labels else []),
                *([] if account_is_readable else [_ACCOUNT]),
            ),
        )

    def _spend(self, label: str) -> Spend | None:
        stated = self.labels.get(label)
        return None if stated is None else _spend(stated)

    def _account(self) -> tuple[str | None, bool]:
        """The account, and whether a line that should name it does."""
        line = _ACCOUNT_LINE.search(self.text)
        if line is None:
            return None, True
        account = line["account"].strip()
        return (account, True) if re.fullmatch("[0-9]{12}", account) else (None, False)


def _label_lines(text: str) -> tuple[dict[str, str], frozenset[str]]:
    """The value of each label, the first one where it stands twice; and the labels that say different things."""
    found = list(_LABEL.finditer(text))
    ends: list[int | None] = [*(each.start() for each in found[1:]), None]
    labels: dict[str, str] = {}
    others: set[str] = set()
    kind: str | None = None
    for label, end in zip(found, ends[: len(found)], strict=True):
        part = _AMOUNT if label["kind"] else label["label"].lower()
        kind = label["kind"].upper() if label["kind"] else kind
        between = text[label.end() : end]
        value = _name_in(between) if part == _NAME and end is not None else between.split("\n")[0].strip()
        if labels.setdefault(part, value) != value:
            others.add(part)
    if kind is not None and kind != labels.setdefault(_FIGURE, kind).upper():
        others.add(_FIGURE)
    return labels, frozenset(others)


def _name_in(between: str) -> str:
    """The name between its label and the next. It may go over lines, but holds no colon: that ends it."""
    lines = between.rstrip("\n").split("\n")
    return lines[0] if ":" in between else "\n".join(lines)


def _spend(text: str) -> Spend | None:
    """An amount such as `$1,234.50`, `80.00%` or `12.00 GB`; None for everything else."""
    found = _SPEND.fullmatch(text.strip())
    if found is None or len(found["number"]) > _MOST_DIGITS:
        return None
    unit = USD if found["dollar"] else found["unit"]
    if unit is None or (found["dollar"] and found["unit"]):
        return None
    amount = Decimal(found["number"].replace(",", ""))
    return Spend(-amount if found["sign"] else amount, PERCENTAGE if unit == "%" else unit.strip())


def _differ(told: object | None, in_prose: object | None) -> bool:
    """Whether both say something, and not the same. Amounts of usage have no unit that the prose could tell."""
    return told is not None and in_prose is not None and told != in_prose


def _is_named_in(in_subject: str | None, name: str) -> bool:
    """Whether the subject, which names the budget where it is not cut off, names this one."""
    return in_subject is None or in_subject == name
