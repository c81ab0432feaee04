"""Label against bytes: what the scheduler calls local, and what was read from the own host.

Iceberg prefers the *union* of all hosts of all blocks in a task, so a task of many small files is "local" nearly
everywhere while most of its bytes are not there.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from gridlake_bench.errors import SampleError

LOCAL_LEVELS = ("PROCESS_LOCAL", "NODE_LOCAL")
# Payload of a full TCP segment as interface counters see it: 1448 of 1514 bytes (MTU 1500, timestamps on).
PAYLOAD_SHARE = 1448 / 1514


@dataclass(frozen=True)
class Level:
    """Tasks of one locality level."""

    count: int
    bytes: int


@dataclass(frozen=True)
class LabelAndBytes:
    """Two shares that ought to be one."""

    label: float
    bytes: float

    @property
    def gap_points(self) -> float:
        """Percentage points by which the label flatters."""
        return 100 * (self.label - self.bytes)


def remote_bytes(wire_received: int, not_storage: int) -> float:
    """Payload taken from storage: neither what tasks sent each other nor the control traffic of an empty job."""
    return max(0.0, wire_received * PAYLOAD_SHARE - not_storage)


def local_share(read: int, wire_received: int, not_storage: int) -> float:
    """Share of the bytes read that crossed no interface."""
    if read <= 0:
        raise SampleError("nothing was read, so no share of it was local")
    return max(0.0, 1 - remote_bytes(wire_received, not_storage) / read)


def label_share(levels: Mapping[str, Level]) -> float:
    """Share of task bytes under a label that says local."""
    total = sum(level.bytes for level in levels.values())
    if total <= 0:
        raise SampleError("the tasks read nothing, so no label weighs anything")
    return sum(levels[name].bytes for name in LOCAL_LEVELS if name in levels) / total


def amplification(wire_bytes: int, needed: int) -> float:
    """Wire bytes for each byte of Parquet that the query needed."""
    if needed <= 0:
        raise SampleError("no byte was needed; amplification has no meaning here")
    return wire_bytes / needed


def by_chance(copies: float, hosts: int) -> float:
    """Local share of a reader placed blindly: replicas ÷ hosts; an erasure-coded byte has one copy."""
    return copies / hosts


@dataclass(frozen=True)
class UnionRule:
    """What the union of hosts does to a task of several blocks."""

    # Share of hosts on which the task is called local.
    preferred: float
    # Share of the task's bytes that is local on such a host.
    bytes: float


def union_rule(copies: int, hosts: int, blocks: int) -> UnionRule:
    """Shares by arithmetic, for blocks that lie on ``copies`` of ``hosts`` independently of each other.

    A host that holds at least one block is preferred; there each block is local with probability own ÷ union.
    """
    if not 1 <= copies <= hosts or blocks < 1:
        raise SampleError(f"{copies} copies of {blocks} blocks on {hosts} hosts are impossible")
    own = by_chance(copies, hosts)
    union = 1 - (1 - own) ** blocks
    return UnionRule(preferred=union, bytes=own / union)
