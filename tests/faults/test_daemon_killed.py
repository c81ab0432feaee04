"""Claims about a daemon that dies by SIGKILL: systemd starts it again, and it serves its protocol within a minute."""

import random
import time
from dataclasses import dataclass

import platform_daemons
import pytest
from cluster import Cluster
from drills import Drill
from platform_daemons import Daemon

from gridlake_control.inventory import Inventory

BOUND_SECONDS = 60
# Where the module `daemon` notes what it runs on a host.
RECORDS = "/var/lib/gridlake/daemons"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One drill for each kind of daemon of the inventory."""
    if "daemon" in metafunc.fixturenames:
        found = platform_daemons.of(Inventory(str(metafunc.config.getoption("--inventory"))))
        metafunc.parametrize("daemon", found, ids=[f"kill-{daemon.name}" for daemon in found])


@dataclass(frozen=True)
class Look:
    """A daemon as its host sees it."""

    main_process: int
    healthy: bool
    said: str


def look(cluster: Cluster, host: str, daemon: Daemon) -> Look:
    """The process first: a check that succeeds after that cannot speak of an older one."""
    unit = f"'{daemon.unit}.service' '{daemon.unit}@*.service'"
    process = f"systemctl show --property=MainPID --value {unit} | sort --numeric-sort | tail -n 1"
    done = cluster.on(host, f"{process}; gridlake-health {daemon.check} 2>&1")
    first, _, said = done.stdout.partition("\n")
    return Look(int(first), done.returncode == 0, said.strip() or done.stderr.strip())


def healthy_process(cluster: Cluster, host: str, daemon: Daemon, *, not_this: int) -> int:
    """Wait for the daemon to serve, in another main process than the one given; that process."""
    started = time.monotonic()
    while True:
        seen = look(cluster, host, daemon)
        if seen.healthy and seen.main_process not in (0, not_this):
            return seen.main_process
        if time.monotonic() - started > BOUND_SECONDS:
            journal = cluster.on(host, f"journalctl --unit='{daemon.unit}*' --lines=40 --no-pager --output=cat").stdout
            pytest.fail(f"{daemon.unit} on {host} does not serve after {BOUND_SECONDS} s: {seen.said}\n{journal}")
        time.sleep(0.5)  # between looks; the health check is the condition


def test_no_daemon_of_the_platform_is_left_out(cluster: Cluster) -> None:
    expected = platform_daemons.by_host(platform_daemons.of(cluster.inventory))
    for host in cluster.inventory.document["_meta"]["hostvars"]:
        recorded = cluster.figure(host, f"ls {RECORDS}").split()
        assert {name.partition("@")[0] for name in recorded} == set(expected[host]), host


def test_a_killed_daemon_serves_again_within_a_minute(
    cluster: Cluster, drill: Drill, daemon: Daemon, seed: int, thorough: bool
) -> None:
    host = random.Random(f"{seed} {daemon.name}").choice(daemon.hosts)  # noqa: S311 - a choice, not a secret
    # Waited for: a NodeManager, for one, is well only when a ResourceManager that was killed before knows it again.
    process = healthy_process(cluster, host, daemon, not_this=0)

    cluster.figure(host, f"kill -KILL {process}")
    killed = time.monotonic()
    successor = healthy_process(cluster, host, daemon, not_this=process)
    drill.seconds_to_recover = round(time.monotonic() - killed, 1)

    drill.invariants = {"host": host, "killed_process": process, "healthy_process": successor}
    if thorough:
        drill.invariants["verify_failed"] = cluster.verify()["failed"]
        assert drill.invariants["verify_failed"] == 0
