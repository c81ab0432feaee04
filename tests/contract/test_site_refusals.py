"""What site.yml refuses is refused before any host of the inventory is spoken to, all of it at once."""

import fcntl
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from gridlake_control import paths

ANSIBLE = paths.CHECKOUT / "ansible"


@pytest.fixture
def inventory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the lab's inventory, with nobody behind its addresses."""
    copied = shutil.copytree(ANSIBLE / "inventories" / "lab", tmp_path / "labcopy") / "hosts.yml"
    copied.write_text(copied.read_text(encoding="utf-8").replace("10.77.0.", "192.0.2."), encoding="utf-8")
    variables = copied.parent / "group_vars" / "all.yml"
    own = variables.read_text(encoding="utf-8").replace("lab_inventory: lab\n", "lab_inventory: labcopy\n")
    variables.write_text(own, encoding="utf-8")
    monkeypatch.setenv("GRIDLAKE_STATE", str(tmp_path / "state"))
    return copied


def site(inventory: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    """Run the real site.yml."""
    environment = {**os.environ, "ANSIBLE_CONFIG": str(ANSIBLE / "ansible.cfg"), "ANSIBLE_NOCOLOR": "1"}
    command = ["ansible-playbook", "--inventory", str(inventory), str(ANSIBLE / "site.yml"), *options]
    return subprocess.run(command, check=False, capture_output=True, text=True, env=environment, timeout=120)


def refusal(inventory: Path, *options: str) -> str:
    """What site.yml says when it refuses; no host but the controller may have a line in the recap."""
    done = site(inventory, *options)
    assert done.returncode == 2, done.stdout + done.stderr
    recap = done.stdout.partition("PLAY RECAP")[2]
    assert re.findall(r"^(\S+) +: .*changed=0 .*failed=1", recap, re.MULTILINE) == ["localhost"], recap
    return done.stdout


def test_an_inventory_that_cannot_work_is_refused_with_every_problem(inventory: Path) -> None:
    hosts: dict[str, Any] = yaml.safe_load(inventory.read_text(encoding="utf-8"))
    hosts["all"]["children"]["namenode"]["hosts"] = {}
    hosts["all"]["children"]["kafka"] = {"hosts": {"worker1": {}, "worker2": {}, "worker3": {}, "edge1": {}}}
    hosts["all"]["hosts"]["worker2"]["hdfs_datanode_hepa_mb"] = 512
    inventory.write_text(yaml.safe_dump(hosts), encoding="utf-8")
    said = refusal(inventory)
    assert "nothing has been changed" in said
    assert "group namenode has 0 hosts; give it exactly one" in said
    assert "group kafka has 4 hosts: an even quorum tolerates no more failures than 3; use an odd number" in said
    assert "worker2: unknown variable hdfs_datanode_hepa_mb; remove it, or correct it" in said


def test_values_that_nothing_can_compute_with_are_all_told(inventory: Path) -> None:
    hosts: dict[str, Any] = yaml.safe_load(inventory.read_text(encoding="utf-8"))
    hosts["all"]["hosts"]["worker1"] |= {"hdfs_datanode_heap_mb": "512m", "lab_memory_mb": "4G"}
    inventory.write_text(yaml.safe_dump(hosts), encoding="utf-8")
    said = refusal(inventory, "--extra-vars", "hdfs_replication=lots")
    assert "hdfs_datanode_heap_mb is '512m'; write a whole number without a unit (set for worker1)" in said
    assert "lab_memory_mb is '4G'; write a whole number without a unit (set for worker1)" in said
    assert "hdfs_replication is 'lots'; write a whole number without a unit (set for edge1, master1, worker1" in said


def test_an_inventory_without_hosts_is_refused_as_such(inventory: Path) -> None:
    inventory.write_text("all:\n  hosts: {}\n", encoding="utf-8")
    assert "the inventory has no host; write hosts into its hosts.yml" in refusal(inventory)


def test_an_unknown_key_is_refused_with_where_it_belongs(inventory: Path) -> None:
    overrides = {"hdfs_site_overrides": {"dfs.heartbeat.intervall": "2"}, "hdfs_hartbeat_seconds": 2}
    said = refusal(inventory, "--extra-vars", json.dumps(overrides))
    assert "no file of hadoop_conf/sites has the key dfs.heartbeat.intervall for it; correct the key, or add it" in said
    assert "unknown variable hdfs_hartbeat_seconds" in said


def test_a_host_that_does_not_answer_is_named_with_the_next_step(inventory: Path) -> None:
    # Port 1 of this machine refuses at once, where an address without a host would take its time.
    inventory.write_text(inventory.read_text(encoding="utf-8").replace("192.0.2.", "127.0.0."), encoding="utf-8")
    done = site(inventory, "--extra-vars", "ansible_port=1")
    assert done.returncode == 4, done.stdout + done.stderr
    said = re.sub(r"\s+", " ", done.stderr)
    assert "edge1, master1, worker1, worker2, worker3: no answer over SSH, so the run ended there." in said
    assert "`make lab-up` brings it back), then run the same command again; what was done is kept" in said


@pytest.mark.parametrize("playbook", sorted(path.name for path in (ANSIBLE / "playbooks").glob("lab_*.yml")))
def test_a_playbook_of_the_lab_refuses_an_inventory_without_one(playbook: str, tmp_path: Path) -> None:
    command = ["ansible-playbook", "--inventory", str(ANSIBLE / "inventories" / "onprem" / "hosts.yml")]
    command += [str(ANSIBLE / "playbooks" / playbook), "--extra-vars", "confirm=onprem host=worker1"]
    environment = {
        **os.environ,
        "ANSIBLE_CONFIG": str(ANSIBLE / "ansible.cfg"),
        "ANSIBLE_NOCOLOR": "1",
        "GRIDLAKE_STATE": str(tmp_path),
    }
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment, timeout=60)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "The inventory onprem describes no lab" in re.sub(r"\s+", " ", done.stdout + done.stderr)
    recap = done.stdout.partition("PLAY RECAP")[2]
    assert re.findall(r"^(\S+) +: ok=0 +changed=0 .*failed=1", recap, re.MULTILINE) == ["localhost"], recap


def test_a_copy_of_the_lab_with_another_name_is_refused_by_both_its_doors(inventory: Path) -> None:
    variables = inventory.parent / "group_vars" / "all.yml"
    copied = variables.read_text(encoding="utf-8").replace("lab_inventory: labcopy\n", "lab_inventory: lab\n")
    variables.write_text(copied, encoding="utf-8")
    assert "lab_inventory is lab, but the inventory's folder is labcopy" in refusal(inventory)
    command = ["ansible-playbook", "--inventory", str(inventory), str(ANSIBLE / "playbooks" / "lab_down.yml")]
    environment = {**os.environ, "ANSIBLE_CONFIG": str(ANSIBLE / "ansible.cfg"), "ANSIBLE_NOCOLOR": "1"}
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment, timeout=60)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "The inventory labcopy describes the lab lab" in re.sub(r"\s+", " ", done.stdout + done.stderr)


def test_a_second_run_on_the_same_hosts_is_refused_and_names_the_first(inventory: Path, tmp_path: Path) -> None:
    lock = tmp_path / "state" / "lab" / "labcopy.play.lock"
    lock.parent.mkdir(parents=True)
    lock.write_text("site.yml, process 7, since 2026-11-01 12:00:00 UTC\n", encoding="utf-8")
    with lock.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        done = site(inventory)
    assert done.returncode == 2
    said = re.sub(r"\s+", " ", done.stderr)
    assert "Another run works on the hosts of inventory labcopy: site.yml, process 7, since 2026-11-01" in said
    assert "PLAY [" not in done.stdout
    # The first one has ended, however it did, and the hosts of this inventory are nobody's.
    assert site(inventory, "--extra-vars", "ansible_port=1").returncode == 4
    assert "site.yml, process " in lock.read_text(encoding="utf-8")
