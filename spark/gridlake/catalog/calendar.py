"""Days that resemble each other, and the working days by which the market sets its dates."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache

WORKING_DAYS = "BK6-24-174"
"""The ruling whose working days `working_day` counts."""

_SATURDAY = 5
_SINCE = 2019  # Women's Day of Berlin and Children's Day of Thuringia
_ONCE = (date(2020, 5, 8), date(2025, 5, 8))  # Berlin: 75 and 80 years after the war


def holidays(years: Sequence[int]) -> list[date]:
    """The public holidays of all German states."""
    return sorted(day for year in years for day in _of_year(year))


def working_day(after: date, number: int) -> date:
    """The `number`th working day after a day, as BK6-24-174 counts them.

    None are Saturdays, Sundays, both eves, and what is a holiday in any one state, which then is one everywhere.
    """
    day = after
    while number > 0:
        day += timedelta(days=1)
        number -= day.weekday() < _SATURDAY and day not in _market_holidays(day.year)
    return day


@cache
def _market_holidays(year: int) -> frozenset[date]:
    in_some_state = [(1, 6), (8, 15), (10, 31), (11, 1)]
    if year >= _SINCE:
        in_some_state += [(3, 8), (9, 20)]
    fixed = {date(year, month, day) for month, day in (*in_some_state, (12, 24), (12, 31))}
    # The last Wednesday before 23 November, by which Saxony repents.
    repentance = date(year, 11, 22) - timedelta(days=(date(year, 11, 22).weekday() - 2) % 7)
    corpus_christi = _easter_sunday(year) + timedelta(days=60)
    return frozenset({*_of_year(year), *fixed, repentance, corpus_christi, *_ONCE})


def _of_year(year: int) -> list[date]:
    fixed = [date(year, month, day) for month, day in ((1, 1), (5, 1), (10, 3), (12, 25), (12, 26))]
    # Good Friday, Easter Monday, Ascension, Whit Monday.
    return fixed + [_easter_sunday(year) + timedelta(days=days) for days in (-2, 1, 39, 50)]


def _easter_sunday(year: int) -> date:
    """Gauss's rule as Lichtenberg corrected it; it holds for all years of the Gregorian calendar."""
    century = year // 100
    moon = 15 + (3 * century + 3) // 4 - (8 * century + 13) // 25
    golden = year % 19
    seed = (19 * golden + moon) % 30
    full_moon = 21 + seed - (seed + golden // 11) // 29
    sun = 2 - (3 * century + 3) // 4
    first_sunday = 7 - (year + year // 4 + sun) % 7
    return date(year, 3, 1) + timedelta(days=full_moon + 7 - (full_moon - first_sunday) % 7 - 1)
