r"""Clean truth and the oracle: what the lake must hold, computed without Kafka and without the pipeline's code.

The oracle is SHA-256 over one line per reading, sorted by its first three fields; quality 0 means valid:
`<metering point>|<register>|<start, epoch seconds UTC>|<Wh>|<quality>\n`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from headend import fault_truth, identity, oracle_hash, transport_truth
from headend.assignment import Connection
from headend.fleet import Fleet, GridReadings
from headend.grid import Grid
from headend.local_days import Window
from headend.streams import Ints

BUNDLES = pa.schema(
    [
        pa.field("metering_point_id", pa.string(), nullable=False),
        pa.field("register", pa.string(), nullable=False),
        pa.field("substation_id", pa.string(), nullable=False),
        pa.field("local_day", pa.date32(), nullable=False),
        pa.field("interval_start_utc", pa.timestamp("ms", tz="UTC"), nullable=False),
        pa.field("values", pa.list_(pa.int32()), nullable=False),
        pa.field("start_register", pa.int64(), nullable=False),
        pa.field("end_register", pa.int64(), nullable=False),
    ]
)
TRANSFORMERS = pa.schema(
    [
        pa.field("substation_id", pa.string(), nullable=False),
        pa.field("interval_start_utc", pa.timestamp("ms", tz="UTC"), nullable=False),
        pa.field("import_wh", pa.int64(), nullable=False),
        pa.field("export_wh", pa.int64(), nullable=False),
    ]
)

_MARKER = "oracle.json"


@dataclass(frozen=True)
class Oracle:
    """What a scorer compares the lake with."""

    seed: int
    substations: int
    first_day: str
    days: int
    metering_point_prefix: str
    substation_prefix: str
    bundles: int
    readings: int
    transformer_readings: int
    energy_wh: int
    sha256: str


def write(fleet: Fleet, grids: Sequence[Grid], window: Window, out: Path, progress: Callable[[int], None]) -> Oracle:
    """Leave meter_reading.parquet, transformer_reading.parquet and oracle.json in a folder, no truth of another run.

    A world with losses adds what is hidden in it: fault.parquet, confounder.parquet and losses.json.
    """
    out.mkdir(parents=True, exist_ok=True)
    # Markers first: where one exists, the files beside it are complete, however a run ends.
    for name in (_MARKER, *transport_truth.FILES, *fault_truth.FILES):
        (out / name).unlink(missing_ok=True)
    bundles = transformer_readings = energy = 0
    connections, hidden = _by_grid(fleet.connections(grids)), list[fault_truth.Row]()
    with (
        oracle_hash.opened(fleet, window, out) as digest,
        pq.ParquetWriter(out / "meter_reading.parquet", BUNDLES, compression="zstd") as bundle_file,
        pq.ParquetWriter(out / "transformer_reading.parquet", TRANSFORMERS, compression="zstd") as transformer_file,
    ):
        for done, grid in enumerate(grids, start=1):
            metered = fleet.metered(grid, window)
            readings = fleet.read(grid, window, metered)
            digest.add(readings, *_present(readings, window))
            hidden += fault_truth.rows(fleet.seed, grid, connections[grid.number], metered, window)
            bundle_file.write_table(_bundle_table(readings, window))
            transformer_file.write_table(_transformer_table(readings))
            bundles += len(readings.registers) * window.days
            transformer_readings += len(readings.transformer.interval_start)
            energy += int(readings.meters.values.sum())
            progress(done)
        sha256 = digest.sha256()
    if fleet.losses is not None:
        fault_truth.write(out, fleet.seed, fleet.losses, window, hidden)
    oracle = Oracle(
        seed=fleet.seed,
        substations=len(grids),
        first_day=window.first_day.isoformat(),
        days=window.days,
        metering_point_prefix=identity.metering_point_prefix(fleet.seed),
        substation_prefix=f"{identity.area(fleet.seed)}-",
        bundles=bundles,
        readings=bundles // window.days * len(window.interval_starts),
        transformer_readings=transformer_readings,
        energy_wh=energy,
        sha256=sha256,
    )
    # Last and in one step.
    partial = out / f".{_MARKER}.partial"
    partial.write_text(json.dumps(vars(oracle), indent=2) + "\n", encoding="utf-8")
    partial.replace(out / _MARKER)
    return oracle


def lines(readings: GridReadings, window: Window) -> memoryview:
    """The oracle's lines of one substation; its rows are sorted by metering point and register already."""
    values, status = _present(readings, window)
    points, registers = readings.metering_point_ids, readings.registers
    return oracle_hash.text(points, registers, window.interval_starts, values, status)


def _present(readings: GridReadings, window: Window) -> tuple[Ints, Ints | None]:
    """Values and status of the intervals that exist."""
    status = readings.meters.status
    return readings.meters.values[:, window.present], None if status is None else status[:, window.present]


def _bundle_table(readings: GridReadings, window: Window) -> pa.Table:
    meters, rows = readings.meters, len(readings.registers)
    offsets = np.concatenate([[0], np.cumsum(np.tile(window.lengths, rows))])
    values = meters.values[:, window.present].ravel()
    return pa.table(
        [
            pa.array(list(_each(readings.metering_point_ids, window.days))),
            pa.array(list(_each(readings.registers, window.days))),
            pa.array([readings.substation_id] * (rows * window.days)),
            pa.array(window.dates * rows, type=pa.date32()),
            pa.array(np.tile(window.starts[:-1] * 1000, rows)).cast(pa.timestamp("ms", tz="UTC")),
            pa.ListArray.from_arrays(pa.array(offsets, type=pa.int32()), pa.array(values, type=pa.int32())),
            pa.array(meters.start_register.ravel()),
            pa.array(meters.end_register.ravel()),
        ],
        schema=BUNDLES,
    )


def _transformer_table(readings: GridReadings) -> pa.Table:
    meter = readings.transformer
    return pa.table(
        [
            pa.array([readings.substation_id] * len(meter.interval_start)),
            pa.array(meter.interval_start * 1000).cast(pa.timestamp("ms", tz="UTC")),
            pa.array(meter.import_wh),
            pa.array(meter.export_wh),
        ],
        schema=TRANSFORMERS,
    )


def _by_grid(connections: Sequence[Connection]) -> dict[int, list[Connection]]:
    """Connections in the order of their grid's loads."""
    table: dict[int, list[Connection]] = {}
    for one in sorted(connections, key=lambda one: one.position):
        table.setdefault(one.grid.number, []).append(one)
    return table


def _each(texts: Sequence[str], times: int) -> Iterator[str]:
    return (text for text in texts for _ in range(times))
