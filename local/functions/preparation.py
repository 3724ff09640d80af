"""Preparing execution environments: interpreter, code, layers, variables and credentials of the role."""

import re
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

from moto.awslambda.models import lambda_backends
from moto.sts.models import sts_backends

from local.functions.access import is_assumable
from local.functions.environment import ExecutionEnvironment, Recipe
from local.functions.errors import AccessDenied, InvalidParameterValue, InvalidRuntime
from local.functions.folders import Folders
from local.functions.interpreters import NoInterpreterError, find_interpreter
from local.functions.log_stream import new_stream_name
from local.functions.reference import unqualified_arn
from local.functions.settings import default_log_group

_STAGE_URL = re.compile(
    r"https://(?P<api_id>[a-z0-9]+)\.execute-api\.[a-z0-9-]+\.amazonaws\.com/(?P<stage>[\w$-]+)/?"
)

STREAM_NAME = "AWS_LAMBDA_LOG_STREAM_NAME"


class Preparation:
    """Makes environments that find the embedded AWS under `endpoint`."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint
        self._folders = Folders()

    def prepare(self, function: Any, now: datetime) -> ExecutionEnvironment:
        """A fresh environment of a version of a function.

        Raises AccessDenied if Lambda cannot assume the role, InvalidRuntime if no interpreter is here,
        InvalidParameterValue if code or layers are no zip files.
        """
        if not is_assumable(function.role, unqualified_arn(function.function_arn)):
            raise AccessDenied("The role defined for the function cannot be assumed by Lambda.")
        try:
            interpreter = find_interpreter(function.run_time)
        except NoInterpreterError as error:
            raise InvalidRuntime(str(error)) from error
        try:
            code = self._folders.of_code(function.code_digest, function.code_bytes)
            libraries = self._layer_folders(function)
        except zipfile.BadZipFile as error:
            raise InvalidParameterValue(
                f"Code or layers of {function.function_name} are no zip files."
            ) from error
        return ExecutionEnvironment(
            Recipe(
                interpreter,
                code,
                [*libraries, self._folders.of_runtime()],
                function.handler,
                {
                    **self._variables(function, now),
                    **{name: self._at_home(value) for name, value in function.environment_vars.items()},
                },
            )
        )

    def remove(self) -> None:
        """Remove the folders of code; none of their environments may still run."""
        self._folders.remove()

    def _at_home(self, value: str) -> str:
        """A variable that is the address of a stage of an API, as the function can reach it here.

        AWS's own name of it would lead to AWS (emulator-defined).
        """
        found = _STAGE_URL.fullmatch(value)
        return value if found is None else f"{self._endpoint}/{found['api_id']}/{found['stage']}"

    def _layer_folders(self, function: Any) -> list[Path]:
        """The folders of the function's layers that Python searches."""
        backend = lambda_backends[function.account_id][function.region]
        found: list[Path] = []
        for each in function.layers:
            layer: Any = backend.layers_versions_by_arn(each["Arn"])
            python = self._folders.of_code(layer.code_digest, layer.code_bytes) / "python"
            found += [python, python / "lib" / function.run_time / "site-packages"]
        return [folder for folder in found if folder.is_dir()]

    def _variables(self, function: Any, now: datetime) -> dict[str, str]:
        """Source: Lambda developer guide, "Defined runtime environment variables"."""
        assume_role: Any = sts_backends[function.account_id]["aws"].assume_role
        session = assume_role(
            region_name=function.region,
            role_session_name=function.function_name,
            role_arn=function.role,
            policy=None,
            duration=3600,
            external_id=None,
        )
        settings, version = function.settings, str(function.version)
        is_snapped = settings.applies_snap_start and version != "$LATEST"
        variables = {
            "AWS_REGION": function.region,
            "AWS_DEFAULT_REGION": function.region,
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.run_time}",
            "AWS_LAMBDA_FUNCTION_NAME": function.function_name,
            "AWS_LAMBDA_FUNCTION_VERSION": version,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_size),
            "AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start" if is_snapped else "on-demand",
            "AWS_LAMBDA_LOG_GROUP_NAME": settings.log_group or default_log_group(function.function_name),
            STREAM_NAME: new_stream_name(version, now),
            "AWS_LAMBDA_LOG_FORMAT": settings.log_format,
            "AWS_ACCESS_KEY_ID": session.access_key_id,
            "AWS_SECRET_ACCESS_KEY": session.secret_access_key,
            "AWS_SESSION_TOKEN": session.session_token,
            "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
            "AWS_ENDPOINT_URL": self._endpoint,
            # Emulator-defined: the machine's clock is not the embedded AWS's, so a function that can take the
            # time from AWS's replies is told to.
            "TIME_SOURCE": "aws",
        }
        if settings.application_log_level is not None:
            variables["AWS_LAMBDA_LOG_LEVEL"] = settings.application_log_level
        return variables
