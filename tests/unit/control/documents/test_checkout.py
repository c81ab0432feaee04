"""Claims about how a document names what the checkout holds."""

import pytest

from gridlake_control.documents.checkout import Checkout, in_short
from gridlake_control.inventory import Inventory


@pytest.mark.parametrize(
    ("hosts", "text"),
    [
        (["master1"], "master1"),
        (["worker1", "worker2", "worker3"], "worker1-3"),
        (["worker1", "worker3"], "worker1, worker3"),
        (["master1", "worker1"], "master1, worker1"),
        (["alpha", "beta"], "alpha, beta"),
    ],
)
def test_hosts_are_named_in_short_only_where_none_is_left_out(hosts: list[str], text: str) -> None:
    assert in_short(hosts) == text


def test_tables_are_those_of_spark_and_of_every_layer_of_sql() -> None:
    tables = Checkout(Inventory("lab")).tables
    assert {"ops.run_manifest", "ops.ledger_check", "marts.substation_balance"} <= tables.keys()
    assert "passed" in tables["ops.ledger_check"]
