"""The hidden truth of a world with losses: who under-records, hangs elsewhere or is hooked, since when, and how much.

For scorers on the controller. `fault.parquet` holds what a detector should find, `confounder.parquet` what only looks
like it. Energy is that of the window; episodes are named with their own first and last day, also beyond it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from headend import identity, unmetered
from headend.assignment import Connection
from headend.episode import Episode
from headend.grid import Grid
from headend.local_days import INTERVAL_MINUTES, Window
from headend.loss_profile import FAULTS, Kind, LossProfile
from headend.metering import Metered
from headend.streams import FIRST_DAY

FILES = ("losses.json", "fault.parquet", "confounder.parquet")

_HOURS = INTERVAL_MINUTES / 60

SCHEMA = pa.schema(
    [
        pa.field("metering_point_id", pa.string()),  # null where the whole substation is meant
        pa.field("substation_id", pa.string(), nullable=False),  # as the asset register has it
        pa.field("kind", pa.string(), nullable=False),
        pa.field("onset_date", pa.date32(), nullable=False),
        pa.field("end_date", pa.date32()),  # the last day; null is for life
        pa.field("kwh_lost", pa.float64(), nullable=False),
        pa.field("true_substation_id", pa.string(), nullable=False),
    ]
)


@dataclass(frozen=True)
class Row:
    """One fault or confounder."""

    metering_point_id: str | None
    substation_id: str
    kind: Kind
    onset_date: date
    end_date: date | None
    kwh_lost: float
    true_substation_id: str


def rows(seed: int, grid: Grid, connections: list[Connection], metered: Metered, window: Window) -> Iterator[Row]:
    """Everything that touches the window in one substation; `connections` are the grid's, in the order of its loads."""
    known, here = metered.circumstances, identity.substation_id(seed, grid.number)
    if known is None:
        return
    points = [(one.metering_point_id, identity.substation_id(seed, one.registered.number)) for one in connections]
    owner = [points[number - 1] for number in metered.channels.load_number]

    def row(kind: Kind, channel: int | None, episode: Episode | None = None, kwh_lost: float = 0.0) -> Row:
        point, registered = owner[channel] if channel is not None else (None, here)
        onset = FIRST_DAY + timedelta(days=episode.first) if episode else FIRST_DAY
        end = FIRST_DAY + timedelta(days=episode.last) if episode else None
        return Row(point, registered, kind, onset, end, kwh_lost, here)

    for episode in _within(known.faults, window):
        lost_wh = (metered.true.day_wh - metered.recorded.day_wh)[episode.row, _days(episode, window)].sum()
        yield row(episode.kind, episode.row, episode, float(lost_wh) / 1000.0)
    for hook in _within(known.hooks, window):
        watts = unmetered.hook_watts(seed, grid, hook, window)
        yield row(hook.kind, None, hook, float(watts.sum()) * _HOURS / 1000.0)
    for load, connection in enumerate(connections):
        if connection.registered is not grid:
            yield row(Kind.WRONG_SUBSTATION, load)
    for episode in _within([*known.hot_spots, *known.everyday], window):
        at_point = episode.kind in (Kind.VACANCY, Kind.MOVE, Kind.HOLIDAY)
        yield row(episode.kind, episode.row if at_point else None, episode)
    if known.small_transformer:
        yield row(Kind.SMALL_TRANSFORMER, None)
    if known.lamps is not None:
        yield row(Kind.STREET_LIGHTING, None)
    for channel in np.flatnonzero(known.empty_homes).tolist():
        yield row(Kind.EMPTY_HOME, channel)
    for channel in np.flatnonzero(known.drifting & ~metered.channels.is_plant).tolist():
        yield row(Kind.CLOCK_DRIFT, channel)


def write(out: Path, seed: int, profile: LossProfile, window: Window, found: Iterable[Row]) -> None:
    """Leave fault.parquet, confounder.parquet and losses.json, sorted, so that equal worlds give equal files."""
    ordered = sorted(found, key=lambda row: (row.substation_id, row.metering_point_id or "", row.kind, row.onset_date))
    about_file, *tables = (out / name for name in FILES)
    for table, wanted in zip(tables, (True, False), strict=True):
        chosen = [vars(row) for row in ordered if (row.kind in FAULTS) is wanted]
        pq.write_table(pa.Table.from_pylist(chosen, schema=SCHEMA), table, compression="zstd")
    about = {
        "seed": seed,
        "profile": profile.name,
        "profile_sha256": profile.sha256,
        "first_day": window.first_day.isoformat(),
        "days": window.days,
    }
    about_file.write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")


def _within(episodes: Iterable[Episode], window: Window) -> Iterator[Episode]:
    return (one for one in episodes if one.touches(window.first_number, window.days))


def _days(episode: Episode, window: Window) -> slice:
    """The days of an episode that lie in the window, counted since FIRST_DAY."""
    return slice(max(episode.first, window.first_number), min(episode.last + 1, window.first_number + window.days))
