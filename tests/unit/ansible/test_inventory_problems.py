"""Claims about what preflight refuses, each problem planted into an inventory that is fine otherwise."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from inventory_problems import SITES, inventory_problems

PLATFORM = Path(__file__).parents[3] / "hadoop_conf" / "platform.yml"
SETTINGS: dict[str, Any] = yaml.safe_load(PLATFORM.read_text(encoding="utf-8"))


def groups(**changed: list[str]) -> dict[str, list[str]]:
    """Groups of a sound inventory, with changes."""
    one = ["namenode", "resourcemanager", "postgresql", "hive_metastore", "trino_coordinator", "spark_history"]
    sound = {group: ["m"] for group in one} | {
        group: ["w1", "w2", "w3"] for group in ("datanode", "nodemanager", "kafka")
    }
    return (
        sound
        | {"trino_worker": ["w1"], "airflow": ["e"], "gateway": ["e"], "all": ["m", "w1", "w2", "w3", "e"]}
        | changed
    )


def hosts(**changed: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Host variables of a sound inventory, with additions to single hosts."""
    names = ("m", "w1", "w2", "w3", "e")
    return {name: {"rack": "/rack1", "memory_mb": 8000, **changed.get(name, {})} for name in names}


def problems(**arguments: Any) -> list[str]:
    """Problems of a lab inventory."""
    sites: dict[str, dict[str, Any]] = {site: {} for site in SITES} | {"hdfs_site": {"dfs.replication": {}}}
    sound: dict[str, Any] = {"groups": groups(), "hosts": hosts(), "settings": SETTINGS, "inventory": "lab"}
    sound["sites"] = sites
    return inventory_problems(**{**sound, **arguments})


def test_sound_inventory_has_no_problem() -> None:
    assert problems() == []


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"groups": groups(namenode=[])}, "group namenode has 0 hosts"),
        ({"groups": groups(kafka=["w1", "w2"]), "settings": SETTINGS | {"kafka_replication": 2}}, "even quorum"),
        ({"groups": groups(kafka=["w1"])}, "kafka_replication is 3 but group kafka has 1"),
        ({"groups": groups(datanode=["w1"])}, "hdfs_replication is 3 but group datanode has 1"),
        ({"groups": groups(zookeeper=["m"])}, "group zookeeper means nothing"),
        ({"hosts": hosts(w2={"rack": ""})}, "w2: a DataNode needs a rack"),
        ({"hosts": hosts(w2={"hdfs_datanode_hepa_mb": 1})}, "w2: unknown variable hdfs_datanode_hepa_mb"),
        ({"hosts": hosts(w2={"hdfs_site_overides": {}})}, "w2: unknown variable hdfs_site_overides"),
        (
            {
                "hosts": hosts(
                    w1={"hdfs_site_overrides": {"dfs.nonsense": 1}}, w2={"hdfs_site_overrides": {"dfs.nonsense": 2}}
                )
            },
            "hdfs_site_overrides: no file of hadoop_conf/sites has the key dfs.nonsense",
        ),
        ({"hosts": hosts(m={"yarn_site_overrides": "a=b"})}, "yarn_site_overrides is 'a=b', no mapping"),
        ({"hosts": hosts(m={"memory_mb": 1000})}, "m: heaps of"),
        ({"inventory": "onprem"}, "accept_insecure"),
        ({"settings": SETTINGS | {"kafka_min_insync_replicas": 4}}, "no write could ever succeed"),
    ],
)
def test_planted_problem_is_the_only_one_and_named(arguments: dict[str, Any], expected: str) -> None:
    found = problems(**arguments)
    assert len(found) == 1, found
    assert expected in found[0]


def test_what_roles_take_and_keys_that_exist_are_no_problem() -> None:
    given = {"kafka_topics_file": "/t.yml", "base_apt_source": "", "hdfs_site_overrides": {"dfs.replication": 2}}
    assert problems(hosts=hosts(w2=given)) == []


def test_all_problems_come_in_one_list() -> None:
    assert len(problems(groups=groups(namenode=[], zookeeper=["m"]), inventory="onprem")) == 3
