"""Options of the whole test suite."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--inventory`` names the lab that tests of tests/lab run on."""
    parser.addoption("--inventory", default="lab", help="lab inventory for tests/lab")
