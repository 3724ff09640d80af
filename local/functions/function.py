"""Function: a Lambda function as moto keeps it, with what moto leaves out."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from moto.awslambda.models import LambdaFunction

from local.functions import settings as members
from local.functions.access import SENDING_ACTIONS, is_assumable, may_send
from local.functions.errors import InvalidParameterValue, NotBuilt, TooManyRequests
from local.functions.folders import is_zip
from local.functions.outcome import Invocation
from local.functions.pool import Throttled
from local.functions.reference import unqualified_arn
from local.functions.service import current, new_request_id
from local.functions.settings import Settings
from local.world import current as current_world

_OPERATION = {"sqs": "SendMessage on SQS", "sns": "Publish on SNS"}
_NO_SUCH_KEY = (
    "Error occurred while GetObject. S3 Error Code: NoSuchKey. "
    "S3 Error Message: The specified key does not exist."
)
_NOT_ASSUMABLE = "The role defined for the function cannot be assumed by Lambda."


class Function(LambdaFunction):
    """One version of a function; published versions are shallow copies of the latest."""

    def __init__(self, account_id: str, spec: dict[str, Any], region: str) -> None:
        """Make `$LATEST` from a CreateFunction request. Raises InvalidParameterValue or NotBuilt."""
        members.check(spec)
        if not spec.get("Handler") or not spec.get("Runtime"):
            raise InvalidParameterValue(
                "Runtime and Handler are mandatory parameters for functions created with .zip."
            )
        super().__init__(account_id, spec, region, version="$LATEST")
        self.settings = Settings().updated(spec)
        members.check_snap_start(self.settings, self.run_time)
        self.check_role()
        self.touch()

    def check_role(self) -> None:
        """Raise InvalidParameterValue if Lambda cannot use the role, or the role not the dead-letter target."""
        if not is_assumable(self.role, unqualified_arn(self.function_arn)):
            raise InvalidParameterValue(_NOT_ASSUMABLE)
        target = self.settings.dead_letter_arn
        if target is not None and not may_send(self.role, target, current_world().clock.now()):
            operation = _OPERATION[target.split(":")[2]]
            raise InvalidParameterValue(
                f"The provided execution role does not have permissions to call {operation}"
            )

    def check_destination(self, target: str) -> None:
        """Raise InvalidParameterValue if the function's role may not send records to a destination."""
        if target.split(":")[2] not in SENDING_ACTIONS:
            raise NotBuilt(f"destinations such as {target}")
        if not may_send(self.role, target, current_world().clock.now()):
            action = SENDING_ACTIONS[target.split(":")[2]]
            raise InvalidParameterValue(
                f"The function's execution role does not have permissions to call {action} on {target}"
            )

    def get_configuration(self, on_create: bool = False) -> dict[str, Any]:
        """The configuration as AWS answers it."""
        applies = self.settings.applies_snap_start
        is_published = str(self.version) != "$LATEST"
        return {
            **super().get_configuration(on_create),
            **self.settings.described(self.function_name),
            "SnapStart": {
                "ApplyOn": "PublishedVersions" if applies else "None",
                "OptimizationStatus": "On" if applies and is_published else "Off",
            },
        }

    def get_code(self) -> dict[str, Any]:
        """What GetFunction answers. Moto leaves a reserved concurrency of zero out."""
        described: dict[str, Any] = super().get_code()
        if self.reserved_concurrency is not None:
            described["Concurrency"] = {"ReservedConcurrentExecutions": int(self.reserved_concurrency)}
        return described

    def update_configuration(self, config_updates: dict[str, Any]) -> dict[str, Any]:
        """Apply an UpdateFunctionConfiguration request, all of it or nothing."""
        members.check(config_updates)
        with self._undone_on_refusal():
            self.settings = self.settings.updated(config_updates)
            if "TracingConfig" in config_updates:
                self.tracing_config = config_updates["TracingConfig"]
            if "EphemeralStorage" in config_updates:
                self.ephemeral_storage = config_updates["EphemeralStorage"]["Size"]
            if "KMSKeyArn" in config_updates:
                self.kms_key_arn = config_updates["KMSKeyArn"]
            super().update_configuration(
                {name: value for name, value in config_updates.items() if name != "Environment"}
            )
            if "Environment" in config_updates:
                self.environment_vars = config_updates["Environment"].get("Variables", {})
            members.check_snap_start(self.settings, self.run_time)
            self.check_role()
        self.touch()
        return self.get_configuration()

    def update_function_code(self, updated_spec: dict[str, Any]) -> dict[str, Any]:
        """Apply an UpdateFunctionCode request; with DryRun it is only checked."""
        members.check(updated_spec)
        if updated_spec.get("DryRun"):
            return self.get_configuration()
        with self._undone_on_refusal():
            super().update_function_code(updated_spec)
            if "Architectures" in updated_spec:
                self.architectures = updated_spec["Architectures"]
        self.touch()
        return self.get_configuration()

    def set_version(self, version: int) -> None:
        """Become a published version."""
        super().set_version(version)
        self.touch()

    def touch(self) -> None:
        """Note that the function changed, by the world's clock."""
        self.last_modified = _spell(current_world().clock.now())

    def invoke(self, body: str, request_headers: Any, response_headers: Any) -> bytes:
        """Run the function for one of moto's own services, and wait for it."""
        payload = (body or "{}").encode()
        invocation = Invocation(self, self.function_arn, payload, new_request_id())
        try:
            outcome = current().invoke(invocation, may_wait=True)
        except Throttled as throttled:
            raise TooManyRequests(throttled.reason) from throttled
        if outcome.is_error:
            response_headers["x-amz-function-error"] = "Unhandled"
        return outcome.payload

    @contextmanager
    def _undone_on_refusal(self) -> Iterator[None]:
        """Within it, what is refused leaves the function as it was."""
        before = {**self.__dict__, "code": dict(self.code)}
        try:
            yield
        except BaseException:
            self.__dict__.clear()
            self.__dict__.update(before)
            raise

    def _set_function_code(self, updated_spec: dict[str, Any]) -> None:
        try:
            super()._set_function_code(updated_spec)
        except ValueError as error:
            # Moto's way to say that bucket or key are missing.
            raise InvalidParameterValue(str(error.args[-1])) from error
        if "S3Key" not in updated_spec and "ZipFile" not in updated_spec:
            raise InvalidParameterValue("Please provide a source for function code.")
        if "S3Key" in updated_spec and not self.code_sha_256:
            # Moto takes a missing key for empty code.
            raise InvalidParameterValue(_NO_SUCH_KEY)
        if not is_zip(self.code_bytes):
            raise InvalidParameterValue(
                "Could not unzip uploaded file. Please check your file, then try to upload again."
            )


def _spell(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}+0000"
