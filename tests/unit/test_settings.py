"""Settings: defaults, checks, and what is said when one is wrong."""

import pytest

from agent.settings import LogLevel, SettingsError, TimeSource, load_settings


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
