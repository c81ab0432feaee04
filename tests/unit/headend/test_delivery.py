"""What is sent, where it goes, and what the ledger remembers."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest
import yaml

from headend import avro, broker, bundle, delivery, transformer
from headend.errors import RequestError
from headend.faults import Plan
from headend.fleet import Fleet
from headend.grid import Grid
from headend.ledger import SentLedger
from headend.local_days import Window


@pytest.mark.parametrize(
    # From org.apache.kafka.common.utils.UtilsTest of Kafka: murmur2 of these texts.
    ("key", "hashed"),
    [(b"21", -973932308), (b"foobar", -790332482), (b"a-little-bit-long-string", -985981536)],
)
def test_keys_go_where_a_java_producer_would_put_them(key: bytes, hashed: int) -> None:
    assert delivery.partition_of(key, 12) == (hashed & 0x7FFFFFFF) % 12


def test_the_declared_topics_are_those_that_are_sent_to() -> None:
    declared = yaml.safe_load((avro.SCHEMA_FOLDER.parent / "topics.yml").read_text(encoding="utf-8"))["topics"]
    assert tuple(topic["name"] for topic in declared) == broker.TOPICS


def test_a_substation_sends_all_its_bundles_and_readings(fleet: Fleet, small_grid: Grid, march_week: Window) -> None:
    sent = list(delivery.messages(fleet, small_grid, march_week, Plan()))
    assert Counter(topic for topic, _, _ in sent) == {bundle.TOPIC: 17 * 7, transformer.TOPIC: 668}
    assert {key for topic, key, _ in sent if topic == transformer.TOPIC} == {b"QN-00001-001"}
    assert len({key for topic, key, _ in sent if topic == bundle.TOPIC}) == 13


def test_tasks_hold_every_substation_once(fleet: Fleet, march_week: Window) -> None:
    tasks = delivery.tasks(1, march_week, fleet.grids, "broker:9092", Plan())
    assert [number for task in tasks for number in task.grids] == list(range(1, 413))
    assert max(len(task.grids) for task in tasks) * march_week.days <= 70


def test_what_was_acknowledged_is_not_missing(fleet: Fleet, tmp_path: Path, march_week: Window) -> None:
    path = tmp_path / "sent.jsonl"
    SentLedger.load(path, "cluster-a", 1, "none").record((1, 2), march_week)
    again = SentLedger.load(path, "cluster-a", 1, "none")
    assert [grid.number for grid in again.missing(fleet.grids[:3], march_week)] == [3]
    longer = Window(march_week.first_day, 8)
    assert [grid.number for grid in again.missing(fleet.grids[:3], longer)] == [1, 2, 3]


def test_lines_from_before_there_were_faults_count_as_sent_without(fleet: Fleet, tmp_path: Path) -> None:
    path = tmp_path / "sent.jsonl"
    path.write_text(
        '{"cluster_id": "a", "seed": 1, "grid": 1, "first_day": "2016-03-21", "days": 7}\n', encoding="utf-8"
    )
    window = Window(date(2016, 3, 21), 7)
    assert SentLedger.load(path, "a", 1, "none").missing(fleet.grids[:1], window) == ()


@pytest.mark.parametrize(
    ("cluster", "seed", "faults"), [("cluster-b", 1, "none"), ("cluster-a", 2, "none"), ("cluster-a", 1, "late=0.1")]
)
def test_another_cluster_seed_or_plan_was_sent_nothing(
    fleet: Fleet, tmp_path: Path, march_week: Window, cluster: str, seed: int, faults: str
) -> None:
    SentLedger.load(tmp_path / "sent.jsonl", "cluster-a", 1, "none").record((1,), march_week)
    assert (
        len(SentLedger.load(tmp_path / "sent.jsonl", cluster, seed, faults).missing(fleet.grids[:1], march_week)) == 1
    )


def test_half_a_last_line_is_what_a_kill_leaves_and_is_forgotten(
    fleet: Fleet, tmp_path: Path, march_week: Window
) -> None:
    path = tmp_path / "sent.jsonl"
    SentLedger.load(path, "cluster-a", 1, "none").record((1, 2), march_week)
    path.write_text(path.read_text(encoding="utf-8")[:-20], encoding="utf-8")
    ledger = SentLedger.load(path, "cluster-a", 1, "none")
    assert [grid.number for grid in ledger.missing(fleet.grids[:2], march_week)] == [2]
    ledger.record((2,), march_week)
    assert SentLedger.load(path, "cluster-a", 1, "none").missing(fleet.grids[:2], march_week) == ()


def test_a_spoilt_line_is_named(tmp_path: Path, march_week: Window) -> None:
    path = tmp_path / "sent.jsonl"
    SentLedger.load(path, "cluster-a", 1, "none").record((1,), march_week)
    path.write_text("nonsense\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(RequestError, match="line 1 of"):
        SentLedger.load(path, "cluster-a", 1, "none")
