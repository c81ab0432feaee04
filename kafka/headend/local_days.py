"""Local days of Europe/Berlin: their UTC start, their 92, 96 or 100 intervals, and which day of 2016 resembles them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import IntEnum
from functools import cache, cached_property
from zoneinfo import ZoneInfo

import numpy as np

from headend.errors import RequestError
from headend.streams import FIRST_DAY, Floats, Ints

ZONE = ZoneInfo("Europe/Berlin")
INTERVAL_MINUTES = 15
SLOTS = 96
"""Quarter hours of the wall clock in an ordinary day."""

LAST_DAY = date(2099, 12, 31)
"""Registers count from FIRST_DAY on, so that what lies far from it takes as long."""

PROFILE_DAYS = 366
_PROFILE_YEAR = 2016
_SEASON_DAYS = 21
_FOLD = slice(8, 12)  # the quarter hours 02:00-03:00, skipped in March and repeated in October


class DayType(IntEnum):
    """Days of one type resemble each other in consumption."""

    WORKDAY = 0
    SATURDAY = 1
    REST_DAY = 2


@dataclass(frozen=True)
class Window:
    """Consecutive local days."""

    first_day: date
    days: int

    def __post_init__(self) -> None:
        """Refuse what the simulated registers cannot answer."""
        if self.days < 1:
            raise RequestError(f"{self.days} days were asked for", "ask for at least one day (--days 1)")
        if self.first_day < FIRST_DAY:
            raise RequestError(
                f"the first day {self.first_day} lies before {FIRST_DAY}, when the simulated registers start to count",
                f"choose --start {FIRST_DAY} or later",
            )
        if self.days - 1 > (LAST_DAY - self.first_day).days:
            raise RequestError(
                f"{self.days} days from {self.first_day} on end after {LAST_DAY}, the last one that is simulated",
                "ask for fewer --days, or for an earlier --start",
            )

    @cached_property
    def dates(self) -> list[date]:
        """The local days."""
        return [self.first_day + timedelta(days=offset) for offset in range(self.days)]

    @property
    def first_number(self) -> int:
        """Number of the first day, counted from FIRST_DAY."""
        return (self.first_day - FIRST_DAY).days

    @cached_property
    def starts(self) -> Ints:
        """Epoch seconds UTC of each local midnight, and of the one after the last day."""
        return np.array([midnight(day) for day in [*self.dates, self.dates[-1] + timedelta(days=1)]])

    @cached_property
    def lengths(self) -> Ints:
        """Intervals per day: 96, and 92 or 100 where the clocks change."""
        return np.diff(self.starts) // (INTERVAL_MINUTES * 60)

    @cached_property
    def slots(self) -> Ints:
        """Wall-clock quarter hour [day, interval]; -1 pads the shorter days."""
        table = np.full((self.days, int(self.lengths.max())), -1)
        for row, length in zip(table, self.lengths, strict=True):
            row[:length] = _SLOTS_BY_LENGTH[int(length)]
        return table

    @cached_property
    def present(self) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
        """Which cells of [day, interval] exist."""
        return self.slots >= 0

    @cached_property
    def interval_starts(self) -> Ints:
        """Epoch seconds UTC of every interval of the window, in order."""
        return np.arange(self.starts[0], self.starts[-1], INTERVAL_MINUTES * 60)


@dataclass(frozen=True)
class History:
    """All days from FIRST_DAY to the end of a window: what registers need to know."""

    fold: Ints
    """Per day: -1 where the hour 02-03 is skipped, +1 where it is repeated, else 0."""
    profile_day: Ints
    """Per day: the day of the profile year (0..365) with the same month and day."""
    candidates: Ints
    """[day, n] profile days of the same type within three weeks of the season; a row ends after its `counts`."""
    counts: Ints

    @classmethod
    def until(cls, window: Window) -> History:
        """The history that ends with the window's last day."""
        everything = Window(FIRST_DAY, window.first_number + window.days)
        lists = [_similar_days(day) for day in everything.dates]
        candidates = np.zeros((len(lists), max(map(len, lists))), dtype=np.int64)
        for row, similar in zip(candidates, lists, strict=True):
            row[: len(similar)] = similar
        return cls(
            fold=(everything.lengths - SLOTS) // 4,
            profile_day=np.array([_profile_day(day) for day in everything.dates]),
            candidates=candidates,
            counts=np.array([len(similar) for similar in lists]),
        )

    def draw(self, share: Floats) -> Ints:
        """One similar day per cell of [row, day], chosen by uniform numbers."""
        choice = (share * self.counts).astype(np.int64)
        return self.candidates[np.arange(len(self.counts)), choice]


def day_type(day: date) -> DayType:
    """Workday, Saturday, or Sunday and public holiday."""
    if day.weekday() == 6 or day in _holidays(day.year):
        return DayType.REST_DAY
    return DayType.SATURDAY if day.weekday() == 5 else DayType.WORKDAY


@cache
def _holidays(year: int) -> frozenset[date]:
    """The holidays of all German states (Easter by the anonymous Gregorian computus)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    h = (19 * a + b - d - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    i, k = divmod(c, 4)
    weekday = (32 + 2 * e + 2 * i - h - k) % 7
    month, offset = divmod(h + weekday - 7 * ((a + 11 * h + 22 * weekday) // 451) + 114, 31)
    easter = date(year, month, offset + 1)
    movable = {easter + timedelta(days=days) for days in (-2, 1, 39, 50)}
    return frozenset(movable | {date(year, m, d) for m, d in ((1, 1), (5, 1), (10, 3), (12, 25), (12, 26))})


@cache
def _types_of_profile_year() -> tuple[DayType, ...]:
    return tuple(day_type(date(_PROFILE_YEAR, 1, 1) + timedelta(days=offset)) for offset in range(PROFILE_DAYS))


def _similar_days(day: date) -> list[int]:
    """Season and day type decide, so any year can be simulated from 2016; the season wraps at New Year."""
    wanted, centre, types = day_type(day), _profile_day(day), _types_of_profile_year()
    season = ((centre + offset) % PROFILE_DAYS for offset in range(-_SEASON_DAYS, _SEASON_DAYS + 1))
    return [profile_day for profile_day in season if types[profile_day] is wanted]


def _profile_day(day: date) -> int:
    return (day.replace(year=_PROFILE_YEAR) - date(_PROFILE_YEAR, 1, 1)).days


def midnight(day: date) -> int:
    """Epoch seconds UTC at which a local day starts."""
    return int(datetime.combine(day, time(), ZONE).astimezone(UTC).timestamp())


_ALL_SLOTS = np.arange(SLOTS)
_SLOTS_BY_LENGTH = {
    SLOTS - 4: np.delete(_ALL_SLOTS, _FOLD),
    SLOTS: _ALL_SLOTS,
    SLOTS + 4: np.insert(_ALL_SLOTS, _FOLD.stop, _ALL_SLOTS[_FOLD]),
}
