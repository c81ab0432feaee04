"""Truth about transport faults: every one that was injected, and what a pipeline must have made of them in the end.

transport.parquet          one row per faulty message, and per bundle that was never sent
transport_current.parquet  one row per register and day whose current readings are not the clean ones
transport_oracle.json      counts by disposition and the hash of all current readings, written last
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from headend import bundle, identity, oracle_hash, transport
from headend.avro import NULL
from headend.bundle import MessageKind
from headend.deliveries import WIDTH
from headend.expectation import Current, Disposition, Rules, current, dispositions
from headend.faults import Plan, names
from headend.fleet import Fleet
from headend.grid import Grid
from headend.local_days import Window
from headend.message import Message
from headend.oracle_hash import OracleHash
from headend.request import ALWAYS, Arrivals
from headend.streams import NEVER
from headend.transport import Stream

FILES = ("transport_oracle.json", "transport.parquet", "transport_current.parquet")
"""The marker first: who removes them removes it before the others."""

_TIME = pa.timestamp("ms", tz="UTC")

TRANSPORT_SCHEMA = pa.schema(
    [
        pa.field("topic", pa.string(), nullable=False),
        pa.field("key", pa.binary()),
        pa.field("payload_sha256", pa.string()),
        pa.field("faults", pa.list_(pa.string()), nullable=False),
        pa.field("detail", pa.string(), nullable=False),
        pa.field("subject", pa.string(), nullable=False),
        pa.field("register", pa.string()),
        pa.field("local_day", pa.date32(), nullable=False),
        pa.field("interval_start_utc", _TIME, nullable=False),
        pa.field("sequence", pa.int64()),
        pa.field("message_kind", pa.string()),
        pa.field("sent_at", _TIME),
        pa.field("arrives_at", _TIME),
        *(
            pa.field(f"{rules}_{name}", pa.string(), nullable=name != "disposition")
            for rules in Rules
            for name in ("disposition", "reason", "effect")
        ),
    ]
)
CURRENT_SCHEMA = pa.schema(
    [
        pa.field("metering_point_id", pa.string(), nullable=False),
        pa.field("register", pa.string(), nullable=False),
        pa.field("local_day", pa.date32(), nullable=False),
        pa.field("interval_start_utc", _TIME, nullable=False),
        *(
            pa.field(f"{rules}_{name}", pa.list_(pa.int64()), nullable=False)
            for rules in Rules
            for name in ("values", "quality")
        ),
    ]
)

_NEVER_SENT = Disposition("never sent")


class _Totals:
    """What the oracle says of one set of rules, gathered substation by substation."""

    def __init__(self, digest: OracleHash) -> None:
        self.digest = digest
        self.counts: Counter[tuple[str, str, str | None]] = Counter()
        self.readings = self.energy_wh = 0

    def add(self, stream: Stream, window: Window, found: Sequence[Disposition], state: Current) -> None:
        length = window.present.shape[1]
        values, status = state.values[:, :, :length], state.status[:, :, :length]
        self.digest.add(stream.readings, values[:, window.present], status[:, window.present])
        known = values != NULL
        self.readings += int(known.sum())
        self.energy_wh += int(values[known].sum())
        self.counts.update(
            (message.topic, disposition.name, disposition.reason)
            for message, disposition in zip(stream.messages, found, strict=True)
        )

    def summary(self) -> dict[str, Any]:
        topics: dict[str, Any] = {}
        for (topic, name, reason), number in sorted(self.counts.items(), key=str):
            counts = topics.setdefault(topic, {"accepted": 0, "duplicate": 0, "held": {}, "rejected": {}})
            if reason is None:
                counts[name] = number
            else:
                counts[name][reason] = number
        return {
            "dispositions": topics,
            "readings": self.readings,
            "energy_wh": self.energy_wh,
            "sha256": self.digest.sha256(),
        }


def write(
    fleet: Fleet,
    grids: Sequence[Grid],
    window: Window,
    plan: Plan,
    out: Path,
    progress: Callable[[int], None],
    arrivals: Arrivals = ALWAYS,
) -> dict[str, Any]:
    """Leave the three files in a folder; gives the oracle."""
    marker, fault_path, current_path = (out / name for name in FILES)
    out.mkdir(parents=True, exist_ok=True)
    marker.unlink(missing_ok=True)  # where it exists, the files beside it are complete
    injected: Counter[str] = Counter()
    with (
        ExitStack() as digests,
        pq.ParquetWriter(fault_path, TRANSPORT_SCHEMA, compression="zstd") as fault_file,
        pq.ParquetWriter(current_path, CURRENT_SCHEMA, compression="zstd") as current_file,
    ):
        totals = {rules: _Totals(digests.enter_context(oracle_hash.opened(fleet, window, out))) for rules in Rules}
        for done, grid in enumerate(grids, start=1):
            stream = transport.stream(fleet, grid, window, plan, arrivals)
            found = {rules: list(dispositions(stream, rules)) for rules in Rules}
            states = {rules: current(stream, rules) for rules in Rules}
            for rules in Rules:
                totals[rules].add(stream, window, found[rules], states[rules])
            rows = list(fault_rows(stream, window, found, states))
            injected.update(fault for row in rows for fault in row["faults"])
            fault_file.write_table(pa.Table.from_pylist(rows, TRANSPORT_SCHEMA))
            current_file.write_table(pa.Table.from_pylist(list(_current_rows(stream, window, states)), CURRENT_SCHEMA))
            progress(done)
        summaries = {rules.value: totals[rules].summary() for rules in Rules}
    oracle = {
        "seed": fleet.seed,
        "substations": len(grids),
        "first_day": window.first_day.isoformat(),
        "days": window.days,
        "faults": str(plan),
        "arrivals": str(arrivals),
        "metering_point_prefix": identity.metering_point_prefix(fleet.seed),
        "substation_prefix": f"{identity.area(fleet.seed)}-",
        "injected": dict(sorted(injected.items())),
        **summaries,
    }
    # Last and in one step.
    partial = out / f".{marker.name}.partial"
    partial.write_text(json.dumps(oracle, indent=2) + "\n", encoding="utf-8")
    partial.replace(marker)
    return oracle


def fault_rows(
    stream: Stream, window: Window, found: dict[Rules, list[Disposition]], states: dict[Rules, Current]
) -> Iterator[dict[str, Any]]:
    """Rows of transport.parquet of one substation: faulty messages in order of arrival, then bundles never sent."""
    for position, message in enumerate(stream.messages):
        judged = {rules: found[rules][position] for rules in Rules}
        if message.delivery is not None:
            if stream.deliveries.faults[message.delivery]:
                yield _delivery_row(stream, window, message.delivery, message, judged, states)
        elif message.extra:
            yield _extra_row(message, judged)
    for delivery in np.flatnonzero(stream.deliveries.sent_at == NEVER).tolist():
        yield _delivery_row(stream, window, delivery, None, dict.fromkeys(Rules, _NEVER_SENT), states)


def _delivery_row(
    stream: Stream,
    window: Window,
    delivery: int,
    message: Message | None,
    judged: dict[Rules, Disposition],
    states: dict[Rules, Current],
) -> dict[str, Any]:
    deliveries, day = stream.deliveries, int(stream.deliveries.day[delivery])
    point = stream.readings.metering_point_ids[deliveries.row[delivery]]
    number = bundle.day_number(window.dates[day])
    row = _row(bundle.TOPIC, message, judged, point.encode())
    return row | {
        "faults": names(int(deliveries.faults[delivery])),
        "detail": deliveries.detail[delivery],
        "subject": point,
        "register": stream.readings.registers[deliveries.row[delivery]],
        "local_day": window.dates[day],
        "interval_start_utc": int(window.starts[day]) * 1000,
        "sequence": number * bundle.REVISIONS + int(deliveries.revision[delivery]),
        "message_kind": MessageKind(int(deliveries.kind[delivery])).name,
        "sent_at": None if message is None else int(deliveries.sent_at[delivery]) * 1000,
        **{
            f"{rules}_effect": states[rules].effect[delivery] if judged[rules].name == "accepted" else None
            for rules in Rules
        },
    }


def _extra_row(message: Message, judged: dict[Rules, Disposition]) -> dict[str, Any]:
    extra = message.extra
    if extra is None:
        raise ValueError("a message without a delivery and without a note has no fault")
    return _row(message.topic, message, judged, None) | {
        "faults": names(extra.faults),
        "detail": extra.detail,
        "subject": extra.subject,
        "register": extra.register,
        "local_day": extra.local_day,
        "interval_start_utc": extra.interval_start * 1000,
        "sequence": None,
        "message_kind": None,
        "sent_at": extra.sent_at * 1000,
        **{f"{rules}_effect": None for rules in Rules},
    }


def _row(topic: str, message: Message | None, judged: dict[Rules, Disposition], key: bytes | None) -> dict[str, Any]:
    payload = message.value if message else None
    return {
        "topic": topic,
        "key": message.key if message else key,
        "payload_sha256": None if payload is None else hashlib.sha256(payload).hexdigest(),
        "arrives_at": message.arrives_at * 1000 if message else None,
        **{f"{rules}_disposition": judged[rules].name for rules in Rules},
        **{f"{rules}_reason": judged[rules].reason for rules in Rules},
    }


def _current_rows(stream: Stream, window: Window, states: dict[Rules, Current]) -> Iterator[dict[str, Any]]:
    """Rows of transport_current.parquet: days that differ from the clean truth under either set of rules."""
    clean = stream.readings.meters.values
    present = np.zeros((window.days, WIDTH), dtype=np.bool_)
    present[:, : clean.shape[2]] = window.present
    clean = np.pad(clean, ((0, 0), (0, 0), (0, WIDTH - clean.shape[2])))
    status = np.zeros_like(clean)
    if stream.readings.meters.status is not None:
        status[:, :, : stream.readings.meters.status.shape[2]] = stream.readings.meters.status
    differs = np.zeros(clean.shape[:2], dtype=np.bool_)
    for state in states.values():
        differs |= (((state.values != clean) | (state.status != status)) & present).any(axis=2)
    for row, day in np.argwhere(differs).tolist():
        length = int(window.lengths[day])
        yield {
            "metering_point_id": stream.readings.metering_point_ids[row],
            "register": stream.readings.registers[row],
            "local_day": window.dates[day],
            "interval_start_utc": int(window.starts[day]) * 1000,
            **{
                f"{rules}_values": [
                    None if value == NULL else value for value in states[rules].values[row, day, :length].tolist()
                ]
                for rules in Rules
            },
            **{f"{rules}_quality": states[rules].status[row, day, :length].tolist() for rules in Rules},
        }
