"""Canaries: every hook into moto still finds what it holds on to, and says so when it does not."""

import pytest
from moto import backend_index
from moto.awslambda.models import LambdaFunction, LambdaStorage
from moto.core.base_backend import AccountSpecificBackend, BackendDict, BaseBackend
from moto.core.eventstream import EventStreamEncoder
from moto.core.responses import BaseResponse
from moto.events.models import Rule
from moto.iam.models import Group, IAMBackend, PolicyVersion, Role
from moto.logs.models import LogGroup
from moto.moto_server.werkzeug_app import DomainDispatcherApplication
from moto.organizations.models import FakeAccount, organizations_backends
from moto.s3.models import s3_backends
from moto.scheduler.models import Schedule
from moto.sns.models import Topic
from moto.sqs.models import Queue
from moto.sts.models import STSBackend

from local import hooks
from local.hooks import HOOKS, Hook, MotoHasChangedError

BY_PURPOSE = {hook.purpose: hook for hook in HOOKS}


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook.purpose)
def test_moto_still_has_what_the_hook_holds_on_to(hook: Hook) -> None:
    hook.check()


def test_our_own_backends_answer_for_the_services_that_we_have_built() -> None:
    assert [purpose.split(" ")[0] for purpose in BY_PURPOSE if purpose.startswith("local.")] == [
        "local.websocket.models",
        "local.bedrock.models",
        "local.budgets.models",
        "local.cloudformation.models",
        "local.cost_explorer.models",
        "local.functions.models",
        "local.schedules.models",
    ]


@pytest.mark.parametrize(
    ("purpose", "owner", "name"),
    [
        (hooks.STRICT, BaseResponse, "call_action"),
        (hooks.STRICT, BaseResponse, "parse_parameters"),
        (hooks.ROUTING, DomainDispatcherApplication, "infer_service_region_host"),
        (hooks.ROUTING, backend_index, "backend_url_patterns"),
        (hooks.MANAGED, IAMBackend, "_init_aws_policies"),
        (hooks.IDENTITY, STSBackend, "get_assumed_role_from_access_key"),
        (hooks.POLICIES, Role, "__init__"),
        (hooks.POLICIES, Group, "__init__"),
        (hooks.POLICIES, PolicyVersion, "__init__"),
        (hooks.ACCOUNTS, FakeAccount, "__init__"),
        (hooks.ACCOUNTS, organizations_backends, "master_accounts"),
        (hooks.FRAMING, EventStreamEncoder, "encode_message"),
        (hooks.FUNCTIONS, LambdaFunction, "__init__"),
        (hooks.FUNCTIONS, LambdaStorage, "publish_version"),
        (hooks.FUNCTIONS, LogGroup, "put_log_events"),
        (hooks.DELIVERY, Topic, "publish"),
        (hooks.DELIVERY, Queue, "add_message"),
        (hooks.VERSIONS, LambdaStorage, "__init__"),
        (hooks.SCHEDULES, Schedule, "__init__"),
        (hooks.SCHEDULES, Rule, "__init__"),
        (hooks.RESET, BackendDict, "_instances"),
        (hooks.RESET, s3_backends, "bucket_accounts"),
        (hooks.KEEPING, AccountSpecificBackend, "__getitem__"),
        (hooks.KEEPING, BackendDict, "iter_backends"),
        ("local.budgets.models answers instead of moto's budgets", BaseBackend, "_url_module"),
    ],
)
def test_a_changed_moto_is_noticed_with_the_hook_named(
    purpose: str, owner: object, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(owner, name, None)
    with pytest.raises(MotoHasChangedError, match="moto no longer has") as changed:
        BY_PURPOSE[purpose].check()
    assert purpose in str(changed.value)


def test_a_changed_body_is_noticed_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def setup_class(*_: object) -> None:
        """A moto that parses parameters somewhere else."""

    monkeypatch.setattr(BaseResponse, "setup_class", setup_class)
    with pytest.raises(MotoHasChangedError, match=r"self\.parse_parameters\(request\)"):
        BY_PURPOSE[hooks.STRICT].check()
