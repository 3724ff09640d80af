"""Every place where the embedded AWS reaches into moto, each with the check that moto is still as we found it."""

import copy
import importlib
import importlib.util
import inspect
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from moto.budgets.models import budgets_backends
from moto.ce.models import ce_backends
from moto.core.authorization import ActionAuthenticatorMixin
from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.responses import BaseResponse
from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy, IAMBackend


class MotoHasChangedError(RuntimeError):
    """Moto no longer has what a hook holds on to; the message names the hook, what is missing and where."""


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


def swap_backend(backends: Any, module: str) -> Hook:
    """A hook that lets `<module>.Backend` answer for the service of a moto BackendDict.

    Moto looks up `urls.py` beside the backend's own module, so routes and responses come along with it.
    """
    purpose = f"{module} answers instead of moto's {getattr(backends, 'service_name', backends)}"

    def check() -> None:
        require(isinstance(backends, BackendDict), purpose, "a BackendDict under that name")
        require(isinstance(getattr(backends, "backend", None), type), purpose, "BackendDict.backend, a class")
        require(
            isinstance(getattr(BaseBackend, "_url_module", None), property),
            purpose,
            "BaseBackend._url_module",
        )

    def put_in_place() -> None:
        backends.backend = importlib.import_module(module).Backend
        # Instances made before carry the former class and its routes.
        backends.clear()

    return Hook(purpose, check, put_in_place)


def _exists(module: str) -> bool:
    package = module.rpartition(".")[0]
    return importlib.util.find_spec(package) is not None and importlib.util.find_spec(module) is not None


def _check_responses() -> None:
    for name in ("_dispatch", "setup_class", "parse_parameters", "call_action", "_get_action"):
        require(inspect.isfunction(getattr(BaseResponse, name, None)), STRICT, f"BaseResponse.{name}()")
    source = inspect.getsource(BaseResponse.setup_class)
    for call in ("self.parse_parameters(request)", "self._get_action()", "self.get_current_account()"):
        require(call in source, STRICT, f"{call} in BaseResponse.setup_class")
    authorize = getattr(ActionAuthenticatorMixin, "_authenticate_and_authorize_normal_action", None)
    require(inspect.isfunction(authorize), STRICT, "_authenticate_and_authorize_normal_action()")


def _check_managed_policies() -> None:
    init = getattr(IAMBackend, "_init_aws_policies", None)
    require(inspect.isfunction(init), MANAGED, "IAMBackend._init_aws_policies()")
    source = inspect.getsource(IAMBackend.__init__)
    require("self._init_aws_policies()" in source, MANAGED, "its call in IAMBackend.__init__")
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
    """The managed policies of one account: 2 ms, where parsing them anew takes 90 ms per account and partition."""
    copies = [copy.copy(policy) for policy in _managed_policies()]
    for policy in copies:
        policy.account_id, policy.partition = backend.account_id, backend.partition
    return copies


def _load_managed_policies() -> None:
    IAMBackend._init_aws_policies = _copies_of_managed_policies  # type: ignore[method-assign, assignment]


def _nothing_to_put_in_place() -> None:
    """Where we override by inheritance, or only read."""


STRICT = "StrictResponse runs requests its own way"
MANAGED = "AWS's managed policies exist in every account, parsed once per process"

HOOKS: tuple[Hook, ...] = (
    Hook(STRICT, _check_responses, _nothing_to_put_in_place),
    Hook(MANAGED, _check_managed_policies, _load_managed_policies),
    *(
        swap_backend(backends, module)
        for backends, module in (
            (budgets_backends, "local.budgets.models"),
            (ce_backends, "local.cost_explorer.models"),
        )
        if _exists(module)
    ),
)
