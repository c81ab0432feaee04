"""When a rewrite pays, at its boundaries."""

from datetime import date

import pytest

from gridlake.catalog import curated, ops, raw, settlement_tables
from gridlake.maintenance.layout import TARGET_BYTES, Part, in_parts, value_in_metadata

DAYS = [date(2016, 3, 27), date(2016, 2, 29)]


@pytest.mark.parametrize(
    ("small_files", "small_bytes", "delete_files", "worth"),
    [
        (5, 1000, 0, False),  # one file is left, four are saved
        (6, 1000, 0, True),
        (6, TARGET_BYTES + 1, 0, False),  # two are left
        (7, TARGET_BYTES + 1, 0, True),
        (0, 0, 0, False),
        (0, 0, 1, True),  # every read applies it, however good the files are
    ],
)
def test_a_part_is_rewritten_for_five_files_or_one_delete(
    small_files: int, small_bytes: int, delete_files: int, worth: bool
) -> None:
    assert Part(DAYS[0], small_files, small_bytes, delete_files).is_worth_rewriting is worth


def test_a_condition_takes_exactly_the_parts_of_each_kind() -> None:
    assert value_in_metadata(curated.READING_CURRENT) == "partition.local_day"
    assert in_parts(curated.READING_CURRENT, DAYS) == "local_day IN (DATE '2016-02-29', DATE '2016-03-27')"
    assert value_in_metadata(raw.METER_READING) == "partition.kafka_time_day"
    assert in_parts(raw.METER_READING, DAYS) == (
        "(kafka_time >= TIMESTAMP '2016-02-29 00:00:00' AND kafka_time < TIMESTAMP '2016-03-01 00:00:00') OR "
        "(kafka_time >= TIMESTAMP '2016-03-27 00:00:00' AND kafka_time < TIMESTAMP '2016-03-28 00:00:00')"
    )
    assert value_in_metadata(settlement_tables.SETTLEMENT_LINE) == "partition.settlement_id"
    assert in_parts(settlement_tables.SETTLEMENT_LINE, ["b", "a"]) == "settlement_id IN ('a', 'b')"
    assert value_in_metadata(ops.RUN_MANIFEST) == "readable_metrics.job.lower_bound"
    assert in_parts(ops.RUN_MANIFEST, ["curate"]) == "job IN ('curate')"
    assert value_in_metadata(settlement_tables.SETTLEMENT_RUN) is None
    assert in_parts(settlement_tables.SETTLEMENT_RUN, [None]) is None
