"""Lambda's version numbers, of which moto gives one twice once a version was deleted, as stacks do."""

import copy
from typing import Any

_LAST_NUMBER = "last_version_number"


def publish_version(storage: Any, name_or_arn: str, description: str = "") -> Any:
    """In place of moto's LambdaStorage.publish_version: a number is never given twice.

    Source: Lambda developer guide, "Manage Lambda function versions": numbers are not reused, even for a
    function that was deleted and made anew; here a new function begins with 1 (emulator-defined).
    """
    function = storage.get_function_by_name_or_arn_forbid_qualifier(name_or_arn)
    versions = storage._functions[function.function_name]["versions"]
    if versions and not function.code_or_config_updated:
        return versions[-1]
    function.code_or_config_updated = False
    number = getattr(function, _LAST_NUMBER, 0) + 1
    version = copy.copy(function)
    version.set_version(number)
    if description:
        version.description = description
    setattr(function, _LAST_NUMBER, number)
    versions.append(version)
    storage._arns[version.function_arn] = version
    return version
