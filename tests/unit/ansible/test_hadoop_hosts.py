"""What the roles hdfs and yarn state about hosts."""

from typing import Any

import pytest
from hadoop_hosts import hdfs_state, jvm_options
from hdfs_directories import WebHdfs, apply, wanted_state


@pytest.mark.parametrize(("heap_mb", "collector"), [(256, "Serial"), (1023, "Serial"), (1024, "G1"), (110_000, "G1")])
def test_collector_follows_the_heap(heap_mb: int, collector: str) -> None:
    assert jvm_options(heap_mb) == f"-Xmx{heap_mb}m -XX:+Use{collector}GC -XX:+ExitOnOutOfMemoryError"


def test_state_found_names_host_and_path_and_stays_short() -> None:
    many = [{"path": f"/data/hdfs/data/{number}"} for number in range(9)]
    results: list[dict[str, Any]] = [{"host": "master1", "files": []}, {"host": "worker1", "files": many}]
    assert hdfs_state(results, "host") == [f"worker1:/data/hdfs/data/{number}" for number in range(3)]


class Recorder(WebHdfs):
    """Takes the calls that would go to a NameNode."""

    def __init__(self) -> None:
        super().__init__("no-host:0", "hdfs")
        self.operations: list[tuple[str, dict[str, Any]]] = []

    def call(self, method: str, path: str, operation: str, **parameters: Any) -> dict[str, Any]:
        assert (method, path) == ("PUT", "/landing")
        self.operations.append((operation, parameters))
        return {}


DECLARED = {
    "path": "/landing",
    "owner": "gridlake",
    "group": "lake",
    "mode": "775",
    "quota_names": -1,
    "quota_space_mb": 10,
}
WANTED = {"mode": "0775", "owner": "gridlake", "group": "lake", "quota_names": -1, "quota_space_mb": 10}


def test_declaration_is_compared_with_four_digits_of_mode() -> None:
    assert wanted_state(DECLARED) == WANTED


def test_a_missing_directory_is_made_owned_and_limited_in_this_order() -> None:
    hdfs = Recorder()
    apply(hdfs, "/landing", {}, WANTED)
    assert hdfs.operations == [
        ("MKDIRS", {"permission": "0755"}),
        ("SETOWNER", {"owner": "gridlake", "group": "lake"}),
        ("SETPERMISSION", {"permission": "0775"}),
        ("SETQUOTA", {"namespacequota": -1, "storagespacequota": 10 * 1024 * 1024}),
    ]


def test_only_what_differs_is_changed() -> None:
    hdfs = Recorder()
    apply(hdfs, "/landing", {**WANTED, "mode": "0700"}, WANTED)
    assert hdfs.operations == [("SETPERMISSION", {"permission": "0775"})]
