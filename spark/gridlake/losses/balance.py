"""The regression under every case: what is missing, against small errors of all meters at once and few large ones.

residual = columns @ coefficients + noise. A coefficient is either small by nature (every meter is off by a fraction of
a percent, every clock by seconds: a prior of known width) or free (a case). Judged against the small ones, a case has
to explain more than meters that are merely inexact could, and it does not have to pay for their number.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gridlake.losses.supply import SLOTS, Floats

_FREE = 30.0
"""Prior width of a case's factor: wide enough not to pull at any."""
_LEAST_NOISE_WH = 5.0  # meters count in steps


@dataclass(frozen=True)
class Effect:
    """How much of a column is in the residual."""

    factor: float
    model_error: float
    """Standard error if the noise were independent from interval to interval."""
    day_error: float
    """Standard error if whole days are independent of each other only."""

    @property
    def error(self) -> float:
        """The more careful of both."""
        return max(self.model_error, self.day_error)

    @property
    def score(self) -> float:
        """Distance from nothing in standard errors."""
        return self.factor / self.error


class Balance:
    """A residual and the columns that may explain it; cases are added one by one."""

    def __init__(self, residual: Floats, weights: Floats, small: Floats) -> None:
        """Take a residual [interval], weights from 0 to 1 and columns [column, interval] in units of their prior."""
        self.root = np.sqrt(weights)
        self.target = residual * self.root
        rows = small * self.root
        self._rows, self._small = rows, len(rows)
        self._gram = rows @ rows.T
        self._moment = rows @ self.target
        self.noise = self._loudness(self.target - self.target.mean())
        self.fit()

    @property
    def small(self) -> Floats:
        """Coefficients of the small columns, in units of their prior."""
        return self._coefficients[: self._small]

    def information(self, rows: Floats) -> Floats:
        """What is left of each row's energy once all columns had their share of it."""
        cross = self._rows @ rows.T
        energy = (rows**2).sum(axis=1)
        return np.asarray(energy - (cross * (self._inverse @ cross)).sum(axis=0) / self.noise**2, dtype=np.float64)

    def information_of_small(self, number: int, prior: float) -> Floats:
        """The same for the first columns, whose own prior width is given: it needs no look at the readings."""
        taken = self._inverse.diagonal()[:number]
        return np.asarray((1.0 - taken) * (self.noise / prior) ** 2, dtype=np.float64)

    @property
    def effects(self) -> list[Effect]:
        """The cases in the order in which they were added, all judged together."""
        found = []
        for row in range(self._small, len(self._rows)):
            influence = self._inverse[row] @ self._rows * (_FREE / self.noise**2)
            spread = float(np.sqrt((_by_day(influence * self.error) ** 2).sum()))
            model = _FREE * float(np.sqrt(self._inverse[row, row]))
            found.append(Effect(_FREE * float(self._coefficients[row]), model, spread))
        return found

    def fit(self) -> None:
        """Solve for all coefficients, with the rest as loud as it turned out to be."""
        for again in (True, False):
            self._inverse = np.linalg.inv(self._gram / self.noise**2 + np.eye(len(self._gram)))
            self._coefficients = self._inverse @ self._moment / self.noise**2
            self.error = self.target - self._coefficients @ self._rows
            if again:
                self.noise = self._loudness(self.error)

    def _loudness(self, error: Floats) -> float:
        """Not of the bulk only: what nothing explains yet must make every case look less certain."""
        return max(_LEAST_NOISE_WH, float(np.sqrt((error**2).sum() / max(np.count_nonzero(self.root), 1))))

    def add(self, column: Floats) -> None:
        """Let a column explain as much as it does."""
        row = column * self.root * _FREE
        cross = self._rows @ row
        self._gram = np.block([[self._gram, cross[:, None]], [cross[None, :], row @ row]])
        self._moment = np.append(self._moment, row @ self.target)
        self._rows = np.concatenate([self._rows, row[None, :]])
        self.fit()

    def remove(self, case: int) -> None:
        """Take a case out again, by its position."""
        row = self._small + case
        self._gram = np.delete(np.delete(self._gram, row, axis=0), row, axis=1)
        self._moment = np.delete(self._moment, row)
        self._rows = np.delete(self._rows, row, axis=0)
        self.fit()

    def test(self, column: Floats) -> Effect | None:
        """What a further column would explain; None where others explain all of it."""
        row = column * self.root
        rest = row - (self._inverse @ (self._rows @ row) / self.noise**2) @ self._rows
        information = float(rest @ row)
        if information <= 1e-9 * float(row @ row):
            return None
        factor = float(row @ self.error) / information
        days = _by_day(rest * (self.error - factor * rest))
        return Effect(factor, self.noise / np.sqrt(information), float(np.sqrt((days**2).sum())) / information)

    def unexplained(self) -> Floats:
        """The residual without all that columns explain; 0 where it is not known."""
        return np.divide(self.error, self.root, out=np.zeros_like(self.error), where=self.root > 0)


def _by_day(values: Floats) -> Floats:
    return np.asarray(values.reshape(-1, SLOTS).sum(axis=1), dtype=np.float64)
