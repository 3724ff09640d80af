"""The formats of cost files that can be loaded, and how a file's own is found."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from local.imports.console import is_console, read_console
from local.imports.focus import is_focus, read_focus
from local.imports.imported import Imported
from local.imports.lines import Line, read_lines
from local.imports.tidy import is_tidy, read_tidy


class UnknownFormatError(ValueError):
    """No format fits the header of the file; the message says which there are and what was found."""


@dataclass(frozen=True)
class Format:
    """One kind of file: how it is recognised by its header, and read."""

    name: str
    looks_like: str
    is_recognised: Callable[[Sequence[str]], bool]
    read: Callable[[Sequence[str], Sequence[Line]], Imported]


FORMATS = (
    Format("FOCUS 1.x", "ChargePeriodStart, BilledCost, ServiceName, ...", is_focus, read_focus),
    Format("tidy", "period, service, amount (account, region, currency, tag:<key>)", is_tidy, read_tidy),
    Format(
        "Cost Explorer console", "Service, EC2-Instances($), ..., Total costs($)", is_console, read_console
    ),
)


def load(path: Path | str) -> Imported:
    """The costs of a CSV or CSV.gz file in any of the formats.

    Raises UnknownFormatError when no format fits, ValueError when the file as a whole cannot be used (not
    CSV, another currency than USD), OSError when it cannot be opened. Single lines that cannot be used are
    in `problems` of the result.
    """
    header, lines = read_lines(Path(path))
    for one in FORMATS:
        if one.is_recognised(header):
            return one.read(header, lines)
    known = "; ".join(f"{one.name} ({one.looks_like})" for one in FORMATS)
    raise UnknownFormatError(f"{path} has the columns {', '.join(header)}. Formats that are known: {known}")
