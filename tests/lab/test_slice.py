"""Claims about the slice: real readings from the head-end through Kafka, Spark, Iceberg and Airflow to SQL."""

import json
from typing import Any

import pytest
from cluster import CHECKOUT, Cluster

from gridlake_control.demo_proof import CURRENT, lake_of
from gridlake_control.lake_proof import readings_hash

SEED = 90071


def demo(cluster: Cluster) -> dict[str, Any]:
    """What a small demo leaves behind."""
    cluster.make("demo", f"SEED={SEED}", "SUBSTATIONS=3", "DAYS=7", timeout=1800)
    return dict(json.loads((CHECKOUT / "build" / "demo" / "proof.json").read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def proof(cluster: Cluster) -> dict[str, Any]:
    """The proof of the first demo."""
    return demo(cluster)


def test_every_record_is_accounted_for(proof: dict[str, Any]) -> None:
    assert proof["lost"] == 0
    assert proof["doubled"] == 0
    assert proof["records_raw"] == proof["records_produced"] > 0
    assert proof["rejected"] == {}


def test_lake_equals_what_the_head_end_sent(proof: dict[str, Any]) -> None:
    assert proof["readings"] == proof["oracle_readings"] > 0
    assert proof["lake_hash"] == proof["oracle_hash"]


def test_one_watt_hour_would_be_noticed(cluster: Cluster, proof: dict[str, Any]) -> None:
    rows = lake_of(cluster.inventory).table(CURRENT.format(**proof["scope"]))
    assert readings_hash(rows)[0] == proof["oracle_hash"]
    rows[len(rows) // 2][3][40] += 1
    assert readings_hash(rows)[0] != proof["oracle_hash"]


def test_sending_again_changes_no_reading(cluster: Cluster, proof: dict[str, Any]) -> None:
    selection = ("--seed", str(SEED), "--substations", "3", "--days", "7")
    sent = json.loads(cluster.figure("edge1", "headend", "send", *selection))["records_produced"]
    again = demo(cluster)
    assert sent > 0
    assert again["records_produced"] == proof["records_produced"] + sent
    assert again["duplicates"] == proof["duplicates"] + sent
    assert (again["lost"], again["doubled"], again["unaccounted"]) == (0, 0, 0)
    assert again["lake_hash"] == proof["lake_hash"]
    assert again["readings_per_second"] is None
