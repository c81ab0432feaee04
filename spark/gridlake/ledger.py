"""Offset arithmetic: what a run reads next, and when it must refuse. Pure: no Kafka, no Spark."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from gridlake.errors import RetentionGapError, TopicRecreatedError, TopicRewoundError


@dataclass(frozen=True)
class Source:
    """Which topic that is: a name can be given again, to another topic whose offsets mean other records."""

    cluster_id: str
    topic_id: str

    def __str__(self) -> str:
        """As messages name it."""
        return f"{self.topic_id} of cluster {self.cluster_id}"


@dataclass(frozen=True)
class PartitionRange:
    """Offsets `start` up to, not including, `end`."""

    start: int
    end: int

    @property
    def records(self) -> int:
        """Producers are not transactional, so offsets are dense and the difference is the number of records."""
        return self.end - self.start


@dataclass(frozen=True)
class Available:
    """What Kafka holds of one topic now: which topic that is, and the offsets of every partition."""

    source: Source
    ranges: Mapping[int, PartitionRange]


@dataclass(frozen=True)
class Ledger:
    """How far a table has consumed its topic: the batch number of its last ingest, and the end offset per partition.

    `gaps` counts the records below the ends that Kafka had deleted before they were read, and that someone accepted.
    `source` is None where nothing says which topic that was: before the first run, and for a ledger made from rows.
    """

    topic: str
    batch: int
    ends: Mapping[int, int]
    gaps: int = 0
    source: Source | None = None

    @classmethod
    def empty(cls, topic: str) -> "Ledger":
        """Nothing consumed yet."""
        return cls(topic, 0, {})

    @classmethod
    def from_json(cls, text: str) -> "Ledger":
        """Read what `to_json` wrote into a snapshot summary or a manifest."""
        document = json.loads(text)
        ends = {int(partition): end for partition, end in document["ends"].items()}
        source = Source(**document["source"]) if document.get("source") else None
        return cls(document["topic"], document["batch"], ends, document["gaps"], source)

    def to_json(self) -> str:
        """Stable text form."""
        ends = {str(partition): end for partition, end in sorted(self.ends.items())}
        source = None if self.source is None else vars(self.source)
        document = {"topic": self.topic, "batch": self.batch, "ends": ends, "gaps": self.gaps, "source": source}
        return json.dumps(document, separators=(",", ":"))

    def records_since(self, earlier: "Ledger") -> int:
        """Records between two ledgers of the same table, by subtraction."""
        advanced = sum(end - earlier.ends.get(partition, 0) for partition, end in self.ends.items())
        return advanced - (self.gaps - earlier.gaps)


@dataclass(frozen=True)
class OffsetPlan:
    """What one ingest reads, and the ledger that it leaves."""

    ranges: Mapping[int, PartitionRange]
    ledger: Ledger
    skipped: Mapping[int, PartitionRange]

    @property
    def records(self) -> int:
        """Number of records that the run must land, to the unit."""
        return sum(r.records for r in self.ranges.values())


def plan_offsets(ledger: Ledger, offered: Available, *, accept_missing: bool) -> OffsetPlan:
    """Read every partition from where the ledger stands to its end now.

    A table without a ledger expects offset 0. Records that Kafka has already deleted are a loss that someone must
    accept by name; `accept_missing` does, and the plan then lists them.

    Raises:
        TopicRecreatedError: the name belongs to another topic than the ledger's.
        TopicRewoundError: a partition ends below the ledger.
        RetentionGapError: records were deleted before they were read.
    """
    available = offered.ranges
    if ledger.source not in {None, offered.source}:
        raise TopicRecreatedError(
            f"topic {ledger.topic}: the ledger was kept on topic {ledger.source}, Kafka has topic {offered.source} "
            "under that name. Their offsets mean different records; nothing was read. Restore the topic, or ingest "
            "into a new table."
        )
    rewound = {
        partition: end
        for partition, end in sorted(ledger.ends.items())
        if partition not in available or available[partition].end < end
    }
    if rewound:
        found = {p: available[p].end if p in available else None for p in rewound}
        raise TopicRewoundError(
            f"topic {ledger.topic}: the ledger stands at {_offsets(rewound)}, but Kafka ends at {_offsets(found)}. "
            "The topic was truncated, or recreated; nothing was read. Restore it, or ingest into a new table."
        )
    missing = {
        partition: PartitionRange(ledger.ends.get(partition, 0), offsets.start)
        for partition, offsets in sorted(available.items())
        if offsets.start > ledger.ends.get(partition, 0)
    }
    if missing and not accept_missing:
        listed = ", ".join(f"partition {p} offsets {r.start}-{r.end - 1}" for p, r in missing.items())
        raise RetentionGapError(
            f"topic {ledger.topic}: Kafka has already deleted {sum(r.records for r in missing.values())} records that "
            f"were never ingested: {listed}. Nothing was read. Have the head-end send them again; "
            "to go on without them, run the job with --accept-missing."
        )
    ranges = {
        partition: PartitionRange(max(offsets.start, ledger.ends.get(partition, 0)), offsets.end)
        for partition, offsets in sorted(available.items())
    }
    ends = {partition: r.end for partition, r in ranges.items()}
    gaps = ledger.gaps + sum(r.records for r in missing.values())
    return OffsetPlan(ranges, Ledger(ledger.topic, ledger.batch + 1, ends, gaps, offered.source), missing)


def _offsets(ends: Mapping[int, int | None]) -> str:
    return ", ".join(f"partition {p}: {'gone' if end is None else end}" for p, end in ends.items())
