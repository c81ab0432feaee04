"""Label against bytes: arithmetic against an enumeration of all placements."""

from fractions import Fraction
from itertools import combinations, product

import pytest

from gridlake_bench import locality
from gridlake_bench.errors import SampleError
from gridlake_bench.locality import Level


def enumerated(copies: int, hosts: int, blocks: int) -> tuple[Fraction, Fraction]:
    """Share of (placement, reader) with a local label, and of their bytes that are local, counted one by one."""
    labelled = local = total = 0
    for placement in product(combinations(range(hosts), copies), repeat=blocks):
        for reader in range(hosts):
            total += 1
            here = sum(reader in block for block in placement)
            labelled += here > 0
            local += here
    return Fraction(labelled, total), Fraction(local, labelled * blocks)


@pytest.mark.parametrize(("copies", "hosts", "blocks"), [(2, 5, 2), (2, 5, 4), (1, 4, 3), (3, 5, 2)])
def test_expected_shares_are_those_of_all_placements(copies: int, hosts: int, blocks: int) -> None:
    found = locality.union_rule(copies, hosts, blocks)
    assert (found.preferred, found.bytes) == pytest.approx(tuple(float(x) for x in enumerated(copies, hosts, blocks)))


@pytest.mark.parametrize(("blocks", "preferred", "share"), [(1, 0.4, 1.0), (8, 0.983, 0.407), (32, 1.0, 0.400)])
def test_numbers_registered_in_the_rules(blocks: int, preferred: float, share: float) -> None:
    found = locality.union_rule(2, 5, blocks)
    assert (found.preferred, found.bytes) == pytest.approx((preferred, share), abs=0.0006)


def test_where_every_host_holds_everything_locality_is_no_luck() -> None:
    assert locality.union_rule(3, 3, 5) == locality.UnionRule(1.0, 1.0)


def test_the_gap_is_in_points() -> None:
    assert locality.LabelAndBytes(label=0.98, bytes=0.41).gap_points == pytest.approx(57)


def test_wire_bytes_are_the_truth_headers_and_shuffles_apart() -> None:
    # 1514 wire bytes carry 1448: 500 of 1000 remote, of which 100 were no storage
    assert locality.local_share(read=1448_000, wire_received=757_000, not_storage=0) == pytest.approx(0.5)
    assert locality.local_share(read=1448_000, wire_received=757_000, not_storage=144_800) == pytest.approx(0.6)
    assert locality.local_share(read=100, wire_received=10_000, not_storage=0) == 0.0


def test_labels_weigh_bytes_not_tasks() -> None:
    levels = {"NODE_LOCAL": Level(1, 900), "PROCESS_LOCAL": Level(1, 50), "ANY": Level(8, 50)}
    assert locality.label_share(levels) == 0.95


def test_amplification_is_wire_for_each_needed_byte() -> None:
    assert locality.amplification(600, 100) == 6.0


@pytest.mark.parametrize(
    "ask",
    [
        lambda: locality.local_share(0, 1, 0),
        lambda: locality.label_share({"ANY": Level(1, 0)}),
        lambda: locality.amplification(1, 0),
        lambda: locality.union_rule(3, 2, 1),
        lambda: locality.union_rule(1, 2, 0),
    ],
)
def test_shares_of_nothing_are_refused(ask: object) -> None:
    assert callable(ask)
    with pytest.raises(SampleError):
        ask()
