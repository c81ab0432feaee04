"""Claims about site.yml on the converged lab."""

from typing import Any

from conftest import Platform


def test_second_run_changes_nothing_and_is_quick(platform: Platform) -> None:
    platform.make("cluster")
    report: dict[str, Any] = platform.report()
    assert report["changed_tasks"] == []
    assert report["failed"] == 0
    assert report["seconds"] <= 90
    assert report["task_hosts"] <= 250


def test_check_mode_on_a_converged_cluster_predicts_no_change(platform: Platform) -> None:
    platform.make("cluster", "ARGS=--check")
    report = platform.report()
    assert report["changed_tasks"] == []
    assert report["failed"] == 0


def test_hosts_have_no_default_route(platform: Platform) -> None:
    for host in platform.inventory.hosts("kafka"):
        assert platform.figure(host, "ip", "route", "show", "default") == ""


def test_verify_passes_through_the_data_path(platform: Platform) -> None:
    platform.make("verify")
    assert platform.report("verify")["failed"] == 0
