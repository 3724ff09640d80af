"""Every place where the embedded AWS reaches into moto, each with the check that moto is still as we found it."""

import copy
import importlib
import inspect
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from moto import backend_index
from moto.apigatewayv2.models import (
    Api,
    ApiGatewayV2Backend,
    Integration,
    Route,
    Stage,
    apigatewayv2_backends,
)
from moto.awslambda.models import LambdaBackend, LambdaFunction, LambdaStorage, lambda_backends
from moto.awslambda.policy import Policy
from moto.bedrockruntime.models import bedrockruntime_backends
from moto.budgets.models import budgets_backends
from moto.ce.models import ce_backends
from moto.cloudformation.models import cloudformation_backends
from moto.core.base_backend import AccountSpecificBackend, BackendDict, BaseBackend, backend_lock
from moto.core.eventstream import EventStreamEncoder
from moto.core.parse import PROTOCOL_PARSERS, JSONParser
from moto.core.responses import BaseResponse
from moto.core.routing import get_service_router
from moto.events.models import Rule
from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy, Group, IAMBackend, PolicyVersion, Role, User
from moto.logs.models import LogGroup
from moto.moto_server.werkzeug_app import DomainDispatcherApplication
from moto.organizations import utils as organization_ids
from moto.organizations.models import FakeAccount, organizations_backends
from moto.s3.models import s3_backends
from moto.scheduler.models import Schedule, scheduler_backends
from moto.sns.models import Subscription, Topic
from moto.sqs.models import Queue, SQSBackend
from moto.sts.models import AssumedRole, STSBackend


class MotoHasChangedError(RuntimeError):
    """Moto no longer has what a hook holds on to; the message names the hook and what is missing."""


@dataclass(frozen=True)
class Hook:
    """One reach into moto: what it is for, the check that it still can, and how it is put in place."""

    purpose: str
    check: Callable[[], None]
    install: Callable[[], None]


def install() -> None:
    """Put every hook in place, once per process. Raises MotoHasChangedError if one has lost its hold."""
    _install_once()


@cache
def _install_once() -> None:
    for hook in HOOKS:
        hook.check()
        hook.install()


def require(holds: bool, purpose: str, what: str) -> None:
    """Raise MotoHasChangedError unless `holds`: `what` is what `purpose` needs of moto."""
    if not holds:
        raise MotoHasChangedError(
            f"{purpose}: moto no longer has {what}. Compare its source with local/hooks.py before upgrading."
        )


def require_function(owner: type, name: str, purpose: str, source: str = "") -> None:
    """Raise MotoHasChangedError unless `owner` has a method `name` whose source contains `source`."""
    function = getattr(owner, name, None)
    require(inspect.isfunction(function), purpose, f"{owner.__name__}.{name}()")
    require(
        source in inspect.getsource(getattr(owner, name)), purpose, f"{source} in {owner.__name__}.{name}()"
    )


def swap_backend(backends: Any, module: str) -> Hook:
    """A hook that lets `<module>.Backend` answer for the service of a moto BackendDict.

    Moto looks up `urls.py` beside the backend's own module, so routes and responses come along with it.
    """
    purpose = f"{module} answers instead of moto's {getattr(backends, 'service_name', backends)}"

    def check() -> None:
        require(isinstance(backends, BackendDict), purpose, "a BackendDict under that name")
        require(isinstance(getattr(backends, "backend", None), type), purpose, "BackendDict.backend, a class")
        is_looked_up = isinstance(getattr(BaseBackend, "_url_module", None), property)
        require(is_looked_up, purpose, "BaseBackend._url_module")

    def put_in_place() -> None:
        backends.backend = importlib.import_module(module).Backend
        # Instances made before carry the former class and its routes.
        backends.clear()

    return Hook(purpose, check, put_in_place)


# Our own services run requests their own way.

STRICT = "StrictResponse runs requests its own way"


def _check_responses() -> None:
    for name in ("_dispatch", "call_action", "parse_parameters", "_get_action"):
        require_function(BaseResponse, name, STRICT)
    for call in ("self.parse_parameters(request)", "self._get_action()", "self.get_current_account()"):
        require_function(BaseResponse, "setup_class", STRICT, call)
    require_function(JSONParser, "_parse_shape", STRICT)


def _nothing_to_put_in_place() -> None:
    """Where we override by inheritance, or only read."""


# Moto finds the service and the operation of a request, and reads its parameters.

ROUTING = "requests are routed and read by moto before it answers them"


def _check_routing() -> None:
    require_function(DomainDispatcherApplication, "infer_service_region_host", ROUTING, "credential_scope")
    require_function(
        DomainDispatcherApplication, "get_application", ROUTING, 'path_info.startswith("/moto-api")'
    )
    is_listed = any(
        service == "budgets" and hasattr(pattern, "match") for service, pattern in _url_patterns()
    )
    require(is_listed, ROUTING, "(service, pattern) pairs in backend_index.backend_url_patterns")
    protocols = {"json", "query", "ec2", "rest-json", "rest-xml"}
    require(protocols <= PROTOCOL_PARSERS.keys(), ROUTING, f"parsers for {', '.join(sorted(protocols))}")
    require_function(type(get_service_router("lambda")), "match", ROUTING)


def _url_patterns() -> list[tuple[str, Any]]:
    return list(backend_index.backend_url_patterns or ())


# AWS's managed policies.

MANAGED = "AWS's managed policies exist in every account, parsed once per process"


def _check_managed_policies() -> None:
    require_function(IAMBackend, "_init_aws_policies", MANAGED)
    require_function(IAMBackend, "__init__", MANAGED, "self.aws_managed_policies = self._init_aws_policies()")
    require_function(IAMBackend, "__init__", MANAGED, "self.managed_policies = self._init_managed_policies()")
    policy = next((policy for policy in _managed_policies() if policy.name == "AWSDenyAll"), None)
    require(policy is not None, MANAGED, "the managed policy AWSDenyAll")
    belongs = {"account_id", "partition"} <= vars(policy).keys()
    require(belongs, MANAGED, "account_id and partition of AWSManagedPolicy")


@cache
def _managed_policies() -> tuple[Any, ...]:
    documents = json.loads(aws_managed_policies_data)
    return tuple(
        AWSManagedPolicy.from_data(name, "aws", "us-east-1", data) for name, data in documents.items()
    )


def _copies_of_managed_policies(backend: Any) -> list[Any]:
    """The managed policies of one account, which begin attached to nobody.

    Only the partition of AWS itself has them: moto makes a backend for each as it looks up an access key.
    """
    if backend.partition != "aws":
        return []
    copies = [_copy_of_managed_policy(policy) for policy in _managed_policies()]
    for policy in copies:
        policy.account_id, policy.partition = backend.account_id, backend.partition
    return copies


def _copy_of_managed_policy(policy: Any, _: Any = None) -> Any:
    """A policy that is attached apart from `policy`, and shares with it the document that nobody may change.

    Made past moto's constructors, which would keep each of the thousand copies of an account for good.
    """
    copied = object.__new__(type(policy))
    vars(copied).update(vars(policy))
    return copied


class _AtFirstUse:
    """An attribute that the backend is asked for at its first use, and not told at its making.

    Most accounts of an organization are never asked for a policy, and copying a thousand takes 8 ms.
    """

    def __init__(self, name: str, make: Callable[[Any], Any]) -> None:
        self._name = name
        self._make = make

    def __get__(self, backend: Any, owner: type) -> Any:
        if backend is None:
            return self
        kept = vars(backend)
        if self._name not in kept:
            kept[self._name] = self._make(backend)
        return kept[self._name]

    def __set__(self, backend: Any, value: Any) -> None:
        """What moto's constructor would put here."""


def _nothing_yet(_: Any) -> None:
    """What the backend's constructor is given for its policies."""


def _load_managed_policies() -> None:
    patched: Any = IAMBackend
    patched.aws_managed_policies = _AtFirstUse("aws_managed_policies", _copies_of_managed_policies)
    patched.managed_policies = _AtFirstUse("managed_policies", IAMBackend._init_managed_policies)
    patched._init_aws_policies = patched._init_managed_policies = _nothing_yet
    copied: Any = AWSManagedPolicy
    copied.__deepcopy__ = _copy_of_managed_policy


# Who the user's own keys are.

IDENTITY = "the user's own keys are an IAM user called administrator"


_ask_moto_who = STSBackend.get_caller_identity


def _check_identity() -> None:
    require(":user/moto" in inspect.getsource(_ask_moto_who), IDENTITY, ":user/moto in get_caller_identity()")
    require_function(STSBackend, "get_assumed_role_from_access_key", IDENTITY)
    for name in ("role_arn", "policy", "access_key_id"):
        require_function(AssumedRole, "__init__", IDENTITY, f"self.{name} =")


def _name_the_administrator() -> None:
    def get_caller_identity(backend: Any, access_key_id: str, region: str) -> tuple[str, str, str]:
        user_id, arn, account_id = _ask_moto_who(backend, access_key_id, region)
        if arn.endswith(":user/moto"):
            arn = f"arn:aws:iam::{account_id}:user/administrator"
        return user_id, arn, account_id

    STSBackend.get_caller_identity = get_caller_identity  # type: ignore[method-assign, assignment]


# Whose policies are evaluated.

POLICIES = "role sessions and users are held to their policies"


def _check_policies() -> None:
    of_role = (
        "policies",
        "managed_policies",
        "permissions_boundary_arn",
        "assume_role_policy_document",
        "tags",
    )
    for name in of_role:
        require_function(Role, "__init__", POLICIES, f"self.{name}")
    for holder in (User, Group):
        for name in ("policies", "managed_policies"):
            require_function(holder, "__init__", POLICIES, f"self.{name}")
    require_function(User, "__init__", POLICIES, "self.access_keys")
    require_function(Group, "__init__", POLICIES, "self.users")
    require_function(PolicyVersion, "__init__", POLICIES, "self.is_default = is_default")
    require_function(PolicyVersion, "__init__", POLICIES, "self.document = document")
    require_function(FakeAccount, "__init__", POLICIES, "self.attached_policies")
    require_function(FakeAccount, "__init__", POLICIES, "self.parent_id")


# Accounts of the organization.

ACCOUNTS = "a scenario's accounts keep their ids"


def _check_accounts() -> None:
    require_function(FakeAccount, "__init__", ACCOUNTS, "utils.make_random_account_id()")
    require_function(FakeAccount, "__init__", ACCOUNTS, "OrganizationAccountAccessRole")
    owners = getattr(organizations_backends, "master_accounts", None)
    require_function(FakeAccount, "__init__", ACCOUNTS, 'self.name = kwargs["AccountName"]')
    require(isinstance(owners, dict), ACCOUNTS, "organizations_backends.master_accounts")


@contextmanager
def next_account_id(account_id: str) -> Iterator[None]:
    """Within it, an account that Organizations creates has this id."""
    make_random = organization_ids.make_random_account_id
    organization_ids.make_random_account_id = lambda: account_id
    try:
        yield
    finally:
        organization_ids.make_random_account_id = make_random


def name_management_account(account_id: str, name: str, email: str) -> None:
    """Give the management account of an organization its name; moto calls it master."""
    (account,) = (
        each for each in organizations_backends[account_id]["aws"].accounts if each.id == account_id
    )
    account.name, account.email = name, email


# Framing.

FRAMING = "a model's answer is framed as an event stream"


def _check_framing() -> None:
    require_function(
        EventStreamEncoder, "encode_message", FRAMING, "_calculate_checksum(message_without_crc)"
    )
    require_function(BaseResponse, "parse_parameters", FRAMING, "self.params = cast(Any, parsed)")


# Functions.

FUNCTIONS = "functions run in processes of their own, and keep what moto drops"
DELIVERY = "topics and queues reach functions as those of AWS do"


def _check_functions() -> None:
    for name in ("function_arn", "environment_vars", "reserved_concurrency", "tracing_config", "role"):
        require_function(LambdaFunction, "__init__", FUNCTIONS, f"self.{name}")
    for name in ("code_digest", "code_bytes", "code_sha_256"):
        require_function(LambdaFunction, "_set_function_code", FUNCTIONS, f"self.{name}")
    for name in ("create_function", "publish_version", "delete_event_source_mapping", "get_function"):
        require_function(LambdaBackend, name, FUNCTIONS)
    require_function(LambdaBackend, "create_event_source_mapping", FUNCTIONS, "EventSourceMapping(spec)")
    require_function(LambdaStorage, "put_function", FUNCTIONS)
    require_function(LambdaStorage, "__init__", FUNCTIONS, "self._aliases")
    require_function(LambdaStorage, "publish_version", FUNCTIONS, "code_or_config_updated")
    require_function(Policy, "__init__", FUNCTIONS, "self.statements")
    require_function(STSBackend, "assume_role", FUNCTIONS, "external_id=external_id")
    require_function(LogGroup, "put_log_events", FUNCTIONS)
    require_function(BaseResponse, "_enrich_response", FUNCTIONS, "gen_amzn_requestid_long(headers)")


def _check_delivery() -> None:
    require_function(Topic, "publish", DELIVERY, "subscription.publish(")
    require_function(Subscription, "__init__", DELIVERY, "self._filter_policy_matcher")
    require_function(Subscription, "_parse_message_structure", DELIVERY)
    require_function(Queue, "add_message", DELIVERY, "send_sqs_batch")
    require_function(SQSBackend, "send_message", DELIVERY, "message_attributes")


def _deliver_to_functions() -> None:
    Subscription.publish = importlib.import_module("local.functions.topics").publish  # type: ignore[method-assign]


# WebSocket APIs.

WEBSOCKETS = "clients of a WebSocket API are led by its routes to functions"


def _check_websockets() -> None:
    for name in ("create_api", "create_route", "update_route", "create_integration", "update_integration"):
        require_function(ApiGatewayV2Backend, name, WEBSOCKETS)
    require_function(ApiGatewayV2Backend, "__init__", WEBSOCKETS, "self.apis")
    for name in ("api_id", "api_endpoint", "protocol_type", "route_selection_expression"):
        require_function(Api, "__init__", WEBSOCKETS, f"self.{name}")
    for name in ("integrations", "routes", "stages"):
        require_function(Api, "__init__", WEBSOCKETS, f"self.{name}")
    require_function(Stage, "__init__", WEBSOCKETS, "self.auto_deploy")
    for name in ("route_key", "authorization_type", "target", "route_responses"):
        require_function(Route, "__init__", WEBSOCKETS, f"self.{name}")
    require_function(Integration, "__init__", WEBSOCKETS, "self.integration_uri")


# Schedules.

SCHEDULES = "schedules and scheduled rules fire with the world's clock"


def _check_schedules() -> None:
    for name in ("schedule_expression", "target", "state", "start_date", "action_after_completion"):
        require_function(Schedule, "__init__", SCHEDULES, f"self.{name}")
    for name in ("scheduled_expression", "targets", "state"):
        require_function(Rule, "__init__", SCHEDULES, f"self.{name}")


# Version numbers.

VERSIONS = "a number of a Lambda version is never given twice"


def _check_versions() -> None:
    require_function(LambdaStorage, "publish_version", VERSIONS, "function.code_or_config_updated")
    require_function(LambdaStorage, "publish_version", VERSIONS, ".set_version(")
    require_function(LambdaStorage, "__init__", VERSIONS, "self._arns")
    require_function(LambdaStorage, "get_function_by_name_or_arn_forbid_qualifier", VERSIONS)


def _number_versions_once() -> None:
    ours = importlib.import_module("local.cloudformation.version_numbers")
    LambdaStorage.publish_version = ours.publish_version  # type: ignore[method-assign]


# Forgetting.

RESET = "a reset forgets all of moto's state"


def _check_reset() -> None:
    require(isinstance(vars(BackendDict).get("_instances"), list), RESET, "BackendDict._instances")
    owners = getattr(s3_backends, "bucket_accounts", None)
    require(isinstance(owners, dict), RESET, "s3_backends.bucket_accounts")


def forget_everything() -> None:
    """Drop every backend of every service. Moto's own reset would make each anew before dropping it."""
    instances: list[Any] = vars(BackendDict)["_instances"]
    with backend_lock:
        for backends in list(instances):
            backends.clear()
        instances.clear()
        organizations_backends.master_accounts.clear()
        # Names of buckets are taken across all accounts, and so kept apart from them.
        s3_backends.bucket_accounts.clear()


# Keeping.

KEEPING = "what moto holds is kept and put back"


def _check_keeping() -> None:
    require_function(AccountSpecificBackend, "__getitem__", KEEPING, "if region_name in self.keys():")
    require_function(BackendDict, "iter_backends", KEEPING, "account_specific_backend.items()")
    _check_reset()


class Holdings:
    """A copy of all that moto holds at one moment. It can be put back any number of times."""

    def __init__(self) -> None:
        """Take it now. Raises TypeError if moto holds what cannot be copied, such as a running thread."""
        with backend_lock:
            instances: list[Any] = list(vars(BackendDict)["_instances"])
            self._held = _copied(
                [(backends, list(backends.iter_backends())) for backends in instances],
                dict(organizations_backends.master_accounts),
                dict(s3_backends.bucket_accounts),
            )

    def put_back(self) -> None:
        """Let moto hold this again and nothing else. What is done with it later does not reach this copy."""
        with backend_lock:
            forget_everything()
            services, owners, buckets = _copied(*self._held)
            for backends, held in services:
                for account_id, region, backend in held:
                    backends[account_id][region] = backend
            organizations_backends.master_accounts.update(owners)
            s3_backends.bucket_accounts.update(buckets)


def _copied(*held: Any) -> Any:
    """A deep copy of backends, which go on belonging to the one BackendDict of their service."""
    services, *_ = held
    return copy.deepcopy(held, {id(backends): backends for backends, _ in services})


HOOKS: tuple[Hook, ...] = (
    Hook(STRICT, _check_responses, _nothing_to_put_in_place),
    Hook(ROUTING, _check_routing, _nothing_to_put_in_place),
    Hook(MANAGED, _check_managed_policies, _load_managed_policies),
    Hook(IDENTITY, _check_identity, _name_the_administrator),
    Hook(POLICIES, _check_policies, _nothing_to_put_in_place),
    Hook(ACCOUNTS, _check_accounts, _nothing_to_put_in_place),
    Hook(FRAMING, _check_framing, _nothing_to_put_in_place),
    Hook(RESET, _check_reset, _nothing_to_put_in_place),
    Hook(KEEPING, _check_keeping, _nothing_to_put_in_place),
    swap_backend(apigatewayv2_backends, "local.websocket.models"),
    swap_backend(bedrockruntime_backends, "local.bedrock.models"),
    swap_backend(budgets_backends, "local.budgets.models"),
    swap_backend(cloudformation_backends, "local.cloudformation.models"),
    swap_backend(ce_backends, "local.cost_explorer.models"),
    swap_backend(lambda_backends, "local.functions.models"),
    swap_backend(scheduler_backends, "local.schedules.models"),
    Hook(FUNCTIONS, _check_functions, _nothing_to_put_in_place),
    Hook(WEBSOCKETS, _check_websockets, _nothing_to_put_in_place),
    Hook(DELIVERY, _check_delivery, _deliver_to_functions),
    Hook(VERSIONS, _check_versions, _number_versions_once),
    Hook(SCHEDULES, _check_schedules, _nothing_to_put_in_place),
)
