"""Claims about what preflight refuses, each problem planted into an inventory that is fine otherwise."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from inventory_problems import SITES, inventory_problems
from jvm_memory import daemons_memory_mb

CONF = Path(__file__).parents[3] / "hadoop_conf"
SETTINGS: dict[str, Any] = yaml.safe_load((CONF / "platform.yml").read_text(encoding="utf-8"))
DAEMONS: dict[str, Any] = yaml.safe_load((CONF / "daemons.yml").read_text(encoding="utf-8"))["platform_daemons"]


def groups(**changed: list[str]) -> dict[str, list[str]]:
    """Groups of a sound inventory, with changes."""
    one = ["namenode", "resourcemanager", "postgresql", "hive_metastore", "trino_coordinator", "spark_history"]
    sound = {group: ["m"] for group in one} | {
        group: ["w1", "w2", "w3"] for group in ("datanode", "nodemanager", "kafka")
    }
    return (
        sound
        | {
            "trino_worker": ["w1"],
            "secondary_namenode": ["e"],
            "airflow": ["e"],
            "gateway": ["e"],
            "all": ["m", "w1", "w2", "w3", "e"],
        }
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
    given = {**sound, **arguments}
    memory = daemons_memory_mb(given["groups"], given["hosts"], given["settings"], DAEMONS)
    return inventory_problems(**given, memory_mb=memory, daemons=DAEMONS)


def test_sound_inventory_has_no_problem() -> None:
    assert problems() == []


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"groups": groups(namenode=[])}, "group namenode has 0 hosts"),
        ({"groups": groups(kafka=["w1", "w2"]), "settings": SETTINGS | {"kafka_replication": 2}}, "even quorum"),
        ({"groups": groups(kafka=["w1"])}, "kafka_replication is 3 but group kafka has 1"),
        ({"groups": groups(datanode=["w1"])}, "hdfs_replication is 3 but group datanode has 1"),
        ({"groups": groups(decommissioned=["w2"])}, "group datanode has 2 hosts that stay; lower it"),
        ({"groups": groups(secondary_namenode=["m"])}, "m: in group secondary_namenode beside namenode"),
        ({"groups": groups(decommissioned=["w1", "w2", "w3"])}, "group datanode has 0 hosts that stay; lower it"),
        ({"groups": groups(decommissioned=["m"])}, "m: in group decommissioned, but neither datanode nor nodemanager"),
        ({"groups": groups(gateway=["e", "localhost"])}, "group gateway holds localhost, which is the controller"),
        ({"groups": groups(zookeeper=["m"])}, "group zookeeper means nothing"),
        ({"hosts": hosts(w1={"kafka_node_id": 3})}, "w1, w3 would all be Kafka's node 3"),
        ({"hosts": hosts(w1={"ansible_host": "192.0.2.7"}, e={"ansible_host": "192.0.2.7"})}, "e, w1 all have address"),
        ({"hosts": hosts(w1={"fqdn": "a.test"}, w2={"fqdn": "a.test"})}, "w1, w2 are all called a.test"),
        ({"hosts": hosts(w1={"fqdn": "worker_1.test"})}, "w1: 'worker_1.test' is no host name"),
        (
            {"settings": SETTINGS | {"hdfs_namenode_http_port": 8088}},
            "m: hdfs_namenode_http_port and yarn_resourcemanager_http_port are both 8088; change one",
        ),
        ({"settings": SETTINGS | {"yarn_queue_adhoc_percent": 30}}, "is 110, and the ResourceManager starts with 100"),
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
        # NameNode 576, ResourceManager 656, Hive Metastore 656, Spark history 736, Trino 1856
        ({"hosts": hosts(m={"memory_mb": 4479})}, "m: its daemons need 4480 MiB but the host has 4479"),
        ({"inventory": "onprem"}, "accept_insecure"),
        ({"hosts": hosts(m={"lab_inventory": "lab0"})}, "lab_inventory is lab0, but the inventory's folder is lab"),
        ({"settings": SETTINGS | {"kafka_min_insync_replicas": 4}}, "no write could ever succeed"),
    ],
)
def test_planted_problem_is_the_only_one_and_named(arguments: dict[str, Any], expected: str) -> None:
    found = problems(**arguments)
    assert len(found) == 1, found
    assert expected in found[0]


def test_an_inventory_without_a_host_is_told_so_and_nothing_else() -> None:
    assert problems(groups={"all": []}, hosts={}) == ["the inventory has no host; write hosts into its hosts.yml"]


def test_hosts_behind_one_jump_address_differ_by_port() -> None:
    ports = {name: {"ansible_host": "192.0.2.7", "ansible_port": 2200 + i} for i, name in enumerate(hosts())}
    assert problems(hosts=hosts(**ports)) == []


def test_what_roles_take_and_keys_that_exist_are_no_problem() -> None:
    given = {"kafka_topics_file": "/t.yml", "base_apt_source": "", "hdfs_site_overrides": {"dfs.replication": 2}}
    assert problems(hosts=hosts(w2=given)) == []


def test_all_problems_come_in_one_list() -> None:
    assert len(problems(groups=groups(namenode=[], zookeeper=["m"]), inventory="onprem")) == 3
