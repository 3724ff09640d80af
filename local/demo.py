"""The demo: real requests through the real handler on the embedded AWS, shown for people."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from time import monotonic
from typing import Any

from rich.console import Console

from local.demo_views import Exchange, show_exchange, show_import, show_summary
from local.imports.catalogue import load
from local.in_process import Answer, handler_on
from local.server import EmbeddedAws
from local.world import World
from local.worlds import world_of_data, world_of_scenario

EVENTS = Path(__file__).parents[1] / "tests" / "events"
DEMO_DAY = date(2026, 10, 20)
"""The day the demo plays on, so that everyone sees the same picture."""

EMAIL = "finops@example.com"

_TOUR = (
    "analyze_budgets",
    "monitor_budgets",
    "recommend_budgets",
    "create_budget",
    "create_budget_actions",
    "get_budget_performance",
    "wrong_parameters",
)


class DemoError(Exception):
    """The demo cannot be shown; the message says what to do."""


def run(arguments: Sequence[str]) -> int:
    """Show the demo. 0 when every request was answered, 2 when there was nothing to ask."""
    parser = argparse.ArgumentParser(prog="python -m local demo", description=__doc__)
    parser.add_argument("--request", type=Path, help="a JSON file with a request of your own")
    parser.add_argument("--data", type=Path, help="your own spending: FOCUS, Cost Explorer CSV or tidy CSV")
    parser.add_argument("--today", type=date.fromisoformat, help="the day on which the demo plays")
    options = parser.parse_args(arguments)
    try:
        _show(options, Console(highlight=False))
    except DemoError as error:
        Console(stderr=True).print(f"[bold red]{error}[/]")
        return 2
    return 0


def _show(options: argparse.Namespace, console: Console) -> None:
    own = None if options.request is None else (str(options.request), _read_request(options.request))
    began = monotonic()
    with console.status("Preparing the account ..."):
        world = _world(options, console)
    with _answering(world, console) as answer:
        if own is not None:
            shown = [_exchange(console, answer, *own)]
        elif options.data is not None:
            shown = _tour_of_own_data(console, answer)
        else:
            shown = [_exchange(console, answer, *each) for each in _tour()]
    show_summary(console, shown, monotonic() - began)


def _exchange(console: Console, answer: Answer, title: str, request: Any) -> Exchange:
    with console.status(f"{title} ..."):
        reply = answer(request)
    return show_exchange(console, title, request, reply)


def _tour() -> list[tuple[str, Any]]:
    """A request of each action and a bad one, from the events that the tests check."""
    events = {}
    for path in EVENTS.glob("*.json"):
        event = json.loads(path.read_text(encoding="utf-8"))
        events[path.stem.partition("_")[2]] = (event["title"], event["request"])
    return [events[name] for name in _TOUR]


def _tour_of_own_data(console: Console, answer: Answer) -> list[Exchange]:
    """All six actions on the user's own spending: the budgets are the ones that were recommended."""
    recommended = _request("recommend_budgets", notification_email=EMAIL)
    reply = answer(recommended)
    shown = [show_exchange(console, "Which budgets does this account need?", recommended, reply)]
    proposals = [each["create_budget"] for each in reply["data"].get("recommendations", ())]
    if not proposals:
        console.print("[yellow]Nothing is recommended, so there are no budgets to show the rest on.[/]")
        return shown
    first, *others = proposals
    shown.append(_exchange(console, answer, "Create the first of them", first))
    with console.status("Creating the others ..."):
        for each in others:
            answer(each)
    name = first["parameters"]["budget_name"]
    restriction = _request(
        "create_budget_actions",
        budget_name=name,
        action_type="APPLY_IAM_POLICY",
        threshold=110,
        policy_arn="arn:aws:iam::aws:policy/AWSDenyAll",
        target_roles=["DeveloperRole"],
        dry_run=True,
    )
    rest = [
        ("All of them together", _request("analyze_budgets")),
        ("Does anything need attention?", _request("monitor_budgets")),
        ("How would that limit have done?", _request("get_budget_performance", budget_name=name)),
        ("What would a restriction send?", restriction),
        ("And a request with a mistake", _request("create_budget", budget_name=name, amuont=100)),
    ]
    return shown + [_exchange(console, answer, *each) for each in rest]


def _request(action: str, **parameters: Any) -> dict[str, Any]:
    return {"action": action, "parameters": parameters}


def _read_request(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DemoError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise DemoError(f"{path} is not JSON: {error}") from error


def _world(options: argparse.Namespace, console: Console) -> World:
    if options.data is None:
        return world_of_scenario("company", options.today or DEMO_DAY)
    try:
        imported = load(options.data)
        world = world_of_data(imported, options.today)
    except (OSError, ValueError) as error:
        raise DemoError(f"{options.data} cannot be used: {error}") from error
    problems = [f"line {number}: {reason}" for number, reason in imported.problems]
    show_import(console, str(options.data), imported, [*imported.notes, *problems])
    return world


@contextmanager
def _answering(world: World, console: Console) -> Iterator[Answer]:
    """The real handler on an embedded AWS that is there as long."""
    with console.status("Starting the embedded AWS ..."):
        aws = EmbeddedAws.start(world)
    with aws:
        with console.status("Loading the agent ..."):
            answer = handler_on(aws.url, world.account_id)
        yield answer
