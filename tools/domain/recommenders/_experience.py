"""What held in the other scopes of the account: it counts where a scope's own months are few."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from tools.domain.recommenders._looks import LOOKS
from tools.domain.recommenders._trials import COMPARED_AT, MIDDLE, Record, settled
from tools.domain.spend_history import SpendHistory

# Until something is known every rule counts as good as the usual one, as if tried in this many months.
MONTHS_OF_DOUBT = 6.0


@dataclass(frozen=True, slots=True)
class Experience:
    """Records of so many scopes added up, each in its own usual loss."""

    record: Record
    scopes: int
    _known: dict[tuple[int, float], list[float]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def months(self) -> float:
        """How many faded months it rests on."""
        return max(self.record.trials)

    def losses(self, look: int, quantile: float) -> list[float]:
        """The mean loss of each of the look's rules in usual losses: 1 is as good as usual, less is better."""
        found = self._known.get((look, quantile))
        if found is None:
            weight = self.record.trials[look] + MONTHS_OF_DOUBT
            usual = self.record.usual(COMPARED_AT if quantile > MIDDLE else MIDDLE)
            found = [(loss / usual + MONTHS_OF_DOUBT) / weight for loss in self.record.losses(look, quantile)]
            self._known[look, quantile] = found
        return found


NO_EXPERIENCE = Experience(Record(), scopes=0)


def experience_of(histories: Iterable[SpendHistory]) -> Experience:
    """What held in these scopes, in whatever order they come; scopes of one or two months tell nothing."""
    # Sums of floats depend on their order, so the scopes are put into one of their own.
    ordered = sorted(
        (each for each in histories if len(each.months) > 2),
        key=lambda each: (each.unit, [(month.month, month.amount) for month in each.months]),
    )
    together = Record()
    for history in ordered:
        _add(settled(history)[0], together)
    return Experience(together, scopes=len(ordered))


def _add(record: Record, together: Record) -> None:
    scale = 1 / record.usual(COMPARED_AT)
    for look in range(len(LOOKS)):
        together.over[look] = [
            total + each * scale for total, each in zip(together.over[look], record.over[look], strict=True)
        ]
        together.short[look] += record.short[look] * scale
        together.misses[look] += record.misses[look] * scale
        together.sizes[look] += record.sizes[look] * scale
        together.trials[look] += record.trials[look]
