"""Episodes: what befalls a customer or a substation from one local day to another.

Time is cut into cycles, and at most one episode of a family lies in each; every row's cycles begin at a day of its own,
so that nothing changes everywhere at once. An episode depends on its row and its cycle only, never on the window that
is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from headend.errors import RequestError
from headend.loss_profile import Kind, Phenomenon
from headend.streams import Flags, Floats, Key, Purpose, uniforms

YEAR = 364
"""Days of a cycle of faults and moves: no episode is longer."""

QUARTER = 91
"""Days of a cycle of holidays."""

_DRAWS = 8  # a life: the phase and seven spare; a cycle: choice, length, begin, level and four for details


@dataclass(frozen=True)
class Episode:
    """Something that lasts from the first to the last day, numbered since FIRST_DAY; it may have begun before that."""

    row: int
    kind: Kind
    first: int
    last: int
    level: float
    details: tuple[float, ...]
    """Four uniform numbers for whatever else the kind needs to know."""

    @property
    def days(self) -> slice:
        """The days that exist, as an index into arrays that begin with FIRST_DAY."""
        return slice(max(self.first, 0), max(self.last + 1, 0))

    def touches(self, first: int, days: int) -> bool:
        """Whether it lies at least partly in the given days."""
        return self.first < first + days and self.last >= first


def draw(
    keys: Sequence[Key],
    purpose: Purpose,
    kinds: Mapping[Kind, tuple[Phenomenon, Flags]],
    days: int,
    cycle: int = YEAR,
) -> list[Episode]:
    """The episodes that touch the first `days` days; a kind comes with the mask of the rows that it can befall."""
    drawn = uniforms(list(keys), purpose, 0, 3 + days // cycle, _DRAWS)
    phase = np.floor(drawn[:, 0, 0] * cycle).astype(np.int64)
    chances = np.stack([mask * _chance(kind, phenomenon, cycle) for kind, (phenomenon, mask) in kinds.items()])
    bounds = np.cumsum(chances, axis=0)
    if bounds[-1].max() > 1.0:
        raise RequestError(
            f"the shares of {', '.join(kinds)} ask for more than one episode per {cycle} days",
            "lower a share or let its episodes last longer",
        )
    # Cycle 0 ends on the day before the phase, so the first days of the world lie in it or in the next one.
    choice = (drawn[:, 1:, 0, None] >= bounds.T[:, None, :]).sum(axis=2)
    names, episodes = list(kinds), []
    for row, number in np.argwhere(choice < len(names)).tolist():
        kind = names[choice[row, number]]
        phenomenon, _ = kinds[kind]
        _, length, begin, level, *details = drawn[row, number + 1].tolist()
        low, high = phenomenon.days or (cycle, cycle)
        lasting = low + int(length * (high - low + 1))
        first = int(phase[row]) + (number - 1) * cycle + int(begin * (cycle - lasting + 1))
        one = Episode(row, kind, first, first + lasting - 1, float(phenomenon.level_at(level)), tuple(details))
        if one.touches(0, days):
            episodes.append(one)
    return episodes


def for_life(keys: Sequence[Key], purpose: Purpose) -> Floats:
    """Uniform numbers [row, 8] that stay with a row for life; a purpose serves either this or episodes."""
    return uniforms(list(keys), purpose, 0, 1, _DRAWS)[:, 0]


def _chance(kind: Kind, phenomenon: Phenomenon, cycle: int) -> float:
    """The chance per cycle that gives the wanted share at any time."""
    low, high = phenomenon.days or (cycle, cycle)
    if high > cycle:
        raise RequestError(f"{kind} can last {high} days, its cycle has {cycle}", f"let it last {cycle} days at most")
    return phenomenon.share * cycle / ((low + high) / 2)
