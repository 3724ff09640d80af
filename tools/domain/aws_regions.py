"""What the console calls the AWS regions, by the code that filters want.

Source: AWS General Reference, regional endpoints. Only for recognising a name where a code belongs; a code
that is not listed is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

REGION_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "af-south-1": "Africa (Cape Town)",
        "ap-east-1": "Asia Pacific (Hong Kong)",
        "ap-northeast-1": "Asia Pacific (Tokyo)",
        "ap-northeast-2": "Asia Pacific (Seoul)",
        "ap-northeast-3": "Asia Pacific (Osaka)",
        "ap-south-1": "Asia Pacific (Mumbai)",
        "ap-south-2": "Asia Pacific (Hyderabad)",
        "ap-southeast-1": "Asia Pacific (Singapore)",
        "ap-southeast-2": "Asia Pacific (Sydney)",
        "ap-southeast-3": "Asia Pacific (Jakarta)",
        "ap-southeast-4": "Asia Pacific (Melbourne)",
        "ca-central-1": "Canada (Central)",
        "ca-west-1": "Canada West (Calgary)",
        "eu-central-1": "Europe (Frankfurt)",
        "eu-central-2": "Europe (Zurich)",
        "eu-north-1": "Europe (Stockholm)",
        "eu-south-1": "Europe (Milan)",
        "eu-south-2": "Europe (Spain)",
        "eu-west-1": "Europe (Ireland)",
        "eu-west-2": "Europe (London)",
        "eu-west-3": "Europe (Paris)",
        "il-central-1": "Israel (Tel Aviv)",
        "me-central-1": "Middle East (UAE)",
        "me-south-1": "Middle East (Bahrain)",
        "sa-east-1": "South America (Sao Paulo)",
        "us-east-1": "US East (N. Virginia)",
        "us-east-2": "US East (Ohio)",
        "us-gov-east-1": "AWS GovCloud (US-East)",
        "us-gov-west-1": "AWS GovCloud (US-West)",
        "us-west-1": "US West (N. California)",
        "us-west-2": "US West (Oregon)",
    }
)

_CODE = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")
# Costs that belong to no region.
_NOWHERE = frozenset({"global", "NoRegion"})


def is_region(value: str) -> bool:
    """Whether it can be a region in Cost Explorer: a code, `global` or `NoRegion`."""
    return value in _NOWHERE or _CODE.fullmatch(value) is not None


def region_meant_by(value: str) -> str | None:
    """The code that was probably meant by a name such as `US East (N. Virginia)` or `Frankfurt`."""
    if is_region(value.strip().lower()):
        return value.strip().lower()
    return _CODES.get(_spelling(value))


def _spelling(name: str) -> str:
    return re.sub(r"[^a-z]", "", name.lower().replace("eu (", "europe ("))


_CODES: Mapping[str, str] = {
    spelling: code
    for code, name in REGION_NAMES.items()
    for spelling in (_spelling(name), _spelling(name.partition("(")[2]))
}
