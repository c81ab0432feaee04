"""Claims about a demo that dies at any moment: started again it ends green, and nothing of the first is left.

An orphan is a process that the killed demo started, on the controller or through ssh on a host, and that still works
when the second demo has ended. What runs in Airflow or YARN is the platform's own: a run that the first demo asked for
is finished or superseded, never run beside itself.
"""

import json
import random
import time
from pathlib import Path

import pytest
from cluster import SLICE, Cluster
from drills import Drill
from killed_demo import STAGES, Moment, RunningDemo, moments
from orphans import Orphans, applications, doubled, started_by, strays

from gridlake_control import paths
from gridlake_control.demo import Selection

# Runs on a host.
WITHOUT_SOFTWARE = (
    "cd /var/lib/gridlake/daemons;"
    " for unit in *; do systemctl disable --quiet --now $unit; rm -r /etc/systemd/system/$unit.service; done;"
    " systemctl daemon-reload; rm -r /var/lib/gridlake/daemons /opt/* /etc/hadoop /etc/kafka"
)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """All ten moments as drills, the first of them for `make test`."""
    if "moment" in metafunc.fixturenames:
        found = moments(int(metafunc.config.getoption("--fault-seed")))
        chosen = found if metafunc.config.getoption("--drills") else found[:1]
        metafunc.parametrize("moment", chosen, ids=str)


def prepare(cluster: Cluster, stage: str, drawn: random.Random) -> None:
    """Give a stage something to do that a converged lab has done already."""
    match stage:
        case "mirror":  # has to assemble one distribution again
            manifest = json.loads((paths.dist() / "manifest.json").read_text(encoding="utf-8"))
            (paths.dist() / manifest["kafka"]["file"]).unlink()
        case "lab":  # has to boot the hosts, and the play meets daemons that are still starting
            cluster.make("lab-down")
        case "cluster":  # has to make one worker anew, but for its data, accounts and packages
            cluster.figure(drawn.choice(cluster.inventory.hosts("workers")), WITHOUT_SOFTWARE)


def unused_seed(cluster: Cluster, drawn: random.Random) -> int:
    """Customers of whom Kafka has nothing yet, or there would be nothing to send."""
    gateway = cluster.inventory.hosts("gateway")[0]
    ledger = cluster.figure(gateway, "cat /data/headend/sent.jsonl || true")
    used = {json.loads(line)["seed"] for line in ledger.splitlines()}
    return drawn.choice([seed for seed in range(90100, 99999) if seed not in used])


@pytest.mark.timeout(1800)
def test_a_killed_demo_ends_green_when_started_again(
    cluster: Cluster,
    drill: Drill,
    moment: Moment,
    seed: int,
    thorough: bool,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    began, drawn = time.time(), random.Random(f"{seed} {moment}")  # noqa: S311 - a choice, not a secret
    selection = Selection(unused_seed(cluster, drawn), substations=3, days=2) if thorough else SLICE
    prepare(cluster, moment.stage, drawn)
    demo = RunningDemo(cluster, selection, tmp_path / "killed.log")
    second = demo.kill_at(moment)

    killed, started = time.time(), time.monotonic()
    with Orphans(demo.mark) as orphans:
        # For `make test` the second demo is the one that the tests of the slice look at.
        proof = cluster.demo(selection) if thorough else request.getfixturevalue("slice_proof")
    drill.seconds_to_recover = round(time.monotonic() - started, 1)

    found = applications(cluster, began)
    drill.invariants = {
        "demo_seed": selection.seed,
        "killed_at_second": second,
        "outlived_the_kill_seconds": round(orphans.last_seen, 1),
        **{key: proof[key] for key in ("proven", "oracle_hash_equal", "lost", "doubled", "unaccounted")},
        "orphans": [*started_by(demo.mark).values(), *strays(cluster, began, killed)],
        "applications": len(found),
        "applications_doubled": doubled(found),
        "applications_running": [application["id"] for application in found if not application["finishedTime"]],
    }
    assert list(proof["seconds"]) == list(STAGES)
    assert proof["seed"] == selection.seed
    assert proof["proven"], proof
    for nothing in ("orphans", "applications_doubled", "applications_running"):
        assert drill.invariants[nothing] == [], nothing
