"""Claims about a cluster that grows and shrinks, with a worker that is a machine as an engineer has it.

`worker4` is in a second inventory beside the lab's. Ansible logs in as `deploy`, whose login has a strict mask, and
becomes root by sudo; packages are missing; archives arrive by copying. The tests are one story in this order: it joins,
gets a disk, leaves.
"""

import functools
import hashlib
import http.server
import json
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cluster import Cluster

from gridlake_control import base_image
from gridlake_control.throwaway_root import throwaway_root

NEW = "worker4"
# apt's binding for Ansible, a JDK, and the program that unpacks archives: the run breaks where one of them stays away.
MISSING = ("python3-apt", "openjdk-25-jre-headless", "zstd")
LOGIN = {"ansible_user": "deploy", "ansible_become": True}
ADD_LOGIN = """set -e
useradd --create-home --shell /bin/bash deploy
install -d -o deploy -g deploy -m 0700 /home/deploy/.ssh
install -o deploy -g deploy -m 0600 /root/.ssh/authorized_keys /home/deploy/.ssh/authorized_keys
echo "deploy ALL=(ALL) NOPASSWD: ALL" > /etc/sudoers.d/deploy"""
# By force, because the connection that Ansible keeps open is still theirs.
REMOVE_LOGIN = "rm /etc/sudoers.d/deploy; userdel --remove --force deploy; ! id deploy && ! ls -d /home/deploy"
# What no virtual machine has: the base image's packages, and a mount with the controller's archives.
MAKE_PLAIN = f"""{ADD_LOGIN}
dpkg --purge {" ".join(MISSING)}
umount /srv/gridlake/dist
echo "UMASK 077" >> /etc/login.defs"""


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    """Serves files without a line for each."""

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def packages(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a package archive on the lab's bridge: what the controller's apt has fetched and verified."""
    folder = tmp_path_factory.mktemp("debs")
    with throwaway_root(base_image.ensure(base_image.load())) as root:
        script = 'apt-get update -qq && cd /debs && apt-get -qq -o APT::Sandbox::User=root download "$@"'
        root.run("packages", script, {folder: "/debs"}, MISSING)
    index = []
    for deb in sorted(folder.glob("*.deb")):
        control = subprocess.run(["dpkg-deb", "--field", deb], check=True, capture_output=True, text=True).stdout
        digest = hashlib.sha256(deb.read_bytes()).hexdigest()
        index.append(f"{control.strip()}\nFilename: ./{deb.name}\nSize: {deb.stat().st_size}\nSHA256: {digest}\n")
    assert len(index) == len(MISSING)
    (folder / "Packages").write_text("\n".join(index), encoding="utf-8")
    address = str(cluster.inventory.variables(cluster.inventory.hosts("namenode")[0])["lab_gateway"])
    handler = functools.partial(QuietHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer((address, 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://{address}:{server.server_port}/"
        server.shutdown()


class Growth:
    """The lab with a second inventory beside its own."""

    def __init__(self, cluster: Cluster, source: Path, packages: str) -> None:
        self.cluster, self.source, self.removed = cluster, source, False
        self.lab = sorted(cluster.inventory.document["_meta"]["hostvars"])
        self.worker: dict[str, Any] = {
            "ansible_host": "10.77.0.24",
            "rack": "/rack2",
            "lab_memory_mb": 1400,
            "yarn_container_memory_mb": 512,
            "mirror_delivery": "copy",
            "base_apt_source": f"Types: deb\nURIs: {packages}\nSuites: ./\nTrusted: yes\n",
            **LOGIN,
        }

    def write(self, hosts: dict[str, dict[str, Any]], *groups: str) -> None:
        """Write the second inventory, with the new worker in these groups."""
        children: dict[str, Any] = {group: {"hosts": {NEW: {}}} for group in groups}
        self.source.write_text(json.dumps({"all": {"hosts": hosts, "children": children}}), encoding="utf-8")

    def converge(self, *options: str) -> list[str]:
        """Run site.yml over both inventories; tasks that changed something."""
        self.cluster.make("cluster", f"ARGS=--inventory {self.source} {' '.join(options)}")
        return list(self.cluster.report()["changed_tasks"])

    def starts(self, *hosts: str) -> dict[tuple[str, str], str]:
        """Main process and start of each daemon of the platform, by host and unit."""
        found = {}
        for host in hosts:
            question = (
                "systemctl show --property=Id,MainPID,ActiveEnterTimestampMonotonic $(ls /var/lib/gridlake/daemons)"
            )
            for block in self.cluster.figure(host, question).split("\n\n"):
                fields = dict(line.split("=", 1) for line in block.splitlines())
                found[host, fields.pop("Id")] = str(sorted(fields.items()))
        assert len(found) > len(hosts)
        return found

    def ask(self, group: str, path: str) -> Any:
        """A document of a master's web server."""
        with urllib.request.urlopen(f"http://{self.cluster.inventory.address(group)}:{path}", timeout=20) as answer:
            return json.load(answer)

    def datanode(self) -> dict[str, Any]:
        """The new worker as the NameNode sees it."""
        bean = self.ask("namenode", "9870/jmx?qry=Hadoop:service=NameNode,name=NameNodeInfo")["beans"][0]
        return dict(json.loads(bean["LiveNodes"])[f"{NEW}.gridlake.test:9866"])

    def nodemanager(self) -> dict[str, Any]:
        """The new worker as the ResourceManager sees it."""
        nodes = self.ask("resourcemanager", "8088/ws/v1/cluster/nodes")["nodes"]["node"]
        return next(node for node in nodes if node["nodeHostName"] == f"{NEW}.gridlake.test")

    def blocks(self, folder: str) -> int:
        """Blocks in a data directory of the new worker."""
        return int(self.cluster.figure(NEW, f"find {folder} -name 'blk_*' ! -name '*.meta' | wc -l"))

    def put(self, name: str, replication: int) -> None:
        """Write a small file as a client on the new worker, where its first replica goes."""
        command = f"hdfs dfs -D dfs.replication={replication} -put -f - /user/analyst/{name}"
        self.cluster.figure(NEW, f"cd / && echo {name} | runuser --user analyst -- {command}")


def wait_until(holds: Callable[[], bool], seconds: int, seen: Callable[[], object]) -> None:
    """Poll; what was seen last is the evidence."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, seen()
        time.sleep(1)


@pytest.fixture(scope="module")
def growth(cluster: Cluster, packages: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Growth]:
    """A host that boots beside the lab's and is made a plain machine; whatever fails, it is gone afterwards."""
    found = Growth(cluster, tmp_path_factory.mktemp("growth") / "hosts.yml", packages)
    found.write({NEW: found.worker})
    try:
        cluster.make("lab-up", f"ARGS=--inventory {found.source}")
        cluster.figure(NEW, MAKE_PLAIN)
        yield found
    finally:
        if not found.removed:
            cluster.make("lab-remove", f"HOST={NEW}")
            cluster.make("lab-up")
            cluster.make("cluster")


def test_a_plain_machine_joins_by_limit_and_nothing_else_restarts(growth: Growth) -> None:
    before = growth.starts(*growth.lab)
    growth.write({NEW: growth.worker}, "datanode", "nodemanager")
    changed = growth.converge("--limit", NEW)
    assert {line.split(":")[0] for line in changed} == {NEW}
    assert growth.starts(*growth.lab) == before
    # Packages came by apt and archives by copying, which are not kept, and there is no way out all the same.
    states = growth.cluster.figure(NEW, "dpkg-query", "--show", "--showformat='${Status}\n'", *MISSING)
    assert set(states.splitlines()) == {"install ok installed"}
    assert growth.cluster.figure(NEW, "ls /opt; ls /srv/gridlake/dist").split() == ["hadoop", "hadoop-3.4.2"]
    assert growth.cluster.figure(NEW, "ip route show default") == ""
    # An ordinary account reads what it needs, although root's mask was 077 behind that login's sudo.
    assert growth.cluster.figure(NEW, "su deploy --command 'sudo sh -c umask'") == "0077"
    health = growth.cluster.figure(NEW, "cd / && runuser --user analyst -- gridlake-health datanode")
    assert health.startswith("registered with 1 NameNode(s)")
    # Both masters know it, and its rack, which they ask for only once.
    assert (growth.datanode()["adminState"], growth.datanode()["location"]) == ("In Service", "/rack2")
    assert (growth.nodemanager()["state"], growth.nodemanager()["rack"]) == ("RUNNING", "/rack2")
    growth.put("growth-4", 4)
    wait_until(lambda: growth.blocks("/data/hdfs/data") == 1, 30, lambda: growth.blocks("/data/hdfs/data"))


def test_a_second_disk_restarts_its_datanode_only_and_gets_blocks(growth: Growth) -> None:
    before = growth.starts(NEW, *growth.lab)
    growth.worker["hdfs_data_dirs"] = "/data/hdfs/data,/data/hdfs/second"
    growth.write({NEW: growth.worker}, "datanode", "nodemanager")
    growth.converge()
    after = growth.starts(NEW, *growth.lab)
    assert {daemon for daemon in before | after if before.get(daemon) != after.get(daemon)} == {
        (NEW, "hdfs-datanode.service")
    }
    for number in range(4):
        growth.put(f"growth-{NEW}-{number}", 1)
    assert growth.blocks("/data/hdfs/second") >= 1
    assert growth.blocks("/data/hdfs/data") >= 2


def test_a_host_leaves_after_a_run_that_was_killed_before_the_lists_were_read(growth: Growth) -> None:
    master = growth.cluster.inventory.hosts("namenode")[0]
    # What such a run leaves behind: the lists, and masters that know nothing of them.
    growth.cluster.figure(master, f"echo {NEW}.gridlake.test | tee /etc/hadoop/dfs.exclude > /etc/hadoop/yarn.exclude")
    growth.write({NEW: growth.worker}, "datanode", "nodemanager", "decommissioned")
    growth.converge("--limit", f"{master},{NEW}")
    wait_until(lambda: growth.datanode()["adminState"] == "Decommissioned", 180, growth.datanode)
    wait_until(lambda: growth.nodemanager()["state"] == "DECOMMISSIONED", 180, growth.nodemanager)
    unit = "systemctl is-active yarn-nodemanager; true"
    wait_until(lambda: growth.cluster.figure(NEW, unit) == "inactive", 30, lambda: growth.cluster.figure(NEW, unit))
    assert growth.cluster.figure(NEW, "systemctl is-enabled yarn-nodemanager; true") == "disabled"
    for check in ("hdfs", "yarn"):
        assert growth.cluster.on(master, f"gridlake-health {check}").returncode == 0


def test_without_it_the_lab_is_as_before_also_through_sudo(growth: Growth) -> None:
    growth.cluster.make("lab-remove", f"HOST={NEW}")
    growth.cluster.make("lab-up")
    growth.removed = True
    assert NEW not in growth.cluster.make("lab-status")
    before = growth.starts(*growth.lab)
    for host in growth.lab:
        growth.cluster.figure(host, ADD_LOGIN)
    growth.write(dict.fromkeys(growth.lab, LOGIN))
    try:
        changed = growth.converge()
    finally:
        for host in growth.lab:
            growth.cluster.figure(host, REMOVE_LOGIN)
    assert {line.split(":")[0] for line in changed} == set(growth.lab)
    assert growth.starts(*growth.lab) == before
    # As root again: whatever the ordinary user's run has written is as it should be.
    growth.cluster.make("cluster")
    assert growth.cluster.report()["changed_tasks"] == []
    # Only the host that left had these; their blocks went elsewhere before it did.
    gateway = growth.cluster.inventory.hosts("gateway")[0]
    names = [f"growth-{NEW}-{number}" for number in range(4)]
    paths = " ".join(f"/user/analyst/{name}" for name in names)
    assert growth.cluster.figure(gateway, f"cd / && runuser --user analyst -- hdfs dfs -cat {paths}").split() == names
    growth.cluster.figure(
        gateway, f"cd / && runuser --user analyst -- hdfs dfs -rm -skipTrash {paths} /user/analyst/growth-4"
    )
