"""What units are called after a figure: percent, currencies, units of usage, and how many times."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from tools.domain.prose.readings import CURRENCIES, PERCENT, TIMES

_CALLED: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("%", "percent", "per cent", "pct", "pp", "ppt"), PERCENT),
        **dict.fromkeys(
            ("percentage point", "percentage points", "percentage-point", "percentage-points"), PERCENT
        ),
        "‰": "per mille",
        **dict.fromkeys(("x", "\xd7", "times", "fold"), TIMES),
        **dict.fromkeys(("$", "dollar", "dollars", "buck", "bucks"), "USD"),
        **dict.fromkeys(("€", "euro", "euros"), "EUR"),
        **dict.fromkeys(("£", "pound", "pounds"), "GBP"),
        **dict.fromkeys(("¥", "yuan"), "CNY"),
        **dict.fromkeys(("₹", "rupee", "rupees"), "INR"),
        **dict.fromkeys(("¢", "cent", "cents"), "cents"),
        **{code.lower(): code for code in CURRENCIES},
        **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), "hours"),
        **{unit: unit for unit in ("kb", "mb", "gb", "tb", "pb", "kib", "mib", "gib", "tib", "pib")},
        **dict.fromkeys(("gb-mo", "gb-month", "gb-months"), "gb-months"),
        **dict.fromkeys(("request", "requests"), "requests"),
        **dict.fromkeys(("d", "s", "m", "mm", "min", "ms"), ""),
    }
)


def unit_called(written: str) -> str | None:
    """The unit as figures carry it; empty for units that nothing is held against, None for what is no unit."""
    return _CALLED.get(written.lower())
