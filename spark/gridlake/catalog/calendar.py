"""The calendar by which days resemble each other."""

from collections.abc import Sequence
from datetime import date, timedelta


def holidays(years: Sequence[int]) -> list[date]:
    """The public holidays of all German states."""
    return sorted(day for year in years for day in _of_year(year))


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
