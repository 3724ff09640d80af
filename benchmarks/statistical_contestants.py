"""statsforecast's models as contestants, where it is installed (`requirements-bench.txt`)."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from benchmarks.monthly_series import Account

MONTHS_A_YEAR = 12


@dataclass(frozen=True, slots=True)
class Statistical:
    """A model's upper bound at the quantile, or the naive forecast's where the model refuses so few months.

    The quantile is the upper end of the central interval that leaves as much above it.
    """

    name: str
    model: Callable[[], Any]
    naive: Callable[[], Any]

    def limits(self, known: Account, wanted: Sequence[str], quantile: float) -> Mapping[str, float]:
        """See Contestant."""
        return {name: self._limit([float(each) for each in known[name].amounts], quantile) for name in wanted}

    def _limit(self, amounts: Sequence[float], quantile: float) -> float:
        for model in (self.model, self.naive):
            found = _upper_bound(model(), amounts, quantile)
            if found is not None:
                return max(0.0, found)
        return max(0.0, amounts[-1])


def _upper_bound(model: Any, amounts: Sequence[float], quantile: float) -> float | None:
    """None where the model refuses the months, or knows no spread of them."""
    import numpy

    # Interval levels are central, and below the median the bound is the lower one.
    level = round(abs(2 * quantile - 1) * 100, 6)
    bound = "hi" if quantile >= 0.5 else "lo"
    with warnings.catch_warnings(), numpy.errstate(all="ignore"):
        # Models warn of few months; what they cannot do shows in the result.
        warnings.simplefilter("ignore")
        try:
            found = model.forecast(y=numpy.asarray(amounts, dtype=float), h=1, level=[level])
        except (NotImplementedError, ValueError, ZeroDivisionError, IndexError, numpy.linalg.LinAlgError):
            return None
    upper = next(float(values[0]) for key, values in found.items() if key.startswith(f"{bound}-"))
    return upper if math.isfinite(upper) else None


def statistical_contestants() -> tuple[Statistical, ...] | None:
    """The models, or None where statsforecast is not installed."""
    if find_spec("statsforecast") is None:
        return None
    from statsforecast.models import AutoETS, AutoTheta, Naive, SeasonalNaive

    return (
        Statistical("auto_ets", lambda: AutoETS(season_length=MONTHS_A_YEAR), Naive),
        Statistical("auto_theta", lambda: AutoTheta(season_length=MONTHS_A_YEAR), Naive),
        Statistical("seasonal_naive", lambda: SeasonalNaive(season_length=MONTHS_A_YEAR), Naive),
    )
