"""Claims about hosts that go down and come back: daemons return by themselves, with everything that they had.

A machine that restarts is played by SIGKILL to every process of every host at once, supervisors included. Mounts,
links, control groups and records of containers stay, which a real restart would have removed: `lab-up` has more to
repair. The kernel survives, so writes that were not synchronised do too: this is no loss of power.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Address, IPv4Network
from typing import Any

import platform_daemons
import pytest
from cluster import Cluster
from drills import Drill
from gridlake_lab import cgroup, supervisor
from gridlake_lab.model import Lab
from leftovers import left_behind

from gridlake_control.airflow_client import AirflowClient
from gridlake_control.demo_proof import document, lake_of

BOUND_SECONDS = 240
FILE = "/user/analyst/restart.bin"
# Checks of a whole service, beside those of each daemon.
SERVICES = ("hdfs", "yarn")
TABLES = (
    "SELECT table_schema, table_name FROM {catalog}.information_schema.tables"
    " WHERE table_schema <> 'information_schema' AND table_type = 'BASE TABLE'"
)
COUNT = "SELECT '{table}', count(*) FROM {table}"


def lab_of(cluster: Cluster) -> Lab:
    """The lab as the module that runs it sees it."""
    hosts = cluster.inventory.document["_meta"]["hostvars"]
    facts = cluster.inventory.variables(next(iter(hosts)))
    empty = Lab(
        inventory=cluster.inventory.name,
        domain=facts["domain"],
        directory=cluster.inventory.lab_state,
        bridge=facts["lab_bridge"],
        subnet=IPv4Network(facts["lab_subnet"]),
        gateway=IPv4Address(facts["lab_gateway"]),
        hosts=(),
    )
    named = tuple(empty.host(name, variables["ansible_host"]) for name, variables in hosts.items())
    return Lab(**{**vars(empty), "hosts": named})


def orderly(cluster: Cluster) -> None:
    """As an operator ends the day."""
    cluster.make("lab-down")
    lab = lab_of(cluster)
    assert left_behind(lab.inventory, lab.directory, lab.bridge) == []


def all_at_once(cluster: Cluster) -> None:
    """As a machine that restarts, supervisors first, since they would start their hosts again."""
    lab = lab_of(cluster)
    for host in lab.hosts:
        cgroup.kill(cgroup.supervisor_name(lab, host))
    for host in lab.hosts:
        init = supervisor.leader(lab, host)
        assert init is not None
        # The end of process 1 is the end of its namespace.
        cgroup.send(cgroup.group_name(lab, host), init, 9)
    for host in lab.hosts:
        cgroup.kill(cgroup.group_name(lab, host))
    assert left_behind(lab.inventory, lab.directory, lab.bridge) != []


def unwell(cluster: Cluster) -> list[str]:
    """What the health checks of all hosts complain of, asked at the same time."""
    units = platform_daemons.by_host(platform_daemons.of(cluster.inventory))
    asked = {host: sorted(set(checks.values())) for host, checks in units.items()}
    asked[cluster.inventory.hosts("gateway")[0]] += SERVICES

    def ask(host: str) -> str:
        loop = f"for check in {' '.join(asked[host])}; do gridlake-health $check >/dev/null || bad=1; done; exit $bad"
        done = cluster.on(host, loop)
        return "" if done.returncode == 0 else f"{host}: {done.stderr}"

    with ThreadPoolExecutor() as pool:
        return [complaint for complaint in pool.map(ask, asked) if complaint]


def possessions(cluster: Cluster) -> dict[str, Any]:
    """What must not be lost: rows of every table, a file's checksum, offsets of Kafka, runs that Airflow remembers."""
    lake = lake_of(cluster.inventory)
    tables = [
        f'{catalog}."{schema}"."{name}"'
        for catalog in ("lake", "assets")
        for schema, name in lake.table(TABLES.format(catalog=catalog))
    ]
    assert tables, "no table that could be lost: run `make demo` first"
    count = " UNION ALL ".join(COUNT.format(table=table) for table in tables)
    gateway = cluster.inventory.hosts("gateway")[0]
    address, port = cluster.inventory.address("airflow"), cluster.inventory.settings["airflow_http_port"]
    airflow = AirflowClient(f"http://{address}:{port}", "admin", cluster.inventory.secret("airflow_admin"))
    return {
        "rows": dict(lake.table(count)),
        "hdfs_checksum": cluster.figure(gateway, f"runuser --user analyst -- hdfs dfs -checksum {FILE}"),
        "hdfs_sha256": cluster.figure(gateway, f"runuser --user analyst -- hdfs dfs -cat {FILE} | sha256sum").split()[
            0
        ],
        "kafka_offsets": document(cluster.figure(gateway, "headend offsets")),
        "dag_runs": airflow.call("GET", "/dags/~/dagRuns?limit=1")["total_entries"],
    }


@pytest.fixture(scope="module")
def before(cluster: Cluster) -> Iterator[dict[str, Any]]:
    """What the platform holds, a file of known bytes included: the numbers from 1 to a million."""
    gateway = cluster.inventory.hosts("gateway")[0]
    cluster.figure(gateway, f"seq 1000000 | runuser --user analyst -- hdfs dfs -put -f - {FILE}")
    found = possessions(cluster)
    assert found["hdfs_sha256"] == "90433fcbd9e16297e6a7c1dacb1056394743194776e52f78ebf0a44b80b6b14f"
    assert sum(found["rows"].values()) > 0
    yield found
    cluster.make("lab-up")  # whatever failed here, the tests that follow have their hosts
    cluster.figure(gateway, f"runuser --user analyst -- hdfs dfs -rm -skipTrash {FILE}")


@pytest.mark.parametrize("end", [pytest.param(orderly, id="lab-down"), pytest.param(all_at_once, id="machine-restart")])
def test_cluster_comes_back_by_itself_with_everything_intact(
    cluster: Cluster, drill: Drill, before: dict[str, Any], end: Callable[[Cluster], None], thorough: bool
) -> None:
    assert unwell(cluster) == []
    end(cluster)
    started = time.monotonic()
    cluster.make("lab-up")
    while complaints := unwell(cluster):
        if time.monotonic() - started > BOUND_SECONDS:
            pytest.fail(f"not well {BOUND_SECONDS} s after lab-up began:\n" + "".join(complaints))
        time.sleep(2)  # between looks; the health checks are the condition
    drill.seconds_to_recover = round(time.monotonic() - started, 1)

    after = possessions(cluster)
    drill.invariants = {"rows": sum(after["rows"].values()), "all_as_before": after == before}
    assert after == before
    if thorough or end is all_at_once:  # the last one answers for both in `make test`
        cluster.make("cluster")
        drill.invariants["changed_tasks"] = cluster.report()["changed_tasks"]
        assert drill.invariants["changed_tasks"] == []
    if thorough:
        drill.invariants["verify_failed"] = cluster.verify()["failed"]
        assert drill.invariants["verify_failed"] == 0
