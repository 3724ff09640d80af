"""What the words of the command line mean."""

from __future__ import annotations

import argparse
import importlib
import json
import signal
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

from local.durations import parse_day
from local.faults import ANY_OPERATION, Kind
from local.remote import Remote, RemoteError

if TYPE_CHECKING:
    from local.imports.imported import Imported

DEFAULT_PORT = 4566
OK, WRONG = 0, 2


def main(arguments: Sequence[str]) -> int:
    """Run one command; the exit status: 0 if it was done, 2 with one line on standard error if not."""
    # Their own modules know their own options.
    if arguments and arguments[0] in ("ask", "demo"):
        run: Callable[[Sequence[str]], int] = importlib.import_module(f"local.{arguments[0]}").run
        return run(list(arguments[1:]))
    options = _parser().parse_args(arguments)
    try:
        command: Callable[[argparse.Namespace], None] = options.command
        command(options)
    except (RemoteError, ValueError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return WRONG
    return OK


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local", description="The embedded AWS.")
    commands = parser.add_subparsers(required=True, metavar="command")

    up = commands.add_parser("up", help="serve until Ctrl-C")
    up.add_argument("--port", type=int, default=DEFAULT_PORT, help="0 takes any free one")
    source = up.add_mutually_exclusive_group()
    source.add_argument("--scenario", default="company")
    source.add_argument("--data", type=Path, help="your own spending: FOCUS, Cost Explorer CSV or tidy CSV")
    up.add_argument("--today", help="YYYY-MM-DD; by default the real day, with --data the day after its last")
    up.set_defaults(command=_serve)

    commands.add_parser("ask", help="ask the agent in words", add_help=False)
    commands.add_parser("demo", help="send requests through the agent and show the replies", add_help=False)

    clock = _remote(commands, "clock", "read or move the clock", _clock)
    clock.add_argument("verb", nargs="?", choices=("advance", "set"))
    clock.add_argument("value", nargs="?", help="12h, 3d, 1d12h to advance; 2026-11-01 to set")

    spend = _remote(commands, "spend", "add a line of cost", _spend)
    spend.add_argument("--service", required=True, help="as Cost Explorer calls it: Amazon SageMaker")
    spend.add_argument("--amount", required=True, help="USD")
    spend.add_argument("--account", help="twelve digits; by default the management account")
    spend.add_argument("--on", help="YYYY-MM-DD; by default today")
    spend.add_argument("--region")
    spend.add_argument("--tag", action="append", default=[], metavar="KEY=VALUE", help="may be repeated")

    fault = _remote(
        commands, "fault", "let calls go wrong: fault SERVICE OPERATION KIND, fault list, fault clear", _fault
    )
    fault.add_argument("words", nargs="+", metavar="WORD", help=f"kinds: {', '.join(Kind)}")
    fault.add_argument("--times", type=int, default=1, help="how many calls it strikes")
    fault.add_argument("--seconds", type=float, help="how long timeout and slow hold a call")

    bedrock = _remote(commands, "bedrock", "write what the model says, and read what it heard", _bedrock)
    bedrock.add_argument("verb", choices=("script", "builtin", "heard", "clear"))
    bedrock.add_argument("file", nargs="?", type=Path, help="script: a JSON file with a list called turns")

    watching = _remote(commands, "watch", "connect as a WebSocket client and print what is pushed", _watch)
    watching.add_argument("--api-id", default="local")
    watching.add_argument("--stage", default="local")
    watching.add_argument("--send", action="append", default=[], metavar="TEXT", help="may be repeated")
    watching.add_argument("--count", type=int, help="end after so many messages; by default at Ctrl-C")

    _remote(commands, "inbox", "read the e-mails that were sent", _inbox)
    _remote(commands, "reset", "begin again", _reset)
    return parser


def _remote(
    commands: Any, name: str, meaning: str, command: Callable[[argparse.Namespace], None]
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=meaning)
    parser.add_argument("--endpoint", default=f"http://127.0.0.1:{DEFAULT_PORT}")
    parser.set_defaults(command=command)
    return parser


def _serve(options: argparse.Namespace) -> None:
    """Say READY on standard output once, then serve until Ctrl-C or SIGTERM."""
    # Read here, because moto takes half a second that the other commands need not wait for.
    from local.imports.catalogue import load
    from local.server import EmbeddedAws
    from local.worlds import world_of_data, world_of_scenario

    stop = Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    today = None if options.today is None else parse_day(options.today)
    if options.data is not None:
        imported = load(options.data)
        _tell_what_was_read(imported)
        world = world_of_data(imported, today)
    else:
        world = world_of_scenario(options.scenario, today or _real_day())
    try:
        aws = EmbeddedAws.start(world, options.port)
    except OSError as error:
        raise OSError(f"port {options.port} cannot be used: {error.strerror or error}") from error
    with aws:
        sys.stdout.write(f"READY {aws.url}\n")
        sys.stdout.flush()
        stop.wait()


def _tell_what_was_read(imported: Imported) -> None:
    """On standard error: how much of the file was used, and every line that was not."""
    sys.stderr.write(f"{imported.lines_used} of {imported.lines_read} lines used\n")
    for note in imported.notes:
        sys.stderr.write(f"note: {note}\n")
    for number, reason in imported.problems:
        sys.stderr.write(f"line {number}: {reason}\n")


def _real_day() -> date:
    return datetime.now(UTC).date()


def _clock(options: argparse.Namespace) -> None:
    remote = Remote(options.endpoint)
    if options.verb is None:
        _say(remote.ask("GET", "clock")["now"])
    elif options.value is None:
        raise ValueError(f"clock {options.verb} needs a value: clock advance 12h, clock set 2026-11-01")
    else:
        _say(remote.ask("POST", "clock", {options.verb: options.value})["now"])


def _spend(options: argparse.Namespace) -> None:
    request = {"service": options.service, "amount": options.amount}
    for name in ("account", "on", "region"):
        if getattr(options, name) is not None:
            request[name] = getattr(options, name)
    tags = dict(_pair(each) for each in options.tag)
    answer = Remote(options.endpoint).ask("POST", "spend", {**request, **({"tags": tags} if tags else {})})
    added = answer["added"]
    _say(f"{added['day']}  {added['account']}  {added['service']}  {added['amount']} USD")
    if "note" in answer:
        sys.stderr.write(f"note: {answer['note']}\n")


def _pair(text: str) -> tuple[str, str]:
    key, found, value = text.partition("=")
    if not found or not key:
        raise ValueError(f"{text!r} is no tag; write it like team=platform")
    return key, value


def _fault(options: argparse.Namespace) -> None:
    remote, words = Remote(options.endpoint), options.words
    if words == ["list"]:
        answer = remote.ask("GET", "faults")
    elif words == ["clear"]:
        answer = remote.ask("DELETE", "faults")
    elif len(words) == 3:
        service, operation, kind = words
        request = {"service": service, "operation": operation, "kind": kind, "times": options.times}
        if options.seconds is not None:
            request["seconds"] = options.seconds
        answer = remote.ask("POST", "faults", request)
    else:
        raise ValueError(
            f"say: fault SERVICE OPERATION KIND ({ANY_OPERATION} for any operation), fault list or fault clear"
        )
    for fault in answer["faults"]:
        _say(
            f"{fault['service']} {fault['operation']} {fault['kind']}: {fault['left']} of {fault['times']} left"
        )
    if not answer["faults"]:
        _say("no faults")


def _inbox(options: argparse.Namespace) -> None:
    _say(json.dumps(Remote(options.endpoint).ask("GET", "inbox"), indent=2, ensure_ascii=False))


def _bedrock(options: argparse.Namespace) -> None:
    remote = Remote(options.endpoint)
    if options.verb == "heard":
        _say(json.dumps(remote.ask("GET", "bedrock"), indent=2, ensure_ascii=False))
        return
    if options.verb == "clear":
        answer = remote.ask("DELETE", "bedrock")
    elif options.verb == "builtin":
        answer = remote.ask("POST", "bedrock", {"builtin": True})
    elif options.file is None:
        raise ValueError("bedrock script needs a file: bedrock script turns.json")
    else:
        answer = remote.ask("POST", "bedrock", json.loads(options.file.read_text(encoding="utf-8")))
    _say("the built-in model answers" if answer["builtin"] else f"turns left: {answer['turns_left']}")


def _watch(options: argparse.Namespace) -> None:
    # Read here, because boto3, which signs, takes a third of a second that the other commands need not wait for.
    from local.websocket.watch import watch

    watch(options.endpoint, options.api_id, options.stage, options.count, options.send)


def _reset(options: argparse.Namespace) -> None:
    _say(Remote(options.endpoint).ask("POST", "reset")["now"])


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
