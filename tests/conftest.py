"""Options of the whole test suite, the Spark that its Spark tests run on, and the lab that its lab tests share."""

from collections.abc import Iterator
from typing import Any

import pytest
from cluster import Cluster

from gridlake_control import local_spark

# At import, because pytest imports the conftests below this one before it calls any hook. Tests run on the Spark that
# hosts get, not on another one from a package index; that takes `make mirror` once.
local_spark.put_on_path()


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--inventory`` names the lab; the others are what `make drills` adds."""
    parser.addoption("--inventory", default="lab", help="lab inventory for tests/lab and tests/faults")
    parser.addoption("--drills", action="store_true", help="all drills, each with a full verify, on a running lab")
    parser.addoption("--fault-seed", type=int, default=0, help="chooses hosts and moments of faults")


def pytest_sessionstart(session: pytest.Session) -> None:
    """Refuse other inventories first of all, not when the first test of the lab comes up."""
    name = str(session.config.getoption("--inventory"))
    if not name.startswith("lab"):
        pytest.exit(f"tests write and break things and run on lab inventories only, not on {name}", returncode=4)


@pytest.fixture(scope="session")
def cluster(pytestconfig: pytest.Config) -> Iterator[Cluster]:
    """A converged cluster; a lab that was not there before is removed afterwards. Drills take the one that runs."""
    name = str(pytestconfig.getoption("--inventory"))
    found = Cluster(name)
    existed = found.inventory.lab_state.joinpath("hosts").is_dir()
    if pytestconfig.getoption("--drills"):
        if not existed:
            pytest.exit(f"drills need a running lab: `make lab-up cluster INVENTORY={name}` first", returncode=4)
        yield found
        return
    try:
        found.make("lab-up")
        found.make("cluster")
        yield found
    finally:
        if not existed:
            found.make("lab-destroy", f"CONFIRM={name}")


@pytest.fixture(scope="session")
def slice_proof(cluster: Cluster) -> dict[str, Any]:
    """What the demo of the slice leaves: run once for all tests, the one that kills a demo on its way included."""
    return cluster.demo()


@pytest.fixture(scope="session")
def verified(cluster: Cluster) -> dict[str, Any]:
    """Report of one full verify: run once for all tests, and after every fault, if those run."""
    return cluster.verify()
