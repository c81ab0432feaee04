"""Settlement of a month: which runs there are and when each is due."""

from datetime import date, timedelta
from enum import StrEnum

from gridlake.catalog.calendar import working_day


class Kind(StrEnum):
    """The runs of a month, in their order; each settles with what is known by then."""

    FIRST = "FIRST"  # the first values of the month
    CLEARING = "CLEARING"  # after the balancing groups' objections
    SETTLEMENT = "SETTLEMENT"  # what is paid
    CORRECTION = "CORRECTION"  # the last word


_WORKING_DAY = {Kind.FIRST: 10, Kind.CLEARING: 30, Kind.SETTLEMENT: 42}
_CORRECTION_MONTHS = 8


def due_day(month: date, kind: Kind) -> date:
    """First day on which the run may be made: a working day after the month, or the last day of the eighth month."""
    if kind is Kind.CORRECTION:
        return last_day(month, _CORRECTION_MONTHS)
    return working_day(last_day(month), _WORKING_DAY[kind])


def month(text: str) -> date:
    """A month written YYYY-MM, as its first day."""
    return date.fromisoformat(f"{text}-01")


def days_of(of: date) -> list[date]:
    """The days of a month, which is its first day."""
    return [of + timedelta(days=later) for later in range((last_day(of) - of).days + 1)]


def last_day(month: date, later: int = 0) -> date:
    """Last day of the month that many months later; a month is its first day."""
    months = month.year * 12 + month.month + later
    return date(months // 12, months % 12 + 1, 1) - timedelta(days=1)
