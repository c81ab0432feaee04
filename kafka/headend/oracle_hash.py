"""The oracle's lines and their hash.

Ids of a perfect world ascend with its grids, so its lines come out sorted. Those of a world with losses do not, and a
quarter's readings are more than a machine should hold: they wait on disk until every substation is there.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headend.avro import NULL
from headend.fleet import Fleet, GridReadings
from headend.local_days import Window
from headend.streams import Ints

_VALID = "0"
_ROWS_AT_ONCE = 200


class OracleHash(Protocol):
    """Takes substations in the order of their numbers, gives the hash of all lines."""

    def add(self, readings: GridReadings, values: Ints, status: Ints | None) -> None:
        """Take values and status [row, interval of the window] of a substation's rows."""

    def sha256(self) -> str:
        """The hash of everything taken."""


@contextmanager
def opened(fleet: Fleet, window: Window, folder: Path) -> Iterator[OracleHash]:
    """A hash for the ids of a world; `folder` has room for its readings."""
    if fleet.losses is None:
        yield _InOrder(window)
        return
    with tempfile.TemporaryFile(dir=folder) as file:
        yield _Spooled(window, file)


def text(
    points: Sequence[str], registers: Sequence[str], starts: Ints, values: Ints, status: Ints | None
) -> memoryview:
    """Lines of rows that are in order [row, interval]; the value NULL has none. Without status every value is valid."""
    if status is None:
        rows, intervals = values.shape
        row, interval = np.repeat(np.arange(rows), intervals), np.tile(np.arange(intervals), rows)
        tail: str | pa.Array = f"|{_VALID}\n"
    else:
        row, interval = np.nonzero(values != NULL)
        tail = pc.binary_join_element_wise("|", pa.array(status[row, interval]).cast(pa.string()), "\n", "")
    if not len(row):
        return memoryview(b"")
    heads = pa.array([f"{point}|{register}|" for point, register in zip(points, registers, strict=True)])
    joined = pc.binary_join_element_wise(
        heads.take(pa.array(row)),
        pa.array(starts).cast(pa.string()).take(pa.array(interval)),
        "|",
        pa.array(values[row, interval]).cast(pa.string()),
        tail,
        "",
    )
    _, ends, content = joined.buffers()
    return memoryview(content)[: int(np.frombuffer(ends, dtype=np.int32)[len(row)])]


@dataclass(frozen=True)
class _InOrder:
    window: Window
    digest: hashlib._Hash = field(default_factory=hashlib.sha256)

    def add(self, readings: GridReadings, values: Ints, status: Ints | None) -> None:
        points, registers = readings.metering_point_ids, readings.registers
        self.digest.update(text(points, registers, self.window.interval_starts, values, status))

    def sha256(self) -> str:
        return self.digest.hexdigest()


@dataclass(frozen=True)
class _Spooled:
    window: Window
    file: IO[bytes]
    rows: list[tuple[str, str]] = field(default_factory=list)

    def add(self, readings: GridReadings, values: Ints, status: Ints | None) -> None:
        known = np.zeros_like(values) if status is None else status
        self.file.write(np.stack([values, known], axis=1).astype(np.int64).tobytes())
        self.rows.extend(zip(readings.metering_point_ids, readings.registers, strict=True))

    def sha256(self) -> str:
        self.file.flush()
        starts, digest = self.window.interval_starts, hashlib.sha256()
        table = np.memmap(self.file, dtype=np.int64, mode="r", shape=(len(self.rows), 2, len(starts)))
        order = sorted(range(len(self.rows)), key=self.rows.__getitem__)
        for begin in range(0, len(order), _ROWS_AT_ONCE):
            chosen = order[begin : begin + _ROWS_AT_ONCE]
            points, registers = zip(*(self.rows[row] for row in chosen), strict=True)
            content = table[chosen]
            digest.update(text(points, registers, starts, content[:, 0], content[:, 1]))
        return digest.hexdigest()
