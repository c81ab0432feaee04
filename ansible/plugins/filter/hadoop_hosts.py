"""What the roles hdfs and yarn state about a host: storage directories, JVM options, what a format must not destroy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

# Below this a second collector thread costs more memory and processor time than its shorter pauses are worth.
_SERIAL_COLLECTOR_BELOW_MB = 1024


def storage_directories(paths: Sequence[str], owner: str, group: str, mode: str) -> list[dict[str, str]]:
    """Directories in the form of the module ``config_files``."""
    return [{"path": path, "owner": owner, "group": group, "mode": mode} for path in paths]


def jvm_options(heap_mb: int) -> str:
    """Options of a Hadoop daemon's JVM for its heap; out of memory ends it, and systemd brings it back."""
    collector = "Serial" if int(heap_mb) < _SERIAL_COLLECTOR_BELOW_MB else "G1"
    return f"-Xmx{heap_mb}m -XX:+Use{collector}GC -XX:+ExitOnOutOfMemoryError"


def hdfs_state(results: Sequence[Mapping[str, Any]], host_field: str) -> list[str]:
    """``host:path`` of everything that a loop of ``find`` over the hosts has found, a few for each host."""
    shown = 3
    return [f"{one[host_field]}:{file['path']}" for one in results for file in one["files"][:shown]]


class FilterModule:
    """Names under which Ansible offers these functions."""

    def filters(self) -> dict[str, Any]:
        """Filters by name."""
        return {"storage_directories": storage_directories, "jvm_options": jvm_options, "hdfs_state": hdfs_state}
