"""What is sent, where it goes, and what the ledger remembers."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import pytest
import yaml
from kafka.errors import KafkaTimeoutError

from headend import avro, broker, bundle, delivery, transformer, workers
from headend.errors import DeliveryError, RequestError
from headend.faults import Plan
from headend.fleet import Fleet
from headend.grid import Grid
from headend.ledger import SentLedger
from headend.local_days import Window
from headend.request import Arrivals, Request


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
    sent = list(delivery.messages(fleet, [small_grid], march_week, Plan()))
    assert Counter(topic for topic, _, _ in sent) == {bundle.TOPIC: 17 * 7, transformer.TOPIC: 668}
    assert {key for topic, key, _ in sent if topic == transformer.TOPIC} == {b"QN-00001-001"}
    assert len({key for topic, key, _ in sent if topic == bundle.TOPIC}) == 13


def request(first_day: date = date(2016, 3, 21), days: int = 7, seed: int = 1, faults: str = "none") -> Request:
    return Request(seed, Window(first_day, days), Plan.parse(faults))


def test_tasks_hold_every_substation_once(fleet: Fleet) -> None:
    tasks = delivery.tasks(request(), fleet.grids, "broker:9092")
    assert [number for task in tasks for number in task.grids] == list(range(1, 413))
    assert max(len(task.grids) for task in tasks) * 7 <= 70


def test_what_is_told_of_a_topic_are_its_own_records_and_its_growth() -> None:
    produced = Counter({("meter", 0): 3, ("meter", 1): 2, ("other", 0): 9})
    before = {"meter": {0: (5, 40)}}  # partition 1 is new
    after = {"meter": {0: (5, 43), 1: (0, 2)}}
    assert delivery.by_topic(produced, before, after) == {
        "meter": {
            "records_produced": 5,
            "partitions": {
                0: {"records_produced": 3, "start_offset": 40, "end_offset": 43},
                1: {"records_produced": 2, "start_offset": 0, "end_offset": 2},
            },
        }
    }


def test_what_was_acknowledged_is_not_missing(fleet: Fleet, tmp_path: Path) -> None:
    path = tmp_path / "sent.jsonl"
    SentLedger.load(path, "cluster-a", request()).record((1, 2))
    again = SentLedger.load(path, "cluster-a", request())
    assert [grid.number for grid in again.missing(fleet.grids[:3])] == [3]
    longer = SentLedger.load(path, "cluster-a", request(days=8))
    assert [grid.number for grid in longer.missing(fleet.grids[:3])] == [1, 2, 3]


def test_lines_from_before_there_were_faults_count_as_sent_without(fleet: Fleet, tmp_path: Path) -> None:
    path = tmp_path / "sent.jsonl"
    path.write_text(
        '{"cluster_id": "a", "seed": 1, "grid": 1, "first_day": "2016-03-21", "days": 7}\n', encoding="utf-8"
    )
    assert SentLedger.load(path, "a", request()).missing(fleet.grids[:1]) == ()


@pytest.mark.parametrize(
    ("cluster", "other"),
    [
        ("cluster-b", request()),
        ("cluster-a", request(seed=2)),
        ("cluster-a", request(faults="late=0.1")),
        ("cluster-a", replace(request(), losses="pilot")),
        ("cluster-a", replace(request(), arrivals=Arrivals(end=1_458_514_800))),
    ],
)
def test_another_cluster_seed_plan_profile_or_wave_was_sent_nothing(
    fleet: Fleet, tmp_path: Path, cluster: str, other: Request
) -> None:
    path = tmp_path / "sent.jsonl"
    SentLedger.load(path, "cluster-a", request()).record((1,))
    assert len(SentLedger.load(path, cluster, other).missing(fleet.grids[:1])) == 1
    SentLedger.load(path, cluster, other).record((1,))
    assert SentLedger.load(path, cluster, other).missing(fleet.grids[:1]) == ()


def test_half_a_last_line_is_what_a_kill_leaves_and_is_forgotten(fleet: Fleet, tmp_path: Path) -> None:
    path = tmp_path / "sent.jsonl"
    SentLedger.load(path, "cluster-a", request()).record((1, 2))
    path.write_text(path.read_text(encoding="utf-8")[:-20], encoding="utf-8")
    ledger = SentLedger.load(path, "cluster-a", request())
    assert [grid.number for grid in ledger.missing(fleet.grids[:2])] == [2]
    ledger.record((2,))
    assert SentLedger.load(path, "cluster-a", request()).missing(fleet.grids[:2]) == ()


def test_a_spoilt_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "sent.jsonl"
    SentLedger.load(path, "cluster-a", request()).record((1,))
    path.write_text("nonsense\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(RequestError, match="line 1 of"):
        SentLedger.load(path, "cluster-a", request())


@dataclass
class Answer:
    exception: Exception | None = None

    def succeeded(self) -> bool:
        return self.exception is None


@dataclass
class Broker:
    """A producer's view of three partitions: bad until replaced `bad` times, then every record is taken.

    A bad one takes the first `accepted` records and refuses the others, or does not even learn of the partitions.
    """

    bad: int
    accepted: int = 0
    knows_partitions: bool = True
    producers: int = 0
    closed: int = 0
    records: list[tuple[str, bytes | None, bytes | None]] = field(default_factory=list)

    def connect(self, _bootstrap: str) -> "Broker":
        self.producers += 1
        return self

    def partitions_for(self, _topic: str) -> set[int]:
        if self.producers <= self.bad and not self.knows_partitions:
            raise KafkaTimeoutError("no metadata")
        return {0, 1, 2}

    def send(self, topic: str, key: bytes | None, value: bytes | None, partition: int) -> Answer:
        assert 0 <= partition < 3
        if self.producers <= self.bad and len(self.records) >= self.accepted:
            return Answer(KafkaTimeoutError("batch expired"))
        self.records.append((topic, key, value))
        return Answer()

    def flush(self) -> None:
        pass

    def close(self, timeout: float) -> None:
        assert timeout < 60
        self.closed += 1


@pytest.fixture
def task(fleet: Fleet, small_grid: Grid, monkeypatch: pytest.MonkeyPatch) -> delivery.Task:
    monkeypatch.setattr(workers, "fleet", lambda _seed, _losses: fleet)
    delivery._producer.cache_clear()
    return delivery.Task(request(days=1), (small_grid.number,), "broker:9092")


def test_a_producer_that_failed_is_replaced_and_everything_is_sent_again(
    task: delivery.Task, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kafka = Broker(bad=1)
    monkeypatch.setattr(broker, "producer", kafka.connect)
    assert delivery.run(task).total() == len(kafka.records) == 17 + 96
    assert (kafka.producers, kafka.closed) == (2, 1)
    assert "113 of 113 records were not acknowledged" in capsys.readouterr().err


def test_what_a_failed_producer_had_acknowledged_counts_as_produced(
    task: delivery.Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    kafka = Broker(bad=1, accepted=10)
    monkeypatch.setattr(broker, "producer", kafka.connect)
    assert delivery.run(task).total() == len(kafka.records) == 10 + 17 + 96


def test_a_producer_that_does_not_learn_the_partitions_is_replaced(
    task: delivery.Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    kafka = Broker(bad=1, knows_partitions=False)
    monkeypatch.setattr(broker, "producer", kafka.connect)
    assert delivery.run(task).total() == 17 + 96
    assert (kafka.producers, kafka.closed) == (2, 1)


def test_a_cluster_that_refuses_twice_stops_the_run(task: delivery.Task, monkeypatch: pytest.MonkeyPatch) -> None:
    kafka = Broker(bad=2)
    monkeypatch.setattr(broker, "producer", kafka.connect)
    with pytest.raises(DeliveryError, match="send again"):
        delivery.run(task)
    assert kafka.records == []


def test_every_message_of_a_plan_is_sent_whatever_it_lacks(
    task: delivery.Task, fleet: Fleet, small_grid: Grid, march_week: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    kafka, plan = Broker(bad=0), Plan.parse("malformed=1")
    monkeypatch.setattr(broker, "producer", kafka.connect)
    delivery.run(replace(task, request=request(faults="malformed=1")))
    assert kafka.records == list(delivery.messages(fleet, [small_grid], march_week, plan))
    assert any(key is None for _, key, _ in kafka.records)
    assert any(value is None for _, _, value in kafka.records)
