"""The lab for all tests of this folder: used as found, or made here and removed again."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from cluster import Cluster


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs the lab."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.lab)


@pytest.fixture(scope="session")
def cluster(pytestconfig: pytest.Config) -> Iterator[Cluster]:
    """A converged cluster. A lab that was not there before is removed afterwards."""
    name = str(pytestconfig.getoption("--inventory"))
    if not name.startswith("lab"):
        pytest.exit(f"tests write and break things and run on lab inventories only, not on {name}", returncode=4)
    found = Cluster(name)
    existed = found.inventory.lab_state.joinpath("hosts").is_dir()
    try:
        found.make("lab-up")
        found.make("cluster")
        yield found
    finally:
        if not existed:
            found.make("lab-destroy", f"CONFIRM={name}")
