"""Replies as people like to read them: tables, utilization bars, the sentences that matter."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.json import JSON
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from local.imports.imported import Imported

BAR_WIDTH = 16
WIDE = 120
"""Columns from which on a table shows everything; on narrower terminals it shows what matters most."""

_STATUS_STYLE = {
    "BREACHED": "bold red",
    "FORECASTED_BREACH": "yellow",
    "AT_RISK": "yellow",
    "ON_TRACK": "green",
}
_SEVERITY_STYLE = {
    "CRITICAL": "bold white on red",
    "HIGH": "red",
    "MEDIUM": "yellow",
    "LOW": "cyan",
    "INFO": "dim",
}

Data = Mapping[str, Any]


@dataclass(frozen=True)
class Exchange:
    """A request that was shown with its reply."""

    action: str
    status: str


def show_exchange(console: Console, title: str, request: Any, reply: Data) -> Exchange:
    """Show one request with its reply."""
    console.print()
    console.rule(f"[bold]{title}[/]", align="left", style="blue")
    console.print(Padding(Text(json.dumps(request), style="cyan", overflow="fold"), (0, 2)))
    view = _error_view if reply["status"] == "error" else _VIEWS.get(str(reply["action"]), _plain_view)
    console.print(Padding(view(reply["data"], console.width >= WIDE), (1, 2, 0, 2)))
    for missing in reply["data"].get("incomplete", ()):
        console.print(f"  [yellow]not read:[/] {missing['part']}: {missing['reason']}")
    colour = "green" if reply["status"] == "success" else "red"
    console.print(f"  [{colour}]{reply['status']}[/] [dim]{reply['agent']} {reply['timestamp']}[/]")
    return Exchange(str(reply["action"]), str(reply["status"]))


def show_import(console: Console, name: str, imported: Imported, remarks: Iterable[str]) -> None:
    """Show what was read of the user's own spending, and everything that was not used."""
    console.print(
        f"[bold]{name}[/]: {imported.lines_used} of {imported.lines_read} lines used, "
        f"{imported.first_day} to {imported.last_day}"
    )
    for remark in remarks:
        console.print(f"  [yellow]{remark}[/]")


def show_summary(console: Console, shown: Iterable[Exchange], seconds: float) -> None:
    """Show what was shown, and what to do next."""
    exchanges = list(shown)
    successes = sum(each.status == "success" for each in exchanges)
    console.print()
    console.print(
        Panel(
            f"{len(exchanges)} requests through the real handler, {successes} answered with success, "
            f"{len(exchanges) - successes} refused with a reason, in {seconds:.1f} s. Spending shown is synthetic "
            "unless you brought your own.\n\n"
            "[bold]make demo REQUEST=file.json[/]  a request of your own\n"
            "[bold]make demo DATA=costs.csv[/]     your own spending\n"
            "[bold]make up[/]                      the same AWS for the ordinary aws command",
            title="Next",
            border_style="blue",
        )
    )


def _analysis(data: Data, wide: bool) -> RenderableType:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("budget", no_wrap=wide, overflow="fold")
    for name in ("status", "limit", "actual", "forecast") if wide else ("limit", "actual"):
        table.add_column(name, justify="left" if name == "status" else "right", no_wrap=True)
    table.add_column("used, │ marks the day", no_wrap=True)
    for each in data["budgets"]:
        status = each["budget_status"] or "UNKNOWN"
        words = Text(status.lower().replace("_", " "), style=_STATUS_STYLE.get(status, "dim"))
        limit, actual = _amount(each["limit"]), _amount(each["actual_spend"])
        table.add_row(
            each["name"],
            *([words, limit, actual, _amount(each["forecasted_spend"])] if wide else [limit, actual]),
            _bar(each["utilization_percent"], each["target_percent"] or each["elapsed_percent"], status),
        )
    return Group(_insights(data["insights"]), Text(), table)


def _insights(insights: Iterable[Data]) -> RenderableType:
    table = Table.grid(padding=(0, 1))
    for each in insights:
        table.add_row(_severity(each["severity"]), Text(each["sentence"]))
    return table


def _monitoring(data: Data, wide: bool) -> RenderableType:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("severity", "budget", "what", "threshold", "past by", "since"):
        table.add_column(name, no_wrap=wide, overflow="fold")
    if wide:
        table.add_column("next step")
    for each in data["crossings"]:
        about = "~" if each["since_is_estimated"] else ""
        table.add_row(
            _severity(each["severity"]),
            each["budget"],
            f"{each['figure'].lower()} {_amount(each['value'])}",
            _amount(each["threshold"]),
            _amount(each["past_by"]),
            f"{about}{each['since']}" if each["since"] else "",
            *([each["next_step"]] if wide else []),
        )
    return Group(Text(data["sentence"], style="bold"), Text(), table)


def _recommendations(data: Data, wide: bool) -> RenderableType:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("scope")
    for name in ("limit", "expected"):
        table.add_column(name, justify="right", no_wrap=True)
    for name in ("interval", "months", "trend", "volatility") if wide else ():
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("existing budget")
    for each in data["recommendations"]:
        interval = each["interval"]
        evidence = [
            f"{_amount(interval['low'])} … {_amount(interval['high'])}" if interval else "starting limit",
            str(each["months_used"]),
            _signed(each["trend_percent"]),
            _percent(each["volatility_percent"]),
        ]
        table.add_row(
            each["scope"],
            Text(_amount(each["limit"]), style="yellow" if each["is_starting_limit"] else "bold"),
            _amount(each["expected_spend"]),
            *(evidence if wide else []),
            _existing(each["existing_budget"]),
        )
    cost = data["cost_explorer"]
    below = data["below_minimum"]
    lines = [
        *(f"skipped: {each['scope']}: {each['reason']}" for each in data["skipped"]),
        f"{below['scopes']} scopes below the minimum, together {_amount(below['monthly_spend'])} a month",
        f"Cost Explorer pages read: {cost['pages']}, for {_amount(cost['price'])}",
        *data["notes"],
    ]
    first = [Text(each["rationale"], style="italic") for each in data["recommendations"][:1]]
    return Group(*first, Text(), table, Text(), *(Text(line, style="dim") for line in lines))


def _existing(existing: Data | None) -> Text:
    if existing is None or existing["name"] is None:
        return Text("none" if existing else "not read", style="dim")
    style = {"FITS": "green", "TOO_LOW": "red", "TOO_HIGH": "yellow"}.get(existing["verdict"], "dim")
    return Text(f"{existing['name']} {existing['verdict'].lower().replace('_', ' ')}", style=style)


def _created_budget(data: Data, _: bool) -> RenderableType:
    budget = data["budget"]
    watched = ", ".join(
        f"{each['threshold']['amount']}{'%' if each['threshold']['unit'] == 'PERCENTAGE' else ''} "
        f"{each['type'].lower()} → {', '.join(to['address'] for to in each['subscribers'])}"
        for each in budget["notifications"]
    )
    return _facts(
        {
            _outcome(data): f"{budget['name']} ({budget['type']}, {budget['time_unit'].lower()})",
            "limit": budget["limit_in_words"],
            "scope": budget["scope"],
            "tells": watched or "nobody",
        },
        data,
    )


def _created_action(data: Data, _: bool) -> RenderableType:
    action = data["budget_action"]
    threshold = action["threshold"]
    targets = [
        *action["target_roles"],
        *action["target_users"],
        *action["target_groups"],
        *action["target_ids"],
        *action["instance_ids"],
    ]
    percent = " %" if threshold["type"] == "PERCENTAGE" else ""
    return _facts(
        {
            _outcome(data): f"{action['action_type']} on {action['budget_name']}, "
            f"{action['approval_model'].lower()}, {data['status'] or 'not sent'}",
            "at": f"{threshold['value']}{percent} {action['notification_type'].lower()}",
            "applies": action["policy_arn"] or action["policy_id"] or action["sub_type"],
            "to": ", ".join(targets),
            "tells": ", ".join(each["address"] for each in action["subscribers"]),
        },
        data,
    )


def _outcome(data: Data) -> str:
    if data["dry_run"]:
        return "would create"
    return "created" if data["created"] else "existed"


def _facts(facts: Mapping[str, str], data: Data) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    for name, value in facts.items():
        table.add_row(Text(name, style="dim"), Text(value))
    return Group(table, *_warnings(data))


def _performance(data: Data, wide: bool) -> RenderableType:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("period")
    for name in ("limit", "actual", "variance") if wide else ("limit", "actual"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("used", no_wrap=True)
    table.add_column("")
    for each in data["periods"]:
        met = each["met"]
        status = {True: "ON_TRACK", False: "BREACHED"}.get(met, "")
        words = {True: "met", False: "missed"}.get(met, "unknown")
        table.add_row(
            each["start"][:10],
            _amount(each["limit"]),
            _amount(each["actual_spend"]),
            *([_amount(each["variance"])] if wide else []),
            _bar(each["utilization_percent"], None, status),
            Text("open" if each["is_current"] else words, style=_STATUS_STYLE.get(status, "dim")),
        )
    notes = [Text(note, style="dim") for note in data["notes"]]
    return Group(Text(data["summary"]["sentence"], style="bold"), Text(), table, *notes)


def _error_view(data: Data, _: bool) -> RenderableType:
    error = data["error"]
    table = Table.grid(padding=(0, 2))
    for each in error["details"].get("problems", ()):
        allowed = f"allowed: {each['allowed']}" if each.get("allowed") else ""
        table.add_row(Text(each["parameter"], style="bold"), each["problem"], Text(allowed, style="dim"))
    retry = "worth a retry" if error["retryable"] else "a retry changes nothing"
    return Group(
        Text.assemble((error["code"], "bold red"), (f"  {retry}", "dim")), Text(error["message"]), table
    )


def _plain_view(data: Data, _: bool) -> RenderableType:
    return JSON(json.dumps(data))


def _warnings(data: Data) -> list[RenderableType]:
    return [Text(f"! {each['message']}", style="yellow") for each in data["warnings"]]


def _percent(percent: float | None) -> str:
    return "-" if percent is None else f"{percent} %"


def _signed(percent: float | None) -> str:
    return "-" if percent is None else f"{percent:+} %"


def _severity(severity: str) -> Text:
    return Text(severity.lower(), style=_SEVERITY_STYLE.get(severity, ""))


def _amount(amount: Data | None) -> str:
    if amount is None:
        return "-"
    value, unit = Decimal(amount["amount"]), amount["unit"]
    if unit == "USD":
        return f"-${-value:,}" if value < 0 else f"${value:,}"
    return f"{value:,} %" if unit == "PERCENTAGE" else f"{value:,} {unit}"


def _bar(percent: float | None, mark: float | None, status: str) -> Text:
    """A bar of 100 %, with a mark where time, or the target, stands; over 100 % it is full."""
    if percent is None:
        return Text("no figures", style="dim")
    filled = min(round(percent / 100 * BAR_WIDTH), BAR_WIDTH)
    style = _STATUS_STYLE.get(status, "dim").removeprefix("bold ")
    bar = Text("█" * filled, style=style) + Text("░" * (BAR_WIDTH - filled), style="dim")
    if mark is not None:
        at = min(int(mark / 100 * BAR_WIDTH), BAR_WIDTH - 1)
        bar = bar[:at] + Text("│", style="bold") + bar[at + 1 :]
    return bar + Text(f" {percent:>6.1f} %")


_VIEWS: Mapping[str, Callable[[Data, bool], RenderableType]] = {
    "analyze_budgets": _analysis,
    "monitor_budgets": _monitoring,
    "recommend_budgets": _recommendations,
    "create_budget": _created_budget,
    "create_budget_actions": _created_action,
    "get_budget_performance": _performance,
}
