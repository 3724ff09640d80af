"""The files that Bedrock Agents and AgentCore Gateway read say what the code does, and are what both take."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import botocore.session
import pytest
from botocore.validate import ParamValidator

from tests.schemas import FROM_SNS_ONLY, OPENAPI, TOOLS, openapi, tools, written
from tools.actions.catalogue import ACTION_NAMES, ACTIONS

OFFERED = [name for name in ACTION_NAMES if name != FROM_SNS_ONLY]


def test_the_files_are_up_to_date() -> None:
    assert OPENAPI.read_text(encoding="utf-8") == written(openapi()), "run `make schemas`"
    assert TOOLS.read_text(encoding="utf-8") == written(tools()), "run `make schemas`"


@cache
def shape(service: str, name: str) -> Any:
    return botocore.session.get_session().get_service_model(service).shape_for(name)


def test_a_gateways_target_takes_the_tools() -> None:
    found = json.loads(TOOLS.read_text(encoding="utf-8"))
    report = ParamValidator().validate(
        {"inlinePayload": found}, shape("bedrock-agentcore-control", "ToolSchema")
    )
    assert report.generate_report() == ""
    assert [each["name"] for each in found] == OFFERED
    allowed = set(shape("bedrock-agentcore-control", "SchemaType").enum)
    assert set(re.findall(r'"type": "(\w+)"', TOOLS.read_text(encoding="utf-8"))) <= allowed


def test_what_a_target_does_not_take_would_be_found() -> None:
    broken = [{**tools()[0], "inputSchema": {"type": "object", "anyOf": []}}]
    report = ParamValidator().validate(
        {"inlinePayload": broken}, shape("bedrock-agentcore-control", "ToolSchema")
    )
    assert "anyOf" in report.generate_report()


def test_the_inline_schema_is_within_its_quota() -> None:
    assert len(TOOLS.read_bytes()) < 1_000_000, "AgentCore's quota for an inline schema is 1 MB"


def test_an_agent_takes_the_document() -> None:
    document = json.loads(OPENAPI.read_text(encoding="utf-8"))
    assert re.fullmatch(r"3\.0\.\d+", document["openapi"])
    assert set(document["info"]) >= {"title", "version"}
    assert list(document["paths"]) == [f"/{name}" for name in OFFERED]
    for path, methods in document["paths"].items():
        [(method, operation)] = methods.items()
        assert (method, operation["operationId"]) == ("post", path.removeprefix("/"))
        assert operation["description"]
        assert operation["responses"]["200"]["description"]
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        assert schema["type"] == "object"


def test_names_are_what_models_take_as_tools() -> None:
    """`httpVerb__actionGroupName__apiName` has 64 characters at most, so a group's name has 32 at most."""
    assert all(re.fullmatch("[a-zA-Z0-9_]+", name) and "__" not in name for name in OFFERED)
    assert max(len(f"POST__{'g' * 32}__{name}") for name in OFFERED) <= 64


@pytest.mark.parametrize("name", OFFERED)
def test_what_changes_something_is_confirmed_before(name: str) -> None:
    operation = openapi()["paths"][f"/{name}"]["post"]
    assert operation.get("x-requireConfirmation") == ("ENABLED" if ACTIONS[name].mutates else None)


def test_no_reader_meets_a_word_that_it_does_not_know() -> None:
    for word in ("$ref", "$defs", "anyOf", "enum", "const", "nullable", "additionalProperties"):
        assert f'"{word}":' not in OPENAPI.read_text(encoding="utf-8")
