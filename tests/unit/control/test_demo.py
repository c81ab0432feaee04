"""Claims about what people see while the demo runs."""

import json

from gridlake_control.demo import facts, plays, progress


def shown(lines: list[str]) -> list[str]:
    return [text for line in lines if (text := progress(line)) is not None]


def test_progress_is_shown_without_the_result_that_follows_it() -> None:
    result = json.dumps({"seed": 1, "topics": {"meter.reading.v1": {"partitions": {}}}}, indent=2).splitlines()
    assert shown(["send: 40/412 substations", *result]) == ["send: 40/412 substations"]


def test_a_traceback_of_the_head_end_is_shown() -> None:
    assert shown(["Error: Kafka at worker1:9092 does not answer"]) == ["Error: Kafka at worker1:9092 does not answer"]


def test_of_a_playbook_the_plays_and_the_failures_are_shown() -> None:
    lines = [
        "PLAY [Hive Metastore] *******",
        "TASK [hdfs : Unpack Hadoop] ***",
        "ok: [master1]",
        'fatal: [worker2]: FAILED! => {"msg": "no space"}',
        "",
    ]
    seen = [text for line in lines if (text := plays(line)) is not None]
    assert seen == ["Hive Metastore", 'fatal: [worker2]: FAILED! => {"msg": "no space"}']


def test_figures_are_read_with_their_names() -> None:
    assert facts({"records": 521315, "readings": 23484876}) == "521,315 records, 23,484,876 readings"
