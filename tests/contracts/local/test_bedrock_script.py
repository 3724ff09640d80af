"""Scripts for the model: what is taken, how it is loaded, and what is refused with the place named."""

import json
from pathlib import Path
from typing import Any

import pytest

from local.bedrock.script import parse_script
from local.command_line import main
from local.remote import Remote, RemoteError
from local.server import EmbeddedAws
from tests.contracts.local.worlds import ACCOUNT, a_client

ASKING = {"modelId": "amazon.nova-pro-v1:0", "messages": [{"role": "user", "content": [{"text": "Hello?"}]}]}


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ([], "the script is no JSON object"),
        ({}, "the script has no turns"),
        ({"turns": []}, "the script has no turns"),
        ({"turns": [{"text": "a"}], "actors": 2}, "the script: actors is not known"),
        ({"turns": [{"text": "a"}], "models": "m"}, "the script: models is no list of texts"),
        ({"turns": [{"text": "a"}, {}]}, "turn 2: it says nothing"),
        ({"turns": [{"text": 1}]}, "turn 1: text is no text"),
        ({"turns": [{"say": "a"}]}, "turn 1: say is not known; there are text"),
        ({"turns": [{"stop_reason": "bored"}]}, "turn 1: 'bored' is no stop reason"),
        (
            {"turns": [{"text": "a", "stop_reason": "tool_use"}]},
            "turn 1: it stops for tool_use and uses no tool",
        ),
        ({"turns": [{"text": "a", "usage": {"input_tokens": -1}}]}, "turn 1, usage: input_tokens is -1"),
        ({"turns": [{"text": "a", "usage": {"tokens": 1}}]}, "turn 1, usage: tokens is not known"),
        ({"turns": [{"tool_uses": {}}]}, "turn 1: tool_uses is no list"),
        ({"turns": [{"tool_uses": [{}]}]}, "turn 1, tool use: it has no name"),
        ({"turns": [{"tool_uses": [{"name": "a", "input": "{"}]}]}, "input is no JSON object"),
        (
            {"turns": [{"tool_uses": [{"name": "a", "input": {}, "input_text": ""}]}]},
            "give either input or input_text",
        ),
        ({"turns": [{"tool_uses": [{"name": "a", "is_unknown": "yes"}]}]}, "is_unknown is true or false"),
        ({"turns": [{"failure": {"error": "Oops"}}]}, "'Oops' is no error of Bedrock Runtime"),
        (
            {"turns": [{"failure": {"error": "ThrottlingException", "after_events": -1}}]},
            "after_events is a number of events",
        ),
        (
            {"turns": [{"failure": {"error": "AccessDeniedException", "after_events": 1}}]},
            "AccessDeniedException does not come in mid-stream",
        ),
    ],
)
def test_a_script_that_cannot_be_played_is_refused(document: Any, says: str) -> None:
    with pytest.raises(ValueError, match=r"turn|script") as refused:
        parse_script(document)
    assert says in str(refused.value)


def test_a_script_is_loaded_and_the_requests_read_over_the_control_endpoint(aws: EmbeddedAws) -> None:
    remote = Remote(aws.url)
    script = {"turns": [{"text": "Good day."}, {"text": "Bye."}]}
    assert remote.ask("POST", "bedrock", script) == {"turns_left": 2, "builtin": False, "requests": []}
    image = {"image": {"format": "png", "source": {"bytes": b"\x89PNG"}}}
    asking = {**ASKING, "messages": [{"role": "user", "content": [{"text": "Hello?"}, image]}]}
    a_client("bedrock-runtime", aws).converse(**asking)
    told = remote.ask("GET", "bedrock")
    assert told["turns_left"] == 1
    (heard,) = told["requests"]
    assert heard["messages"][0]["content"][1]["image"]["source"]["bytes"] == "iVBORw=="
    assert {name: heard[name] for name in ("operation", "account_id", "at", "turn", "modelId")} == {
        "operation": "Converse",
        "account_id": ACCOUNT,
        "at": "2026-10-20T12:00:00Z",
        "turn": 1,
        "modelId": "amazon.nova-pro-v1:0",
    }
    assert remote.ask("DELETE", "bedrock") == {"turns_left": 0, "builtin": False, "requests": []}


def test_a_wrong_script_leaves_the_last_one(aws: EmbeddedAws) -> None:
    remote = Remote(aws.url)
    remote.ask("POST", "bedrock", {"turns": [{"text": "Good day."}]})
    with pytest.raises(RemoteError, match="turn 1: it says nothing"):
        remote.ask("POST", "bedrock", {"turns": [{}]})
    assert remote.ask("GET", "bedrock")["turns_left"] == 1


def test_people_load_and_clear_a_script(
    aws: EmbeddedAws, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, at = tmp_path / "turns.json", ["--endpoint", aws.url]
    file.write_text(json.dumps({"turns": [{"text": "Good day."}]}), encoding="utf-8")
    assert main(["bedrock", "script", str(file), *at]) == 0
    assert capsys.readouterr().out == "turns left: 1\n"
    a_client("bedrock-runtime", aws).converse(**ASKING)
    assert main(["bedrock", "heard", *at]) == 0
    assert json.loads(capsys.readouterr().out)["requests"][0]["turn"] == 1
    assert main(["bedrock", "clear", *at]) == 0
    assert main(["bedrock", "script", *at]) == 2
    file.write_text("{", encoding="utf-8")
    assert main(["bedrock", "script", str(file), *at]) == 2
    assert main(["bedrock", "script", str(tmp_path / "absent.json"), *at]) == 2
    assert "bedrock script needs a file" in capsys.readouterr().err
