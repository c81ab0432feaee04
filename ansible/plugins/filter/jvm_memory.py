"""What a daemon's JVM takes, said once: for the limit of its unit, for preflight and for docs/on-prem-sizing.md.

A JVM takes its heap, what grows with it, and what does not:

- A quarter of the heap. G1 on JDK 21 has committed 203 MiB of its own structures before the first object of an 8 GiB
  heap, and 59 MiB of a 1 GiB heap (Native Memory Tracking); remembered sets add to that in use. Buffers outside the
  heap are bounded by nothing but its size (MaxDirectMemorySize), so they are given what is left of the quarter.
- 256 MiB for classes, compiled code and stacks; the code cache alone may grow to 240 (ReservedCodeCacheSize).
- What one daemon keeps beyond that, a setting of its own: page cache that serves Kafka's consumers, which counts
  against the limit of a unit; Trino's many classes (a coordinator with 1 GiB of heap held 490 MiB beside it); YARN's
  containers.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

_OF_THE_HEAP = 1.25
_FIXED_MB = 256


def jvm_memory_mb(heap_mb: int, beside_mb: int = 0) -> int:
    """Memory of a JVM with this heap, in MiB."""
    return math.ceil(int(heap_mb) * _OF_THE_HEAP) + _FIXED_MB + int(beside_mb)


def daemons_memory_mb(
    groups: Mapping[str, list[str]],
    variables: Mapping[str, Mapping[str, Any]],
    settings: Mapping[str, Any],
    daemons: Mapping[str, Mapping[str, Any]],
) -> dict[str, int]:
    """Memory that the JVMs of each host need, by host.

    ``variables`` are the inventory's, by host: they may override a setting for one of them.
    """
    needed = {}
    for host in sorted(variables):

        def value(setting: str, host: str = host) -> int:
            return int(variables[host].get(setting, settings[setting]))

        own = [daemon for group, daemon in daemons.items() if host in groups.get(group, []) and "heap" in daemon]
        needed[host] = sum(
            jvm_memory_mb(value(daemon["heap"]), value(daemon["beside"]) if "beside" in daemon else 0) for daemon in own
        )
    return needed


class FilterModule:
    """Names under which Ansible offers these functions."""

    def filters(self) -> dict[str, Any]:
        """Filters by name."""
        return {"jvm_memory_mb": jvm_memory_mb, "daemons_memory_mb": daemons_memory_mb}
