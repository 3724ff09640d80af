"""Settings: defaults, checks, and what is said when one is wrong."""

import re

import pytest

from agent.settings import LogLevel, ModelProvider, SettingsError, TimeSource, load_settings


def test_an_empty_environment_is_enough() -> None:
    settings = load_settings({})
    assert settings.log_level is LogLevel.INFO
    assert settings.time_source is TimeSource.SYSTEM
    assert settings.account_id is None


def test_every_setting_is_read_from_its_variable() -> None:
    settings = load_settings(
        {
            "LOG_LEVEL": "DEBUG",
            "BUDGET_STATE_TABLE": "budget-management-state",
            "AWS_ACCOUNT_ID": "123456789012",
            "BUDGET_ACTION_EXECUTION_ROLE_ARN": "arn:aws:iam::123456789012:role/budget-management-action-role",
        }
    )
    assert settings.state_table == "budget-management-state"
    assert settings.account_id == "123456789012"
    assert settings.action_execution_role_arn is not None


def test_an_empty_variable_counts_as_missing() -> None:
    assert load_settings({"AWS_ACCOUNT_ID": "", "LOG_LEVEL": " "}).account_id is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LOG_LEVEL", "LOUD"),
        ("AWS_ACCOUNT_ID", "12345"),
        ("BUDGET_ACTION_EXECUTION_ROLE_ARN", "budget-management-action-role"),
        ("AWS_ATTEMPTS", "0"),
        ("TIME_SOURCE", "sundial"),
    ],
)
def test_a_wrong_variable_is_named_with_its_value(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"{name}='{value}'"):
        load_settings({name: value})


def test_settings_of_questions_may_come_in_one_variable_each_as_json_has_it() -> None:
    held = """{"MODEL_PROVIDER": "openai", "MODEL_ID": "gpt", "MODEL_TEMPERATURE": 0.5, "ASK_SECONDS": 30,
              "MODEL_PROMPT_CACHING": false, "MODEL_OPTIONS": {"params": {"seed": 1}}, "MODEL_REGION": null}"""
    settings = load_settings({"MODEL_SETTINGS": held})
    assert (settings.model_provider, settings.model_id) == (ModelProvider.OPENAI, "gpt")
    assert (settings.model_temperature, settings.ask_seconds) == (0.5, 30)
    assert settings.model_prompt_caching is False
    assert settings.model_options == {"params": {"seed": 1}}
    assert settings.model_region is None


def test_a_variable_of_its_own_wins_unless_it_is_empty() -> None:
    held = '{"MODEL_ID": "one", "ASK_TOKENS": 5000}'
    settings = load_settings({"MODEL_SETTINGS": held, "MODEL_ID": "two", "ASK_TOKENS": ""})
    assert (settings.model_id, settings.ask_tokens) == ("two", 5000)


@pytest.mark.parametrize(
    ("held", "told"),
    [
        ("{", "MODEL_SETTINGS is no JSON"),
        ("[]", "MODEL_SETTINGS is no JSON object"),
        ('{"MODEL_COLOUR": "blue"}', "MODEL_SETTINGS cannot hold MODEL_COLOUR; it can hold ASK_SECONDS, "),
        ('{"LOG_LEVEL": "DEBUG"}', "MODEL_SETTINGS cannot hold LOG_LEVEL"),
        ('{"MODEL_SETTINGS": "{}"}', "MODEL_SETTINGS cannot hold MODEL_SETTINGS"),
        ('{"ASK_TOOL_CALLS": 51}', "ASK_TOOL_CALLS='51'"),
        ('{"MODEL_TEMPERATURE": []}', "MODEL_TEMPERATURE="),
    ],
)
def test_what_is_wrong_in_the_one_variable_is_named(held: str, told: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(told)):
        load_settings({"MODEL_SETTINGS": held})
