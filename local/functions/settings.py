"""What CreateFunction and its updates may say, and what of it moto does not keep."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from local.functions.errors import InvalidParameterValue, NotBuilt

_NOT_BUILT = (
    "AcceleratorConfig",
    "CapacityProviderConfig",
    "CodeSigningConfigArn",
    "DurableConfig",
    "FileSystemConfigs",
    "ImageConfig",
    "PublishTo",
    "RevisionId",
    "RuntimeConfig",
    "TenancyConfig",
)
_CODE_NOT_BUILT = ("ImageUri", "S3ObjectVersion", "S3ObjectStorageMode", "SourceKMSKeyArn")
# Source: the service model's ranges.
_RANGES = {"MemorySize": (128, 10240), "Timeout": (1, 900)}
_ARCHITECTURES = ("x86_64", "arm64")
# Source: Lambda developer guide, "Using Lambda environment variables", reserved variables.
_RESERVED = frozenset(
    (
        "_HANDLER",
        "_X_AMZN_TRACE_ID",
        "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "AWS_DEFAULT_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "LAMBDA_RUNTIME_DIR",
        "LAMBDA_TASK_ROOT",
    )
)
# SnapStart for Python starts with 3.12 (Lambda developer guide, "Improving startup performance with SnapStart").
_FIRST_SNAPSTART_MINOR = 12
_LOG_LEVELS = ("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL")
_SYSTEM_LOG_LEVELS = ("DEBUG", "INFO", "WARN")


@dataclass(frozen=True)
class Settings:
    """The members of a function's configuration that moto does not keep.

    `dead_letter_arn` is a queue or topic, None if there is none; `applies_snap_start` holds for published
    versions. `log_group` is None for the function's own.
    """

    dead_letter_arn: str | None = None
    applies_snap_start: bool = False
    log_group: str | None = None
    log_format: str = "Text"
    application_log_level: str | None = None
    system_log_level: str | None = None

    def updated(self, request: Mapping[str, Any]) -> "Settings":
        """These settings after a request that may mention some. Raises InvalidParameterValue."""
        settings = self
        if "DeadLetterConfig" in request:
            target = request["DeadLetterConfig"].get("TargetArn") or None
            if target is not None and target.split(":")[2:3] not in (["sqs"], ["sns"]):
                raise InvalidParameterValue(f"{target} is no queue or topic that can take dead letters")
            settings = replace(settings, dead_letter_arn=target)
        if "SnapStart" in request:
            settings = replace(
                settings, applies_snap_start=request["SnapStart"].get("ApplyOn") == "PublishedVersions"
            )
        if "LoggingConfig" in request:
            settings = settings._with_logging(request["LoggingConfig"])
        return settings

    def described(self, function_name: str) -> dict[str, Any]:
        """The members as GetFunctionConfiguration answers them."""
        logging = {
            "LogFormat": self.log_format,
            "LogGroup": self.log_group or default_log_group(function_name),
        }
        if self.application_log_level is not None:
            logging["ApplicationLogLevel"] = self.application_log_level
        if self.system_log_level is not None:
            logging["SystemLogLevel"] = self.system_log_level
        described: dict[str, Any] = {"LoggingConfig": logging}
        if self.dead_letter_arn is not None:
            described["DeadLetterConfig"] = {"TargetArn": self.dead_letter_arn}
        return described

    def _with_logging(self, config: Mapping[str, Any]) -> "Settings":
        log_format = config.get("LogFormat", "Text")
        application, system = config.get("ApplicationLogLevel"), config.get("SystemLogLevel")
        _require_one_of("loggingConfig.logFormat", log_format, ("Text", "JSON"))
        if log_format == "Text" and (application or system):
            raise InvalidParameterValue(
                "Log levels are not supported when the LogFormat is set to Text. Remove them, or set JSON."
            )
        if log_format == "JSON":
            application, system = application or "INFO", system or "INFO"
            _require_one_of("loggingConfig.applicationLogLevel", application, _LOG_LEVELS)
            _require_one_of("loggingConfig.systemLogLevel", system, _SYSTEM_LOG_LEVELS)
        return replace(
            self,
            log_format=log_format,
            log_group=config.get("LogGroup"),
            application_log_level=application,
            system_log_level=system,
        )


def default_log_group(function_name: str) -> str:
    """The log group of a function that names none."""
    return f"/aws/lambda/{function_name}"


def check(request: Mapping[str, Any]) -> None:
    """Check the members of CreateFunction or of an update that moto takes unseen.

    Raises InvalidParameterValue, or NotBuilt for what the embedded AWS would have to ignore.
    """
    for name in _NOT_BUILT:
        if request.get(name):
            raise NotBuilt(f"{name} of functions")
    for name in _CODE_NOT_BUILT:
        if (request.get("Code") or request).get(name):
            raise NotBuilt(f"{name} of a function's code")
    if request.get("PackageType", "Zip") != "Zip":
        raise NotBuilt("functions from container images")
    for name, (lowest, highest) in _RANGES.items():
        if name in request and not lowest <= request[name] <= highest:
            raise InvalidParameterValue(
                f"Value '{request[name]}' at '{name[0].lower()}{name[1:]}' failed to satisfy constraint: "
                f"Member must have value between {lowest} and {highest}"
            )
    if "Architectures" in request:
        if len(request["Architectures"]) != 1:
            raise InvalidParameterValue("A function has one architecture.")
        _require_one_of("architectures", request["Architectures"][0], _ARCHITECTURES)
    if "TracingConfig" in request:
        _require_one_of("tracingConfig.mode", request["TracingConfig"].get("Mode"), ("Active", "PassThrough"))
    if "SnapStart" in request:
        _require_one_of(
            "snapStart.applyOn", request["SnapStart"].get("ApplyOn"), ("None", "PublishedVersions")
        )
    _check_variables((request.get("Environment") or {}).get("Variables") or {})


def check_snap_start(settings: Settings, runtime: str | None) -> None:
    """Raise InvalidParameterValue if SnapStart is wanted for a runtime that has none."""
    version = re.fullmatch(r"python3\.(\d+)", runtime or "")
    is_supported = version is not None and int(version[1]) >= _FIRST_SNAPSTART_MINOR
    if settings.applies_snap_start and not is_supported:
        raise InvalidParameterValue(f"{runtime} is not supported for SnapStart enabled functions.")


def _check_variables(variables: Mapping[str, str]) -> None:
    reserved = sorted(_RESERVED & variables.keys())
    if reserved:
        raise InvalidParameterValue(
            "Lambda was unable to configure your environment variables because the environment variables you "
            "have provided contains reserved keys that are currently not supported for modification. "
            f"Reserved keys used in this request: {', '.join(reserved)}"
        )
    size = sum(len(name.encode()) + len(value.encode()) for name, value in variables.items())
    if size > 4096:
        raise InvalidParameterValue(
            "Lambda was unable to configure your environment variables because the environment variables you "
            "have provided exceeded the 4KB limit."
        )


def _require_one_of(member: str, value: Any, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise InvalidParameterValue(
            f"Value '{value}' at '{member}' failed to satisfy constraint: Member must satisfy enum value "
            f"set: [{', '.join(allowed)}]"
        )
