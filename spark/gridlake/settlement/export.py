"""The canonical export: what was settled as bytes that do not depend on order, file layout or engine.

UTF-8, LF, one JSON array a row, whole Wh; sorted by area, day, group and register. Two runs settled the same if the
sha256 of their exports are equal.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from gridlake.catalog.settlement import Kind

Values = Sequence[int]


@dataclass(frozen=True)
class Line:
    """One row of curated.settlement_line."""

    area: str
    local_day: date
    balancing_group: str
    register: str
    interval_start_utc: str
    expected_intervals: int
    received_intervals: int
    values: Values


@dataclass(frozen=True)
class Loss:
    """One row of curated.settlement_loss."""

    area: str
    local_day: date
    interval_start_utc: str
    expected_intervals: int
    received_intervals: int
    infeed: Values
    consumed: Values
    fed_in: Values
    difference: Values


@dataclass(frozen=True)
class Export:
    """The bytes, and what they are known by."""

    content: bytes
    rows: int

    @property
    def sha256(self) -> str:
        """As the manifest records it."""
        return hashlib.sha256(self.content).hexdigest()


def canonical_export(month: date, kind: Kind, lines: Iterable[Line], losses: Iterable[Loss]) -> Export:
    """The export of one run. What names the attempt (ids, times, snapshots) is not in it."""
    rows: list[list[object]] = [["settlement", f"{month:%Y-%m}", kind.value]]
    for line in sorted(lines, key=lambda one: (one.area, one.local_day, one.balancing_group, one.register)):
        rows.append(["line", *_cells(line)])
    for loss in sorted(losses, key=lambda one: (one.area, one.local_day)):
        rows.append(["loss", *_cells(loss)])
    text = "".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n" for row in rows)
    return Export(text.encode(), len(rows) - 1)


def _cells(row: Line | Loss) -> list[object]:
    return [value.isoformat() if isinstance(value, date) else value for value in vars(row).values()]
