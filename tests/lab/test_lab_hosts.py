"""Claims about the hosts of the lab, whatever runs on them."""

import subprocess
from pathlib import Path

import pytest
from cluster import Cluster


@pytest.fixture(scope="module")
def hosts(cluster: Cluster) -> list[str]:
    found = cluster.inventory.hosts("all")
    assert found
    return found


def test_hosts_have_no_way_out(cluster: Cluster, hosts: list[str]) -> None:
    for host in hosts:
        assert cluster.figure(host, "ip", "route", "show", "default") == ""


def test_names_resolve_both_ways_on_every_host(cluster: Cluster, hosts: list[str]) -> None:
    facts = {host: cluster.inventory.variables(host) for host in hosts}
    address = {f"{host}.{facts[host]['domain']}": facts[host]["ansible_host"] for host in hosts}
    # `getent ahostsv4` asks for the address, `getent hosts` with an address for the name: both as a daemon would.
    question = "; ".join(
        f"getent ahostsv4 {name} | awk '/STREAM/ {{print $1}}'; getent hosts {number} | awk '{{print $2}}'"
        for name, number in address.items()
    )
    expected = [word for name, number in address.items() for word in (number, name)]
    for host in hosts:
        answer = cluster.figure(host, f"{question}; hostname --fqdn").split()
        assert answer == [*expected, f"{host}.{facts[host]['domain']}"]


def test_memory_limit_of_a_unit_is_enforced(cluster: Cluster, hosts: list[str]) -> None:
    run = ("systemd-run", "--quiet", "--wait", "--collect")
    allocate = ("python3", "-c", "'len(bytes([1]) * (200 << 20))'")
    assert cluster.on(hosts[0], *run, "-p", "MemoryMax=400M", *allocate).returncode == 0
    assert cluster.on(hosts[0], *run, "-p", "MemoryMax=50M", "-p", "MemorySwapMax=0", *allocate).returncode != 0


def test_memory_of_a_host_is_limited_as_the_inventory_says(cluster: Cluster, hosts: list[str]) -> None:
    for host in hosts:
        given = int(cluster.inventory.variables(host)["lab_memory_mb"]) << 20
        group = f"gridlake/{cluster.inventory.name}/{host}"
        files = [f"/sys/fs/cgroup/memory/{group}/memory.limit_in_bytes", f"/sys/fs/cgroup/{group}/memory.max"]
        (limit,) = [Path(file).read_text() for file in files if Path(file).exists()]
        assert int(limit) == given


def test_a_host_with_another_key_is_not_trusted(cluster: Cluster, tmp_path: Path) -> None:
    known = (cluster.inventory.lab_state / "ssh" / "known_hosts").read_text().splitlines()
    mine, other = known[0].split(), known[1].split()
    forged = tmp_path / "known_hosts"
    forged.write_text(f"{mine[0]} {other[1]} {other[2]}\n")
    command = cluster.inventory.ssh(mine[0].split(",")[0], "true")
    command[1:1] = ["-o", f"UserKnownHostsFile={forged}", "-o", "ControlPath=none"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 255
    assert "Host key verification failed" in done.stderr


def test_hosts_differ_in_machine_id_and_host_key(cluster: Cluster, hosts: list[str]) -> None:
    for path in ("/etc/machine-id", "/etc/ssh/ssh_host_ed25519_key.pub"):
        assert len({cluster.figure(host, "cat", path) for host in hosts}) == len(hosts)


def test_second_lab_up_changes_nothing(cluster: Cluster) -> None:
    assert "changed=0" in cluster.make("lab-up")
