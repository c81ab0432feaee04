"""Options of the whole test suite, and the Spark that its Spark tests run on."""

import pytest

from gridlake_control import local_spark

# At import, because pytest imports the conftests below this one before it calls any hook. Tests run on the Spark that
# hosts get, not on another one from a package index; that takes `make mirror` once.
local_spark.put_on_path()


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--inventory`` names the lab that tests of tests/lab run on."""
    parser.addoption("--inventory", default="lab", help="lab inventory for tests/lab")
