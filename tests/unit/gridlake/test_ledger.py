"""Which offsets a run reads, and when it refuses."""

import pytest

from gridlake.errors import RetentionGapError, TopicRecreatedError, TopicRewoundError
from gridlake.ledger import Available, Ledger, PartitionRange, Source, plan_offsets

TOPIC = "meter.reading.v1"
SOURCE = Source("cluster-1", "topic-1")


def ledger(ends: dict[int, int], batch: int = 3, gaps: int = 0, source: Source | None = SOURCE) -> Ledger:
    return Ledger(TOPIC, batch, ends, gaps, source)


def available(source: Source = SOURCE, /, **offsets: tuple[int, int]) -> Available:
    return Available(source, {int(name[1:]): PartitionRange(*span) for name, span in offsets.items()})


def test_a_run_reads_from_the_ledger_to_the_end() -> None:
    plan = plan_offsets(ledger({0: 10, 1: 20}), available(p0=(0, 15), p1=(5, 20)), accept_missing=False)
    assert plan.ranges == {0: PartitionRange(10, 15), 1: PartitionRange(20, 20)}
    assert plan.records == 5
    assert plan.ledger == ledger({0: 15, 1: 20}, batch=4)


def test_a_new_partition_is_read_from_offset_zero() -> None:
    plan = plan_offsets(ledger({0: 10}), available(p0=(0, 10), p1=(0, 7)), accept_missing=False)
    assert plan.ranges[1] == PartitionRange(0, 7)


def test_records_deleted_before_they_were_read_stop_the_run_naming_the_range() -> None:
    with pytest.raises(RetentionGapError, match=r"deleted 5 records .* partition 1 offsets 20-24\."):
        plan_offsets(ledger({0: 10, 1: 20}), available(p0=(0, 15), p1=(25, 30)), accept_missing=False)


def test_the_first_run_expects_offset_zero_too() -> None:
    with pytest.raises(RetentionGapError, match=r"partition 0 offsets 0-2\."):
        plan_offsets(Ledger.empty(TOPIC), available(p0=(3, 5)), accept_missing=False)


def test_the_boundary_is_exact() -> None:
    plan = plan_offsets(ledger({0: 10}), available(p0=(10, 12)), accept_missing=False)
    assert plan.records == 2


def test_an_accepted_gap_is_listed_and_taken_out_of_the_subtraction() -> None:
    before = ledger({0: 10})
    plan = plan_offsets(before, available(p0=(14, 20)), accept_missing=True)
    assert plan.skipped == {0: PartitionRange(10, 14)}
    assert plan.ranges == {0: PartitionRange(14, 20)}
    assert plan.ledger.records_since(before) == 6


@pytest.mark.parametrize("offsets", [{"p0": (0, 9)}, {"p1": (0, 50)}], ids=["shorter", "partition gone"])
def test_a_topic_that_ends_below_the_ledger_has_lost_records(offsets: dict[str, tuple[int, int]]) -> None:
    with pytest.raises(TopicRewoundError, match="partition 0: 10"):
        plan_offsets(ledger({0: 10}), available(**offsets), accept_missing=True)


@pytest.mark.parametrize(
    "other", [Source("cluster-1", "topic-2"), Source("cluster-2", "topic-1")], ids=["recreated", "another cluster"]
)
def test_another_topic_under_the_same_name_stops_the_run_however_far_it_has_grown(other: Source) -> None:
    with pytest.raises(TopicRecreatedError, match="topic-1 of cluster cluster-1, Kafka has topic"):
        plan_offsets(ledger({0: 10}), available(other, p0=(0, 50)), accept_missing=True)


def test_a_ledger_made_from_rows_takes_the_topic_that_it_finds() -> None:
    plan = plan_offsets(ledger({0: 10}, source=None), available(p0=(0, 15)), accept_missing=False)
    assert plan.ranges == {0: PartitionRange(10, 15)}
    assert plan.ledger.source == SOURCE


def test_the_text_form_is_stable_and_read_back_whole() -> None:
    text = ledger({11: 2, 2: 1}, gaps=4).to_json()
    assert text == (
        '{"topic":"meter.reading.v1","batch":3,"ends":{"2":1,"11":2},"gaps":4,'
        '"source":{"cluster_id":"cluster-1","topic_id":"topic-1"}}'
    )
    assert Ledger.from_json(text) == ledger({11: 2, 2: 1}, gaps=4)


def test_a_ledger_written_before_topics_had_ids_is_read() -> None:
    text = '{"topic":"meter.reading.v1","batch":3,"ends":{"0":10},"gaps":0}'
    assert Ledger.from_json(text) == ledger({0: 10}, source=None)
