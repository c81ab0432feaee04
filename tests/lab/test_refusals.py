"""Claims about bad input on the running lab: an error that names cause and next step, and nothing changed."""

import json
import os
import shutil
import signal
import subprocess
import threading
from pathlib import Path

import pytest
import yaml
from cluster import CHECKOUT, Cluster

TOPIC = "meter.reading.v1"
# Runs on a gateway: partitions of a topic, and how many records they ever took.
PARTITIONS = "kafka-get-offsets --bootstrap-server worker1:9092 --topic"


def play(playbook: str, inventory: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    """One playbook as an operator would run it by hand."""
    command = ["ansible-playbook", "--inventory", str(inventory), str(CHECKOUT / "ansible" / playbook), *options]
    environment = {**os.environ, "ANSIBLE_CONFIG": str(CHECKOUT / "ansible" / "ansible.cfg")}
    return subprocess.run(command, check=False, capture_output=True, text=True, env=environment, timeout=600)


@pytest.mark.parametrize("target", ["demo", "lab-up", "test"])
def test_an_ordinary_user_is_told_to_become_root_before_anything_is_done(target: str) -> None:
    # One capability, so that the user can read a checkout wherever it lies.
    user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=+dac_read_search"]
    command = [*user, "--ambient-caps=+dac_read_search", "make", "--no-print-directory", target]
    done = subprocess.run(command, check=False, cwd=CHECKOUT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert f"run `sudo make {target}`. Nothing has been changed." in done.stderr
    assert done.stdout == ""


def test_too_little_memory_and_disk_are_refused_without_a_trace(tmp_path: Path) -> None:
    # A lab of its own, because one that runs already has what it needs.
    inventory = shutil.copytree(CHECKOUT / "ansible" / "inventories" / "lab", tmp_path / "labsmall") / "hosts.yml"
    state, bridge = tmp_path / "state", "gl-labsmall0"
    own = {"lab_inventory": "labsmall", "lab_directory": str(state), "lab_bridge": bridge}
    needed = {"lab_memory_needed_mb": 99_999_999, "lab_disk_needed_mb": 99_999_998}
    done = play("playbooks/lab_up.yml", inventory, "--extra-vars", json.dumps(own | needed))
    assert done.returncode == 2
    assert "99999999 are needed: end other programs or take a larger machine" in done.stdout
    assert "99999998 are needed: make room or set GRIDLAKE_STATE elsewhere" in done.stdout
    assert not state.exists()
    assert not Path(f"/sys/class/net/{bridge}").exists()
    assert list(Path("/sys/fs/cgroup").glob("**/gridlake/labsmall")) == []


def test_a_second_format_is_refused_and_names_the_state_it_found(cluster: Cluster) -> None:
    host = cluster.inventory.hosts("namenode")[0]
    look = "cat /data/hdfs/name/current/VERSION; hdfs dfs -count /warehouse"
    before = cluster.figure(host, look)
    done = play("playbooks/hdfs_format.yml", cluster.inventory.file)
    assert done.returncode == 2
    assert "Not formatting, HDFS state exists: " in done.stdout
    assert f"{host}:/data/hdfs/name/current" in done.stdout
    for datanode in ("worker1", "worker2", "worker3"):
        assert f"{datanode}:/data/hdfs/data/current" in done.stdout
    assert "empty these directories by hand on each host first" in done.stdout
    assert cluster.figure(host, look) == before


def test_a_topic_is_never_shrunk(cluster: Cluster, tmp_path: Path) -> None:
    gateway = cluster.inventory.hosts("gateway")[0]
    before = cluster.figure(gateway, f"{PARTITIONS} {TOPIC}")
    declared = yaml.safe_load((CHECKOUT / "kafka" / "topics.yml").read_text(encoding="utf-8"))
    (topic,) = [entry for entry in declared["topics"] if entry["name"] == TOPIC]
    assert len(before.splitlines()) == topic["partitions"] == 12
    topic["partitions"] = 11
    smaller = tmp_path / "topics.yml"
    smaller.write_text(yaml.safe_dump(declared), encoding="utf-8")
    done = play("site.yml", cluster.inventory.file, "--tags", "kafka", "--extra-vars", f"kafka_topics_file={smaller}")
    assert done.returncode == 2
    assert f"{smaller}: {TOPIC} has 12 partitions and 11 are declared: Kafka cannot shrink a topic" in done.stdout
    assert "Nothing has been changed" in done.stdout
    assert cluster.figure(gateway, f"{PARTITIONS} {TOPIC}") == before


def test_a_host_that_stands_still_during_a_run_is_named_and_the_next_run_goes_on(cluster: Cluster) -> None:
    host = cluster.inventory.hosts("datanode")[-1]
    command = ["make", "--no-print-directory", "cluster", f"INVENTORY={cluster.inventory.name}"]
    lines = []
    run = subprocess.Popen(
        command, cwd=CHECKOUT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
    )
    # A run that waits for the host for ever is what this is about; the whole group, or its pipe would stay open.
    patience = threading.Timer(240, os.killpg, (run.pid, signal.SIGKILL))
    patience.start()
    try:
        for line in run.stdout or ():
            lines.append(line)
            if line.startswith("PLAY [HDFS]"):
                freeze(cluster, host)
        run.wait()
    finally:
        patience.cancel()
        said = " ".join("".join(lines).split())
        cluster.make("lab-up")
    assert run.returncode == 2, said
    assert f"{host}: no answer over SSH, so the run ended there." in said
    assert "`make lab-up` brings it back), then run the same command again" in said
    cluster.make("cluster")
    assert cluster.report()["failed"] == 0
    assert cluster.report()["changed_tasks"] == []


def freeze(cluster: Cluster, host: str) -> None:
    """Stop every process of a host where it stands, under either version of control groups."""
    group = f"gridlake/{cluster.inventory.name}/{host}"
    if (version_2 := Path("/sys/fs/cgroup", group, "cgroup.freeze")).exists():
        version_2.write_text("1")
    else:
        Path("/sys/fs/cgroup/freezer", group, "freezer.state").write_text("FROZEN")
