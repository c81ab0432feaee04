"""Local days, clock changes and similar days."""

from datetime import UTC, date, datetime

import numpy as np
import pytest

from headend.errors import RequestError
from headend.local_days import DayType, History, Window, day_type


def utc(year: int, month: int, day: int, hour: int) -> int:
    return int(datetime(year, month, day, hour, tzinfo=UTC).timestamp())


def test_a_winter_day_starts_at_23_utc_and_has_96_intervals() -> None:
    window = Window(date(2016, 1, 2), 1)
    assert window.starts.tolist() == [utc(2016, 1, 1, 23), utc(2016, 1, 2, 23)]
    assert window.lengths.tolist() == [96]


def test_the_day_of_the_march_change_has_92_intervals_and_no_hour_two() -> None:
    window = Window(date(2016, 3, 27), 1)
    assert window.starts.tolist() == [utc(2016, 3, 26, 23), utc(2016, 3, 27, 22)]
    assert window.slots[0, 6:10].tolist() == [6, 7, 12, 13]


def test_the_day_of_the_october_change_has_100_intervals_and_hour_two_twice() -> None:
    window = Window(date(2016, 10, 30), 1)
    assert window.lengths.tolist() == [100]
    assert window.slots[0, 7:17].tolist() == [7, 8, 9, 10, 11, 8, 9, 10, 11, 12]


def test_shorter_days_of_a_window_are_padded() -> None:
    window = Window(date(2016, 3, 26), 2)
    assert window.present.sum(axis=1).tolist() == [96, 92]
    assert window.slots[1, -4:].tolist() == [-1, -1, -1, -1]
    assert len(window.interval_starts) == 188


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2016, 3, 24), DayType.WORKDAY),
        (date(2016, 3, 26), DayType.SATURDAY),
        (date(2016, 3, 27), DayType.REST_DAY),
        (date(2016, 3, 25), DayType.REST_DAY),  # Good Friday
        (date(2025, 4, 21), DayType.REST_DAY),  # Easter Monday of another year
        (date(2016, 5, 5), DayType.REST_DAY),  # Ascension
        (date(2016, 10, 3), DayType.REST_DAY),
    ],
)
def test_day_types_know_weekends_and_holidays(day: date, expected: DayType) -> None:
    assert day_type(day) is expected


def test_similar_days_are_of_the_same_type_and_season() -> None:
    history = History.until(Window(date(2016, 6, 15), 1))
    candidates = history.candidates[-1, : history.counts[-1]]
    days = [date.fromordinal(date(2016, 1, 1).toordinal() + int(offset)) for offset in candidates]
    assert {day_type(day) for day in days} == {DayType.WORKDAY}
    assert min(days) == date(2016, 5, 25)
    assert max(days) == date(2016, 7, 6)
    share = np.full((1, len(history.counts)), 0.999999)
    assert history.draw(share)[0, -1] == candidates[-1]


@pytest.mark.parametrize(("first", "days"), [(date(2015, 12, 31), 3), (date(2016, 1, 1), 0)])
def test_windows_outside_the_simulated_world_are_refused(first: date, days: int) -> None:
    with pytest.raises(RequestError, match="Next step"):
        Window(first, days)


@pytest.mark.parametrize(
    ("first", "days"), [(date(2099, 12, 31), 2), (date(9999, 12, 31), 1), (date(2016, 3, 21), 10**9)]
)
def test_a_window_beyond_the_last_day_is_refused(first: date, days: int) -> None:
    with pytest.raises(RequestError, match=r"end after 2099-12-31, [^\n]*\nNext step: ask for fewer --days"):
        Window(first, days)


def test_the_last_day_can_be_asked_for() -> None:
    assert Window(date(2099, 12, 31), 1).dates == [date(2099, 12, 31)]
