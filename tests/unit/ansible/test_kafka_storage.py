"""Claims about which Kafka storage is used, formatted or refused."""

from pathlib import Path

from kafka_storage import problem

CLUSTER = "bJNy0Nn3zXB6PBL3LMBpPA"


def stored(directory: Path, cluster: str = CLUSTER, node: int = 2) -> Path:
    (directory / "meta.properties").write_text(
        f"#\n#Mon Nov 23 14:03:00 UTC 2026\ncluster.id={cluster}\nversion=1\nnode.id={node}\n"
    )
    return directory


def test_an_empty_or_absent_directory_may_be_formatted(tmp_path: Path) -> None:
    assert problem(tmp_path, CLUSTER, 2) is None
    assert problem(tmp_path / "absent", CLUSTER, 2) is None


def test_storage_of_this_node_is_used(tmp_path: Path) -> None:
    assert problem(stored(tmp_path), CLUSTER, 2) is None


def test_storage_of_another_cluster_is_refused(tmp_path: Path) -> None:
    assert "belongs to cluster other" in str(problem(stored(tmp_path, cluster="other"), CLUSTER, 2))


def test_storage_of_another_node_is_refused(tmp_path: Path) -> None:
    assert "belongs to node 3, this host is 2" in str(problem(stored(tmp_path, node=3), CLUSTER, 2))


def test_data_without_its_identity_is_refused(tmp_path: Path) -> None:
    (tmp_path / "meter.reading.v1-0").mkdir()
    assert "holds meter.reading.v1-0" in str(problem(tmp_path, CLUSTER, 2))
