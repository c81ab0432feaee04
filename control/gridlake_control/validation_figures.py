"""What validation finds of the faults that the head-end injected, and how far estimates are from what was measured."""

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from gridlake.catalog.assets import METERING_POINT
from gridlake.catalog.calendar import holidays
from gridlake.catalog.findings import EFFECT_OF, Effect, Finding
from gridlake.catalog.reasons import Reason
from gridlake.transforms.current_readings import composed
from gridlake.transforms.day_bundles import judged_bundles, versions
from gridlake.transforms.day_validation import with_findings
from gridlake.transforms.dispositions import COORDINATES, duplicates
from gridlake.transforms.estimation import estimates
from gridlake.transforms.gaps import gaps
from headend import bundle, register
from headend.expectation import Rules, dispositions
from headend.faults import Fault, Plan, names
from headend.fleet import Fleet
from headend.grid import Grid
from headend.local_days import Window
from headend.transport import Stream, stream

_RECORD = (
    "topic string, partition int, offset bigint, key binary, headers array<struct<key: string, value: binary>>, "
    "kafka_time timestamp, value binary"
)
_CURRENT = (
    "metering_point_id string, register string, local_day date, interval_start_utc timestamp, `values` array<bigint>, "
    "quality array<int>, start_register bigint, end_register bigint, version_ids array<string>"
)
_GAP_WEEKS = 4  # at the window's end
_OUT = {Effect.HOLD, Effect.REJECT}
# Of the faults of a message that must not count, those that are why. The others travel with it: a late one is a
# duplicate as well, and what is wrong in a day that keeps its energy no rule can tell before its correction comes.
_REASONS = {
    Fault.DUPLICATE,
    Fault.UNIT,
    Fault.CLOCK_CHANGE,
    Fault.RESET,
    Fault.UNKNOWN,
    Fault.INACTIVE,
    Fault.MALFORMED,
    Fault.TRUNCATED,
    Fault.OVERLONG,
    Fault.FOREIGN,
}


@dataclass
class Detection:
    """Messages by fault: those that must not count or must, and those of them that are judged so; and clean days."""

    demanded: Counter[str] = field(default_factory=Counter)
    detected: Counter[str] = field(default_factory=Counter)
    must_count: Counter[str] = field(default_factory=Counter)
    do_count: Counter[str] = field(default_factory=Counter)
    clock_flagged: int = 0
    """Of the drifting days that count, those that carry CLOCK."""
    clean_days: int = 0
    clean_by_finding: Counter[str] = field(default_factory=Counter)
    clean_held_or_suspect: int = 0

    def share(self, fault: str) -> float:
        """Share of a fault's messages that were found."""
        return self.detected[fault] / self.demanded[fault]

    @property
    def false_alarms(self) -> float:
        """Share of clean days that are held or suspect."""
        return self.clean_held_or_suspect / self.clean_days


@dataclass(frozen=True)
class Accuracy:
    """Estimates of gaps of one length in one kind of register."""

    intervals: int
    register: str
    gaps: int
    wape: float
    worst_energy_error_wh: int


def detection(spark: SparkSession, fleet: Fleet, grids: Sequence[Grid], window: Window, plan: Plan) -> Detection:
    """Put what the head-end sends through contract and validation, and compare with what it injected.

    Days are judged by a history that holds none of the days which a first judgement holds back: a run curates day
    after day and has no other.
    """
    streams = [stream(fleet, grid, window, plan) for grid in grids]
    found = _found(spark, fleet, grids, streams, window)
    result = Detection()
    for place, one in enumerate(streams):
        for offset, (message, demanded) in enumerate(
            zip(one.messages, dispositions(one, Rules.VALIDATION), strict=True)
        ):
            if message.topic != bundle.TOPIC:
                continue
            mask = int(one.deliveries.faults[message.delivery]) if message.delivery is not None else 0
            faults = names(message.extra.faults if message.extra else mask)
            disposition, codes = found[place, offset]
            if demanded.name != "accepted":
                why = [fault for fault in faults if fault in _REASONS]
                result.demanded.update(why)
                # A held message that comes again is held again.
                result.detected.update(why if disposition == demanded.name else [])
            elif faults:
                result.must_count.update(faults)
                result.do_count.update(faults if disposition == "accepted" else [])
                result.clock_flagged += Fault.DRIFT in faults and Finding.CLOCK in codes
            else:
                result.clean_days += 1
                result.clean_by_finding.update(codes)
                suspect = any(EFFECT_OF[Finding(code)] is Effect.SUSPECT for code in codes)
                result.clean_held_or_suspect += disposition != "accepted" or suspect
    return result


def _found(
    spark: SparkSession, fleet: Fleet, grids: Sequence[Grid], streams: Sequence[Stream], window: Window
) -> dict[tuple[int, int], tuple[str, list[str]]]:
    """Disposition and findings of each message, by substation and position."""
    records = spark.createDataFrame(
        [
            (
                bundle.TOPIC,
                place,
                offset,
                message.key,
                None,
                datetime.fromtimestamp(message.arrives_at, UTC),
                message.value,
            )
            for place, one in enumerate(streams)
            for offset, message in enumerate(one.messages)
            if message.topic == bundle.TOPIC
        ],
        _RECORD,
    )
    connections = fleet.connections(grids)
    registers = spark.createDataFrame(
        [row[:2] for row in register.registers(connections)], "metering_point_id string, register string"
    )
    points = _points(spark, register.metering_points(fleet.seed, connections))
    per_point = registers.groupBy("metering_point_id").agg(F.collect_set("register").alias("registers"))
    judged = judged_bundles(records, per_point)
    # The sum check of the contract knows no rollover; validation has its own.
    shaped = judged.withColumn("reason", F.when(F.col("reason") != Reason.SUM_CHECK.value, F.col("reason"))).persist()
    good = shaped.where(F.col("reason").isNull())
    repeats = duplicates(good, good.limit(0)).persist()
    fresh = versions(shaped).join(repeats, on=list(COORDINATES), how="left_anti").persist()
    nothing = fresh.limit(0)
    no_outage = nothing.select("metering_point_id", F.col("sent_at").alias("begins"), F.col("sent_at").alias("ends"))
    no_cut_off = nothing.select("local_day", F.col("sent_at").alias("cut_off"))
    calendar = holidays(sorted({day.year for day in window.dates}))

    def judge(history: DataFrame) -> DataFrame:
        return with_findings(fresh, composed(history), points, no_outage, no_cut_off, calendar)

    out = F.array(*(F.lit(code.value) for code in Finding if EFFECT_OF[code] in _OUT))
    first = judge(fresh).where(~F.arrays_overlap("findings", out)).select(*fresh.columns)
    codes = {row["version_id"]: row["findings"] for row in judge(first).select("version_id", "findings").collect()}
    again = {(row["partition"], row["offset"]) for row in repeats.collect()}
    result = {}
    for row in shaped.select("partition", "offset", "reason", "version_id").collect():
        place = row["partition"], row["offset"]
        shown = codes.get(row["version_id"], []) if row["reason"] is None else []
        result[place] = (_disposition(row["reason"], shown, repeated=place in again), shown)
    return result


def _disposition(reason: str | None, codes: Iterable[str], *, repeated: bool) -> str:
    effects = {EFFECT_OF[Finding(code)] for code in codes}
    if reason is not None or Effect.REJECT in effects:
        return "rejected"
    if Effect.HOLD in effects:
        return "held"
    return "duplicate" if repeated else "accepted"


def _points(spark: SparkSession, rows: Iterable[tuple[Any, ...]]) -> DataFrame:
    columns = ", ".join(f"`{column.name}` {column.type}" for column in METERING_POINT.columns)
    place = METERING_POINT.column_names.index("pv_kwp")
    exact = [(*row[:place], row[place] and Decimal(str(row[place])), *row[place + 1 :]) for row in rows]
    return spark.createDataFrame(exact, columns).select("metering_point_id", "contract_kw", "pv_kwp", "valid_from")


def accuracy(
    spark: SparkSession, fleet: Fleet, grids: Sequence[Grid], window: Window, lengths: Sequence[int]
) -> list[Accuracy]:
    """Estimate gaps of each length (in intervals), one per register and week, and compare by OBIS code.

    A gap of a day's length is a day without a message; a shorter one lies within a day.
    """
    return [one for length in lengths for one in _accuracy(spark, fleet, grids, window, length)]


def _accuracy(spark: SparkSession, fleet: Fleet, grids: Sequence[Grid], window: Window, length: int) -> list[Accuracy]:
    rng = random.Random(fleet.seed)  # noqa: S311 - which hours are left out is no secret
    rows, asked = [], []
    truth: dict[tuple[str, str, date], list[int]] = {}
    for grid in grids:
        readings = fleet.readings(grid, window)
        for row, (point, obis) in enumerate(zip(readings.metering_point_ids, readings.registers, strict=True)):
            # Never side by side, and never the last day, which bounds the gap before it.
            chosen = {window.days - 1 - 7 * week + rng.randrange(6) for week in range(1, _GAP_WEEKS + 1)}
            for day, local_day in enumerate(window.dates):
                intervals = int(window.lengths[day])
                values: list[int | None] = readings.meters.values[row, day, :intervals].tolist()
                if day in chosen:
                    truth[point, obis, local_day] = readings.meters.values[row, day, :intervals].tolist()
                    asked.append((point, obis, local_day))
                    if length >= intervals:
                        continue
                    begin = rng.randrange(intervals - length + 1)
                    values[begin : begin + length] = [None] * length
                start, end = (
                    int(column[row, day]) for column in (readings.meters.start_register, readings.meters.end_register)
                )
                midnight = datetime.fromtimestamp(int(window.starts[day]), UTC)
                said = (point, obis, local_day, midnight, values, [0] * intervals, start, end, [f"{local_day}"])
                rows.append(said)
    current = spark.createDataFrame(rows, _CURRENT).persist()
    gap = gaps(current, spark.createDataFrame(asked, "metering_point_id string, register string, local_day date"))
    no_profile = current.limit(0).select(
        "metering_point_id",
        "register",
        F.lit(1).alias("month"),
        F.lit("").alias("day_type"),
        F.col("values").alias("weights"),
    )
    calendar = holidays(sorted({day.year for day in window.dates}))
    made = estimates(gap, current, no_profile, calendar, datetime.fromtimestamp(int(window.starts[-1]), UTC))
    found = made.collect()
    return [
        _compared(
            obis,
            length,
            [row for row in found if row["register"] == obis],
            {key: values for key, values in truth.items() if key[1] == obis},
        )
        for obis in sorted({key[1] for key in truth})
    ]


def _compared(
    obis: str, length: int, made: Sequence[Any], truth: Mapping[tuple[str, str, date], Sequence[int]]
) -> Accuracy:
    error = energy = worst = 0
    for row in made:
        true = truth[row["metering_point_id"], row["register"], row["local_day"]]
        cells = [(found, known) for found, known in zip(row["values"], true, strict=True) if found is not None]
        error += sum(abs(found - known) for found, known in cells)
        energy += sum(known for _, known in cells)
        worst = max(worst, abs(sum(found - known for found, known in cells)))
    if len(made) != len(truth):
        raise ValueError(f"{len(truth)} gaps of {obis}, but {len(made)} estimates")
    return Accuracy(length, obis, len(made), error / energy, worst)
