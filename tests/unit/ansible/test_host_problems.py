"""Claims about what preflight refuses of hosts, each problem planted into facts that are fine otherwise."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from host_problems import host_problems
from jvm_memory import daemons_memory_mb

CONF = Path(__file__).parents[3] / "hadoop_conf"
SETTINGS: dict[str, Any] = yaml.safe_load((CONF / "platform.yml").read_text(encoding="utf-8"))
DAEMONS: dict[str, Any] = yaml.safe_load((CONF / "daemons.yml").read_text(encoding="utf-8"))["platform_daemons"]
GROUPS = {
    "namenode": ["m"],
    "postgresql": ["m"],
    "trino_coordinator": ["m"],
    "datanode": ["w"],
    "kafka": ["w"],
    "airflow": ["e"],
}
NAMES = {
    "m.example": {"addresses": ["192.0.2.1"], "reverse": "m.example"},
    "w.example": {"addresses": ["192.0.2.2"], "reverse": "w.example"},
    "e.example": {"addresses": ["192.0.2.3"], "reverse": "e.example"},
}
JDK21, JDK25 = SETTINGS["jdk21_home"], SETTINGS["jdk25_home"]
PACKAGES = ["openjdk-21-jre-headless", "openjdk-25-jre-headless"]
ELSEWHERE = "/usr/lib/jvmx/java-25-openjdk-amd64"
NOON = 1_800_000_000.0
OURS = {"id": "ours", "file": "/state/lab/here/secrets/cluster_id", "limited": False}


def host(**changed: Any) -> dict[str, Any]:
    """Facts of a sound host that was asked for two seconds."""
    sound = {
        "memory_mb": 8000,
        "disks": {
            "/": {"free_mb": 9000, "device": 1, "existing": "/"},
            "/data": {"free_mb": 9000, "device": 2, "existing": "/"},
        },
        "names": NAMES,
        "ports": {"22": ["ssh.service"]},
        "debian": "13.1",
        "cluster": "",
        "jdks": {JDK21: True, JDK25: True},
        "epoch": NOON + 1,
        "asked": [NOON, NOON + 2],
    }
    return sound | changed


def mark(identity: str, inventory: str = "here") -> dict[str, Any]:
    """A host that a run has marked."""
    return host(cluster=f"id: {identity}\ninventory: {inventory}\n")


def problems(
    variables: dict[str, Any] | None = None, cluster: dict[str, Any] = OURS, **changed: dict[str, Any]
) -> list[str]:
    """Problems of three hosts: a master, a worker and an edge."""
    facts = {name: changed.get(name, host()) for name in ("m", "w", "e")}
    inventory = {name: (variables or {}).get(name, {}) for name in facts}
    memory = daemons_memory_mb(GROUPS, inventory, SETTINGS, DAEMONS)
    return host_problems(facts, GROUPS, inventory, SETTINGS, DAEMONS, PACKAGES, memory, cluster)


def test_sound_hosts_have_no_problem() -> None:
    assert problems() == []
    assert problems(m=mark("ours")) == []
    assert problems(cluster=OURS | {"id": ""}) == []


def test_hosts_of_another_cluster_are_refused_in_one_sentence_with_where_they_belong() -> None:
    (found,) = problems(m=mark("theirs", "there"), e=mark("theirs", "there"), w=mark("ours"))
    assert found.startswith("m, e: in the cluster theirs of inventory there (/etc/gridlake/cluster.yml), and ")
    assert "/state/lab/here/secrets/cluster_id is another cluster's, ours; run this with INVENTORY=there" in found


def test_a_host_joins_by_limit_only_what_was_made_from_here() -> None:
    assert problems(cluster=OURS | {"limited": True}) == []
    (found,) = problems(cluster=OURS | {"limited": True, "id": ""})
    assert found.startswith(
        "/state/lab/here/secrets/cluster_id is not there, so no run from here has made the whole cluster"
    )


def test_hosts_whose_secrets_are_gone_are_refused_before_new_ones_are_made() -> None:
    (found,) = problems(cluster=OURS | {"id": ""}, m=mark("ours"))
    assert "cluster_id is not there; run this with INVENTORY=here, or bring that cluster's secrets to" in found
    assert "to /state/lab/here/secrets;" in found


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        # NameNode 256 x 1.25 + 256 = 576, Trino 1024 x 1.25 + 256 + 320 = 1856
        (
            {"m": host(memory_mb=2431)},
            "m: its daemons need 2432 MiB, heaps and what JVMs take beside them, but the host has 2431",
        ),
        ({"w": host(debian="12.9")}, "w: /etc/debian_version says 12.9"),
        ({"e": host(debian="")}, "e: /etc/debian_version says nothing"),
        (
            {"w": host(jdks={JDK21: True, ELSEWHERE: False})},
            "w: no JDK in /usr/lib/jvmx/java-25-openjdk-amd64, and no package",
        ),
        (
            {"w": host(disks={"/": {"free_mb": 9000, "device": 1}, "/data": {"free_mb": 2047, "device": 2}})},
            "w: 2047 MiB are free for /data, preflight_disk_free_mb asks for 2048",
        ),
        (
            {"w": host(disks={"/": {"free_mb": 100, "device": 1}, "/data": {"free_mb": 100, "device": 1}})},
            "w: 100 MiB are free for / and /data",
        ),
        (
            {"m": host(ports={"8020": ["nginx.service"]})},
            "m: port 8020 (hdfs_namenode_rpc_port) belongs to nginx.service, not to hdfs-namenode",
        ),
        (
            {"w": host(ports={"9092": ["process java (77)"]})},
            "w: port 9092 (kafka_broker_port) belongs to process java (77)",
        ),
        (
            {"m": host(ports={"5432": ["an unknown process"]})},
            "m: port 5432 (postgresql_port) belongs to an unknown process",
        ),
        (
            {"w": host(epoch=NOON + 60, asked=[NOON, NOON + 2])},
            "w: its clock is at least 57 s away from those of most others",
        ),
        ({"w": host(epoch=NOON - 60, asked=[NOON, NOON + 2])}, "w: its clock is at least 59 s away"),
    ],
)
def test_planted_problem_is_the_only_one_and_named(changed: dict[str, Any], expected: str) -> None:
    found = problems(**changed)
    assert len(found) == 1, found
    assert expected in found[0]


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ({"addresses": [], "reverse": ""}, "w.example has no address; add it to the DNS (seen on m, e)"),
        (
            {"addresses": ["127.0.1.1"], "reverse": "w.example"},
            "w.example is 127.0.1.1: its daemons would hide on loopback",
        ),
        ({"addresses": ["192.0.2.2"], "reverse": "w"}, "that address is called w; correct its PTR record"),
        ({"addresses": ["192.0.2.2"], "reverse": ""}, "that address is called nothing"),
        (
            {"addresses": ["192.0.2.9"], "reverse": "w.example"},
            "not the same everywhere: 192.0.2.9 on m, e; 192.0.2.2 on w",
        ),
    ],
)
def test_a_name_that_two_hosts_see_wrongly_is_one_problem(seen: dict[str, Any], expected: str) -> None:
    wrong = host(names=NAMES | {"w.example": seen})
    found = problems(m=wrong, e=wrong)
    assert len(found) == 1, found
    assert expected in found[0]


def test_all_problems_of_all_hosts_are_in_one_list() -> None:
    broken = host(memory_mb=10, debian="12", epoch=NOON + 99, ports={"9866": ["x.service"], "9092": ["y.service"]})
    assert len(problems(m=host(jdks={"/opt/jdk-21": False, ELSEWHERE: False}), w=broken)) == 2 + 5


def test_the_platforms_own_daemons_may_hold_its_ports() -> None:
    own = {"8020": ["hdfs-namenode.service"], "5432": ["postgresql@17-main.service"], "8443": ["trino.service"]}
    assert problems(m=host(ports=own)) == []


def test_a_port_of_a_daemon_that_the_host_does_not_run_is_free_for_others() -> None:
    assert problems(e=host(ports={"8020": ["nginx.service"]})) == []


def test_a_host_may_override_a_setting() -> None:
    ports = {"8020": ["nginx.service"]}
    assert problems({"m": {"hdfs_namenode_rpc_port": 8021}}, m=host(ports=ports)) == []
    assert len(problems({"m": {"hdfs_namenode_heap_mb": 8000}})) == 1


def test_a_bare_host_gets_its_jdks_from_the_platforms_packages() -> None:
    assert problems(m=host(jdks={JDK21: False, JDK25: False})) == []


def test_a_slow_answer_is_no_clock_skew() -> None:
    assert problems(w=host(epoch=NOON + 30, asked=[NOON, NOON + 31])) == []


def test_a_wrong_controller_is_named_instead_of_every_host() -> None:
    ahead = host(epoch=NOON + 101)
    found = problems(m=ahead, w=ahead, e=ahead)
    assert len(found) == 1
    assert found[0].startswith("the controller: its clock is at least 99 s away")


def test_a_single_host_is_compared_with_the_controller() -> None:
    found = host_problems({"w": host(epoch=NOON + 101)}, GROUPS, {}, SETTINGS, DAEMONS, PACKAGES, {"w": 0}, OURS)
    assert len(found) == 1
    assert found[0].startswith("w: its clock")


def test_daemons_name_settings_that_exist() -> None:
    ports = [port for daemon in DAEMONS.values() for port in daemon["ports"]]
    assert set(ports) == {name for name in SETTINGS if name.endswith("_port")}
    heaps = {name for daemon in DAEMONS.values() for name in (daemon.get("heap"), daemon.get("beside")) if name}
    assert heaps <= set(SETTINGS)
    assert {name for name in heaps if name.endswith("_heap_mb")} == {
        name for name in SETTINGS if name.endswith("_heap_mb")
    }
