"""Claims about what a runbook has an operator type on the gateway before anything is decided."""

import json

import pytest
from cluster import CHECKOUT, Cluster

CONFIRM = (CHECKOUT / "docs" / "runbooks" / "retention_gap.md").read_text(encoding="utf-8").split("```sh\n")[1]
OFFSETS, LEDGER = (line.partition("  #")[0] for line in CONFIRM.partition("```")[0].splitlines())


@pytest.mark.usefixtures("slice_proof")
def test_offsets_of_every_partition_are_told(cluster: Cluster) -> None:
    told = json.loads(cluster.figure(cluster.inventory.hosts("gateway")[0], OFFSETS))
    assert {topic: len(partitions) for topic, partitions in told.items()} == {
        "meter.reading.v1": 12,
        "transformer.reading.v1": 6,
    }


@pytest.mark.usefixtures("slice_proof")
def test_the_newest_snapshot_of_raw_readings_tells_its_ends(cluster: Cluster) -> None:
    newest, *_ = cluster.figure(cluster.inventory.hosts("gateway")[0], LEDGER).splitlines()
    assert "ends" in newest
