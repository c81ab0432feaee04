"""Faults on the running lab: how thorough a run is, and the record that each drill leaves."""

from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from cluster import CHECKOUT
from drills import Drill, write

PASSED = pytest.StashKey[bool]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs the lab."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.lab)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let the record of a drill know how its test ended."""
    report = yield
    if call.when == "call":
        item.stash[PASSED] = report.passed
    return report


@pytest.fixture(scope="session")
def thorough(pytestconfig: pytest.Config) -> bool:
    """Whether these are `make drills`: all moments, and a full verify after each fault."""
    return bool(pytestconfig.getoption("--drills"))


@pytest.fixture(scope="session")
def seed(pytestconfig: pytest.Config) -> int:
    """Chooses hosts and moments."""
    return int(pytestconfig.getoption("--fault-seed"))


@pytest.fixture(scope="session")
def drills() -> list[Drill]:
    """All drills of this run."""
    return []


@pytest.fixture
def drill(request: pytest.FixtureRequest, drills: list[Drill], thorough: bool) -> Iterator[Drill]:
    """The record of this drill, whose name is the parameter's; written at once, so that an interrupted run keeps it."""
    found = Drill(request.node.callspec.id)
    yield found
    found.passed = request.node.stash.get(PASSED, False)
    drills.append(found)
    if thorough:
        keep = bool(request.config.getoption("keyword"))
        write(CHECKOUT / "build" / "drills" / "drills.json", drills, keep=keep)
