"""Claims about how a document names what the checkout holds."""

import pytest

from gridlake_control.documents.checkout import in_short


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
