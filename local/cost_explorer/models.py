"""Backend of the embedded Cost Explorer: what it has been asked, and what that would have cost."""

from collections import Counter
from decimal import Decimal
from threading import Lock

from moto.core.base_backend import BaseBackend

from local.world import World, current

# AWS Cost Explorer pricing: each paginated request costs one cent.
PRICE_PER_PAGE = Decimal("0.01")


class Backend(BaseBackend):
    """Holds nothing itself: every answer comes from the ledger of the world that is served."""


class PageMeter:
    """Counts the pages read in the world that is served; another world begins at zero."""

    def __init__(self) -> None:
        self._world: World | None = None
        self._pages: Counter[str] = Counter()
        self._lock = Lock()

    def count(self, operation: str) -> None:
        """Count one answered request of an operation."""
        with self._lock:
            self._pages_of(current())[operation] += 1

    def read(self) -> dict[str, int]:
        """Pages read so far, by operation."""
        with self._lock:
            return dict(self._pages_of(current()))

    def reset(self) -> None:
        """Begin at zero."""
        with self._lock:
            self._pages_of(current()).clear()

    def _pages_of(self, world: World) -> Counter[str]:
        if self._world is not world:
            self._world = world
            self._pages = Counter()
        return self._pages


METER = PageMeter()


def pages_read() -> int:
    """How many Cost Explorer pages have been read in this world, over all operations."""
    return sum(METER.read().values())


def pages_read_by_operation() -> dict[str, int]:
    """The same by operation name (`GetCostAndUsage`)."""
    return METER.read()


def price_of_pages_read() -> Decimal:
    """What those pages would have cost on AWS, in USD."""
    return pages_read() * PRICE_PER_PAGE


def reset_pages_read() -> None:
    """Begin counting at zero."""
    METER.reset()
