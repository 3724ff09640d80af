"""`python -m local ask`: questions in words, through the real handler on the embedded AWS, to a model."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError
from rich.console import Console

from local.ask_models import BEDROCK, NoCredentialsError, variables_of
from local.ask_views import show_answer
from local.bedrock.script import BUILTIN_MODEL
from local.cloudformation.documents import read_template
from local.in_process import handler_on
from local.remote import Remote, RemoteError
from local.server import EmbeddedAws
from local.worlds import world_of_scenario

TEMPLATE = Path(__file__).parents[1] / "cloudformation" / "budget-management-agent.yaml"
STATE_TABLE = "budget-management-state"
ASK_DAY = date(2026, 10, 20)
"""The day the company is asked about, so that everyone reads the same answer."""

ANSWERED, REFUSED, NOT_ASKED = 0, 1, 2


def run(arguments: Sequence[str]) -> int:
    """Ask. 0 when every question was answered, 1 when one was refused, 2 when there was nobody to ask."""
    options = _options(arguments)
    console, errors = Console(highlight=False), Console(stderr=True, highlight=False)
    try:
        model = variables_of(options.model_id, options.model_provider)
        with _embedded_aws(options, console) as (url, account_id):
            return _ask(options, url, account_id, model, console, errors)
    except (NoCredentialsError, RemoteError) as error:
        errors.print(str(error), style="bold red", markup=False)
        return NOT_ASKED


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local ask", description=__doc__)
    parser.add_argument("query", nargs="+", help="a question; further ones go on with the conversation")
    parser.add_argument(
        "--allow-changes", action="store_true", help="let the model propose changes to confirm"
    )
    parser.add_argument(
        "--session", help="a conversation to go on with; only with --endpoint it is remembered"
    )
    parser.add_argument("--model-id", help="your own model instead of the built-in one")
    parser.add_argument("--model-provider", default=BEDROCK, help="whose model it is; bedrock by default")
    parser.add_argument("--endpoint", help="an embedded AWS that is up, such as http://127.0.0.1:4566")
    parser.add_argument("--today", type=date.fromisoformat, default=ASK_DAY, help="the day of the company")
    options = parser.parse_args(arguments)
    if options.model_id is None and options.model_provider != BEDROCK:
        parser.error("--model-provider needs --model-id")
    return options


@contextmanager
def _embedded_aws(options: argparse.Namespace, console: Console) -> Iterator[tuple[str, str]]:
    """URL and account of the embedded AWS that is up, or of one that is there as long."""
    if options.endpoint is not None:
        yield options.endpoint, Remote(options.endpoint).ask("GET", "health")["account_id"]
        return
    with console.status("Starting the embedded AWS ..."):
        world = world_of_scenario("company", options.today)
        aws = EmbeddedAws.start(world)
    with aws:
        yield aws.url, world.account_id


def _ask(
    options: argparse.Namespace,
    url: str,
    account_id: str,
    model: Mapping[str, str],
    console: Console,
    errors: Console,
) -> int:
    if model["MODEL_ID"] == BUILTIN_MODEL:
        Remote(url).ask("POST", "bedrock", {"builtin": True})
    with console.status("Loading the agent ..."):
        answer = handler_on(url, account_id, BUDGET_STATE_TABLE=STATE_TABLE, **model)
        _make_state_table()
    session = options.session
    for query in options.query:
        with console.status("Asking ..."):
            reply = answer(request_for(query, session, allow_changes=options.allow_changes))
        if reply["status"] == "error":
            errors.print(reply["data"]["error"]["message"], style="bold red", markup=False)
            return REFUSED
        show_answer(console, reply["data"])
        session = reply["data"]["session_id"]
    return ANSWERED


def request_for(query: str, session: str | None, *, allow_changes: bool) -> dict[str, Any]:
    """The request that asks one question."""
    parameters: dict[str, Any] = {"query": query}
    if session is not None:
        parameters["session_id"] = session
    if allow_changes:
        parameters["allow_changes"] = True
    return {"action": "ask", "parameters": parameters}


def _make_state_table() -> None:
    """The agent's memory, as the template has it, unless it is there already: conversations need one."""
    table = read_template(TEMPLATE.read_text(encoding="utf-8"))["Resources"]["StateTable"]["Properties"]
    client: Any = boto3.client  # for any service, so typed for none
    dynamodb = client("dynamodb", region_name="us-east-1")
    try:
        dynamodb.create_table(
            TableName=STATE_TABLE,
            **{name: table[name] for name in ("BillingMode", "AttributeDefinitions", "KeySchema")},
        )
        dynamodb.update_time_to_live(
            TableName=STATE_TABLE, TimeToLiveSpecification=table["TimeToLiveSpecification"]
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceInUseException":
            raise
    finally:
        dynamodb.close()
