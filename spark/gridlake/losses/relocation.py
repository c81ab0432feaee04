"""Where a point that does not belong to its substation hangs instead: the one whose balance lacks just its curve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gridlake.catalog.losses import LossKind
from gridlake.losses.detector import Finding, Stray
from gridlake.losses.supply import SLOTS, Floats

_LEAST_FACTOR, _MOST_FACTOR = 0.3, 1.5
"""Below 1 is common: smooth neighbours of the new place have taken a part of what they could not explain."""
_WEAK_SCORE, _LEAST_FACTOR_OF_WEAK = 8.0, 0.7
_AHEAD = 1.5
"""By what the best substation has to be better than the next."""
_LEAST_SCORE = 6.0
_TOGETHER = 9.0
"""What leaving the one and missing in the other must be worth together: evidence from two meters."""


@dataclass(frozen=True)
class Relocation:
    """A point, the substation of the register and the one that supplies it."""

    metering_point_id: str
    registered: str
    supplied_by: str
    score: float
    factor: float
    """How much of its curve nothing else explains there."""
    runner_up: float
    """Score of the next best substation."""


def relocations(findings: Sequence[Finding]) -> list[Relocation]:
    """The points of an area that are better placed elsewhere; all findings must speak of the same days."""
    known = [one for one in findings if len(one.residual)]
    strays: list[tuple[str, Stray]] = [(one.substation_id, stray) for one in known for stray in one.strays]
    if not strays or len(known) < 2:
        return []
    # What many share, such as evenings, tells nothing of who it is.
    curves = np.stack([_individual(stray.curve) for _, stray in strays])
    residuals = np.stack([one.residual for one in known])
    energy = (curves**2).sum(axis=1)
    noise = np.maximum(residuals.std(axis=1), 1.0)
    factor = curves @ residuals.T / np.maximum(energy, 1.0)[:, None]
    score = factor * np.sqrt(energy)[:, None] / noise[None, :]
    plausible = (factor >= _LEAST_FACTOR) & (factor <= _MOST_FACTOR)
    own = np.array([[one.substation_id == registered for one in known] for registered, _ in strays])
    score = np.where(own, 0.0, score)
    found = []
    for row, (registered, stray) in enumerate(strays):
        best, *others = np.argsort(-score[row], kind="stable").tolist()
        together = float(np.hypot(score[row, best], stray.score))
        next_best = float(score[row, others[0]]) if others else 0.0
        if not plausible[row, best]:
            continue
        if stray.score < _WEAK_SCORE and factor[row, best] < _LEAST_FACTOR_OF_WEAK:
            continue
        if score[row, best] >= max(_LEAST_SCORE, _AHEAD * next_best) and together >= _TOGETHER:
            there = known[best].substation_id
            found.append(
                Relocation(
                    stray.metering_point_id,
                    registered,
                    there,
                    float(score[row, best]),
                    float(factor[row, best]),
                    next_best,
                )
            )
    return found


def _individual(curve: Floats) -> Floats:
    """A curve without its usual day."""
    table = curve.reshape(-1, SLOTS)
    return np.asarray((table - table.mean(axis=0)).ravel(), dtype=np.float64)


ROUNDS = 3
"""How often an area is looked at again: where a large stray is settled, smaller ones show."""


def again(findings: Sequence[Finding], moved: Sequence[Relocation]) -> list[Relocation]:
    """The relocations of a further round beside those that hold already."""
    settled = {one.metering_point_id for one in moved}
    return [*moved, *(one for one in relocations(findings) if one.metering_point_id not in settled)]


def touched(before: Sequence[Relocation], after: Sequence[Relocation]) -> set[str]:
    """The substations whose findings have to be made again, because a round took or gave a point."""
    fresh = after[len(before) :]
    return {end for one in fresh for end in (one.registered, one.supplied_by)}


@dataclass(frozen=True)
class Misplaced:
    """A point that the register puts behind a substation which does not supply it."""

    metering_point_id: str
    registered: str
    supplied_by: str | None
    """None where no other substation lacks it."""


def misplaced(findings: Sequence[Finding], moved: Sequence[Relocation]) -> list[Misplaced]:
    """All misplaced points, once the findings of the substations that relocations touch have been made again."""
    cases = {
        (case.metering_point_id, one.substation_id)
        for one in findings
        for case in one.cases
        if case.kind is LossKind.WRONG_SUBSTATION
    }
    rows = {
        # A point that does not belong to the new substation either was moved for a wrong reason.
        one.metering_point_id: Misplaced(
            one.metering_point_id,
            one.registered,
            None if (one.metering_point_id, one.supplied_by) in cases else one.supplied_by,
        )
        for one in moved
    }
    for point, substation in cases:
        if point is not None and point not in rows:
            rows[point] = Misplaced(point, substation, None)
    return [rows[point] for point in sorted(rows)]
