"""Claims about what is done to topics, and what is refused."""

import pytest
from kafka_topic_plan import Topic, TopicRefusedError, declared_topics, plan

READINGS = Topic("meter.reading.v1", 12, 3, {"retention.ms": "1209600000"})


def test_a_missing_topic_is_created() -> None:
    assert plan([READINGS], {}).create == (READINGS,)


def test_a_topic_as_declared_needs_nothing() -> None:
    changes = plan([READINGS], {READINGS.name: READINGS})
    assert changes.descriptions() == []


def test_partitions_are_raised() -> None:
    changes = plan([READINGS], {READINGS.name: Topic(READINGS.name, 6, 3, READINGS.configs)})
    assert changes.grow == {"meter.reading.v1": 12}
    assert changes.descriptions() == ["meter.reading.v1: raised to 12 partitions"]


def test_configs_are_set_and_what_nobody_declared_is_returned_to_the_brokers() -> None:
    there = Topic(READINGS.name, 12, 3, {"retention.ms": "1000", "segment.ms": "5"})
    changes = plan([READINGS], {READINGS.name: there})
    assert changes.alter == {"meter.reading.v1": {"retention.ms": "1209600000", "segment.ms": None}}


def test_a_topic_that_nobody_declared_is_left_alone() -> None:
    assert plan([], {"somebody.elses": Topic("somebody.elses", 1, 1)}).descriptions() == []


def test_all_shrinks_and_moves_are_refused_at_once_by_name() -> None:
    there = {READINGS.name: Topic(READINGS.name, 24, 2)}
    with pytest.raises(TopicRefusedError, match=r"24 partitions and 12 are declared.*2 replicas and 3 are declared"):
        plan([READINGS], there)


def test_booleans_and_numbers_of_yaml_become_kafkas_text() -> None:
    entry = {"name": "a", "partitions": 1, "replication_factor": 3}
    (topic,) = declared_topics(
        [{**entry, "configs": {"unclean.leader.election.enable": False, "segment.bytes": 1048576}}]
    )
    assert topic.configs == {"unclean.leader.election.enable": "false", "segment.bytes": "1048576"}


@pytest.mark.parametrize(
    "entry",
    [
        {"name": "a", "partitions": 1},
        {"name": "a", "partitions": 1, "replication_factor": 3, "config": {}},
    ],
)
def test_a_missing_or_unknown_field_is_refused(entry: dict[str, object]) -> None:
    with pytest.raises(TopicRefusedError, match="exactly name, partitions, replication_factor"):
        declared_topics([entry])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"partitions": -1}, "a: partitions is -1; write a whole number of 1 or more"),  # the default of the brokers
        ({"partitions": 1.9}, "a: partitions is 1.9; write a whole number"),
        ({"partitions": "many"}, "a: partitions is 'many'; write a whole number"),
        ({"replication_factor": None}, "a: replication_factor is None; write a whole number"),
        ({"replication_factor": True}, "a: replication_factor is True; write a whole number"),
        ({"name": None}, "None is no name of a topic"),
        ({"name": "meter reading"}, "'meter reading' is no name of a topic"),
        ({"configs": ["retention.ms"]}, "a: configs is \\['retention.ms'\\]; write one value for each key"),
        ({"configs": {"retention.ms": None}}, "a: configs is {'retention.ms': None}; write one value for each key"),
    ],
)
def test_a_value_that_kafka_would_take_for_another_is_refused(change: dict[str, object], told: str) -> None:
    with pytest.raises(TopicRefusedError, match=f"^{told}"):
        declared_topics([{"name": "a", "partitions": 1, "replication_factor": 3, **change}])


def test_a_topic_declared_twice_is_refused() -> None:
    entry = {"name": "a", "partitions": 1, "replication_factor": 3}
    with pytest.raises(TopicRefusedError, match="declared twice: a"):
        declared_topics([entry, entry])
