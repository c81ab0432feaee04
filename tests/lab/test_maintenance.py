"""Claims about maintenance on the cluster: fewer files, the same answers, nothing taken that is needed."""

import json
from typing import Any

import pytest
from cluster import Cluster

from gridlake_control.airflow_client import AirflowClient
from gridlake_control.demo_proof import CURRENT, lake_of
from gridlake_control.lake_proof import readings_hash

# gridlake.maintenance.layout.LEAST_GAIN: where fewer would vanish, small files stay.
LEAST_GAIN = 5
# An age of nothing: the snapshots of a lab are of today.
RETENTION = {"retain_days": 0, "retain_last": 1}
FOLDER = "/warehouse/raw.db/meter_reading/data"
ORPHAN = f"{FOLDER}/left-by-a-killed-writer.parquet"
AGAIN = (
    "cd /opt/gridlake-jobs && exec runuser --user gridlake -- spark-submit --deploy-mode client --queue curate"
    " --py-files gridlake.zip gridlake/launcher.py maintain --namespace raw --retain-days 0 --retain-last 1"
)


def most_files(cluster: Cluster) -> int:
    """Files of the raw readings' fullest day."""
    (row,) = lake_of(cluster.inventory).table(
        'SELECT max(files) FROM (SELECT count(*) AS files FROM lake.raw."meter_reading$files" GROUP BY "partition")'
    )
    return int(row[0])


def snapshots(cluster: Cluster) -> list[int]:
    return [
        row[0]
        for row in lake_of(cluster.inventory).table(
            'SELECT snapshot_id FROM lake.raw."meter_reading$snapshots" ORDER BY committed_at'
        )
    ]


def as_pipeline(command: str) -> str:
    return f"runuser --user gridlake -- {command}"


@pytest.fixture(scope="module")
def maintained(cluster: Cluster, slice_proof: dict[str, Any]) -> dict[str, Any]:
    """What the DAG was given: the slice, and a file of long ago that no snapshot knows."""
    cluster.figure("edge1", as_pipeline(f"hdfs dfs -touch -t 20200101:000000 {ORPHAN}"))
    address, port = cluster.inventory.address("airflow"), cluster.inventory.settings["airflow_http_port"]
    airflow = AirflowClient(f"http://{address}:{port}", "admin", cluster.inventory.secret("airflow_admin"))
    airflow.run("maintain", RETENTION, print, timeout_seconds=600)
    return slice_proof


def test_no_day_has_many_files_and_every_answer_is_the_same(cluster: Cluster, maintained: dict[str, Any]) -> None:
    # An ingest alone leaves one for each of up to twelve Kafka partitions.
    assert most_files(cluster) <= LEAST_GAIN
    found = readings_hash(lake_of(cluster.inventory).query(CURRENT.format(**maintained["scope"])))
    assert found == (maintained["oracle_hash"], maintained["oracle_readings"])


def test_a_file_that_no_snapshot_knows_is_aside_and_can_be_taken_back(
    cluster: Cluster, maintained: dict[str, Any]
) -> None:
    assert maintained
    assert cluster.on("edge1", as_pipeline(f"hdfs dfs -test -e {ORPHAN}")).returncode == 1
    name = ORPHAN.rsplit("/", 1)[1]
    kept = cluster.figure("edge1", as_pipeline(f"hdfs dfs -find /warehouse/.quarantine -name {name}"))
    assert kept.endswith("/raw.meter_reading/data/left-by-a-killed-writer.parquet")
    cluster.figure("edge1", as_pipeline(f"hdfs dfs -mv {kept} {ORPHAN}"))
    cluster.figure("edge1", as_pipeline(f"hdfs dfs -rm -skipTrash {ORPHAN}"))


def test_a_second_run_finds_nothing_and_writes_nothing(cluster: Cluster, maintained: dict[str, Any]) -> None:
    assert maintained
    before = snapshots(cluster)
    summary = json.loads(cluster.figure("edge1", AGAIN, timeout=400).splitlines()[-1])
    assert summary["tables"] == {}
    assert snapshots(cluster) == before


def test_the_ledger_is_kept_by_name_when_its_snapshot_would_have_gone(
    cluster: Cluster, maintained: dict[str, Any]
) -> None:
    assert maintained
    tagged = lake_of(cluster.inventory).table(
        """
        SELECT element_at(snapshot.summary, 'gridlake.ledger') IS NOT NULL
        FROM lake.raw."meter_reading$refs" AS ref
        INNER JOIN lake.raw."meter_reading$snapshots" AS snapshot ON ref.snapshot_id = snapshot.snapshot_id
        WHERE ref.name = 'ledger'
        """
    )
    assert tagged == [[True]]
