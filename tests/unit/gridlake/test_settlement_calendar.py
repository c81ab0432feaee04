"""When runs of a month are due."""

from datetime import date

import pytest

from gridlake.catalog.settlement import Kind, due_day

MARCH = date(2016, 3, 1)


@pytest.mark.parametrize(
    ("month", "kind", "due"),
    [
        (MARCH, Kind.FIRST, date(2016, 4, 14)),
        # Ascension is 5 May 2016.
        (MARCH, Kind.CLEARING, date(2016, 5, 13)),
        # Whit Monday is 16 May, Corpus Christi, no holiday in the north, 26 May.
        (MARCH, Kind.SETTLEMENT, date(2016, 6, 2)),
        (MARCH, Kind.CORRECTION, date(2016, 11, 30)),
        # Boxing Day is a Monday, Epiphany a Friday.
        (date(2016, 11, 1), Kind.CLEARING, date(2017, 1, 13)),
        # Both eves are Thursdays.
        (date(2015, 11, 1), Kind.CLEARING, date(2016, 1, 18)),
        (date(2016, 12, 1), Kind.CORRECTION, date(2017, 8, 31)),
        # 8 March is a Tuesday in both years, and a holiday in one.
        (date(2016, 2, 1), Kind.FIRST, date(2016, 3, 14)),
        (date(2022, 2, 1), Kind.FIRST, date(2022, 3, 15)),
        # Reformation Day and All Saints are Friday and Saturday, Saxony repents on Wednesday the 19th.
        (date(2025, 9, 1), Kind.CLEARING, date(2025, 11, 13)),
        (date(2025, 10, 1), Kind.FIRST, date(2025, 11, 14)),
        (date(2025, 9, 1), Kind.SETTLEMENT, date(2025, 12, 2)),
        # All Saints is a Tuesday in 2016, Assumption a Monday in both years, Children's Day a Tuesday in 2022.
        (date(2016, 10, 1), Kind.FIRST, date(2016, 11, 15)),
        (date(2016, 6, 1), Kind.SETTLEMENT, date(2016, 8, 30)),
        (date(2022, 7, 1), Kind.SETTLEMENT, date(2022, 9, 29)),
        # 8 May is a Friday of which Berlin made a holiday once.
        (date(2020, 4, 1), Kind.FIRST, date(2020, 5, 18)),
    ],
)
def test_a_run_is_due_on_its_working_day(month: date, kind: Kind, due: date) -> None:
    assert due_day(month, kind) == due
