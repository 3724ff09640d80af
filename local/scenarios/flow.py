"""Flow: one synthetic stream of usage, day by day, in whole numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from local.ledger.record import CostLine

# Changed only on purpose: every figure of every scenario hangs on it.
SEED = 20_260_101

FLAT = (1000,) * 7
OFFICE = (1000, 1020, 1030, 1020, 990, 720, 700)
TINKERING = (1000, 1050, 1100, 1050, 900, 250, 220)

MILLI_UNITS = 10**9  # a thousandth of a unit, in units of 10**-12
DAYS_OF_A_MONTH = 30


@dataclass(frozen=True, kw_only=True)
class Flow:
    """A steady stream of usage and the stories told about it.

    `dollars_a_month` at today's level, `price_nanodollars` of one usage unit, `rhythm` in permille Monday
    to Sunday, `noise` in permille, `growth_a_month` in permille. `begins` and `ends` are the first days
    with and without the stream, `steps` and `spikes` its changes in permille: from a day on, on a day.
    """

    line: CostLine
    dollars_a_month: int
    price_nanodollars: int
    rhythm: Sequence[int] = FLAT
    noise: int = 40
    growth_a_month: int = 0
    begins: date | None = None
    ends: date | None = None
    steps: tuple[tuple[date, int], ...] = ()
    spikes: tuple[tuple[date, int], ...] = ()


def usage_of(flow: Flow, first_day: date, today: date, length: int) -> list[int]:
    """The stream's daily usage in thousandths of a unit, for `length` days from `first_day`."""
    chance = Random(f"{SEED} {flow.line}")
    base = flow.dollars_a_month * 10**12 // DAYS_OF_A_MONTH // flow.price_nanodollars
    levels = _growth(flow.growth_a_month, (today - first_day).days, length)
    spikes = {(day - first_day).days: factor for day, factor in flow.spikes}
    steps = {(day - first_day).days: factor for day, factor in flow.steps}
    begin = (flow.begins - first_day).days if flow.begins else 0
    end = (flow.ends - first_day).days if flow.ends else length
    weekday = first_day.weekday()
    low, high = 1000 - flow.noise, 1000 + flow.noise
    level = 1000
    usage = [0] * length
    for offset in range(length):
        level = steps.get(offset, level)
        # Drawn on every day, so that a story does not shift the noise of the days after it.
        luck = low + int(chance.random() * (high - low + 1))
        if begin <= offset < end:
            shape = flow.rhythm[(weekday + offset) % 7] * level * spikes.get(offset, 1000)
            usage[offset] = base * levels[offset] * shape * luck // 10**21
    return usage


def _growth(permille_a_month: int, today: int, length: int) -> list[int]:
    """Level of each day in 10**-9, which is one at today and grows by the given rate each month."""
    whole = 10**9
    if not permille_a_month:
        return [whole] * length
    daily = whole + whole * permille_a_month // 1000 // DAYS_OF_A_MONTH
    levels = [whole] * length
    for offset in range(today + 1, length):
        levels[offset] = levels[offset - 1] * daily // whole
    for offset in range(min(today, length) - 1, -1, -1):
        levels[offset] = levels[offset + 1] * whole // daily
    return levels


def month_start(day: date, months: int = 0) -> date:
    """The first day of the month that lies so many months after the day's own (before: negative)."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def month_starts(first_day: date, length: int) -> list[int]:
    """The offsets of the first days of months among `length` days from `first_day`."""
    return [offset for offset in range(length) if (first_day + timedelta(days=offset)).day == 1]
