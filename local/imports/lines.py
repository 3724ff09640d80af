"""Lines of a CSV file, plain or gzipped, each with its number."""

import csv
import gzip
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

GZIP = b"\x1f\x8b"


@dataclass(frozen=True)
class Line:
    """One record of a CSV file: the number of its first line, its cells, and why it cannot be read, if so."""

    number: int
    cells: list[str]
    reason: str | None = None


def read_lines(path: Path) -> tuple[list[str], list[Line]]:
    """Header and lines of a file; blank lines are left out, lines of another length have a reason.

    Raises ValueError for a file that is empty, not text in UTF-8, not CSV, or a broken gzip; OSError if
    it cannot be opened.
    """
    try:
        text = _text_of(path)
        records = list(_records(text))
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not text in UTF-8 (byte {error.start}); save it as CSV UTF-8") from error
    except (csv.Error, gzip.BadGzipFile, EOFError) as error:
        raise ValueError(f"{path} cannot be read as CSV: {error}") from error
    if not records:
        raise ValueError(f"{path} is empty")
    header = [name.strip() for name in records[0][1]]
    return header, [_line(number, cells, len(header)) for number, cells in records[1:]]


def _text_of(path: Path) -> str:
    content = path.read_bytes()
    if content.startswith(GZIP):
        content = gzip.decompress(content)
    return content.decode("utf-8-sig")


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""))
    number = 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield number, cells
        number = reader.line_num + 1


def _line(number: int, cells: list[str], width: int) -> Line:
    if len(cells) == width:
        return Line(number, cells)
    return Line(number, cells, f"{len(cells)} cells where the header has {width}")


def refuse_other_currency(currency: str | None, line_number: int) -> None:
    """Raise ValueError unless the currency is USD or not said: adding up currencies would be wrong."""
    said = (currency or "").strip()
    if said and said.upper() not in ("USD", "NULL"):
        raise ValueError(f"line {line_number} is in {said}; only USD can be loaded, convert the file first")
