"""Claims about the hash that compares the lake with the head-end's truth."""

import hashlib

import pytest

from gridlake_control.lake_proof import DoubledDayError, day_lines, readings_hash

DAY = ("MP1", "1-0:1.8.0", 1000, [5, None, 7], [0, 0, 8])


def test_lines_step_by_the_interval_and_skip_what_is_not_there() -> None:
    assert day_lines(*DAY) == "MP1|1-0:1.8.0|1000|5|0\nMP1|1-0:1.8.0|2800|7|8\n"


def test_hash_is_over_the_lines() -> None:
    expected = hashlib.sha256(b"MP1|1-0:1.8.0|1000|5|0\nMP1|1-0:1.8.0|2800|7|8\n").hexdigest()
    assert readings_hash([DAY]) == (expected, 2)


def test_one_watt_hour_changes_the_hash() -> None:
    assert readings_hash([DAY])[0] != readings_hash([(*DAY[:3], [5, None, 8], DAY[4])])[0]


def test_doubled_day_is_refused() -> None:
    with pytest.raises(DoubledDayError, match=r"MP1, .* day from 1970-01-01T00:16:40Z is doubled"):
        readings_hash([DAY, DAY])


def test_unsorted_days_are_refused() -> None:
    with pytest.raises(DoubledDayError, match="not in order"):
        readings_hash([("MP2", *DAY[1:]), DAY])


def test_missing_quality_is_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        readings_hash([(*DAY[:4], [0])])
