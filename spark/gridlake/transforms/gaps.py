"""Gaps in what a register has delivered, and the energy that its register readings leave for them."""

from collections.abc import Callable

from pyspark.sql import Column, DataFrame, Window, WindowSpec
from pyspark.sql import functions as F

from gridlake.transforms import rules

_REGISTER = ["metering_point_id", "register"]
_DAY = [*_REGISTER, "local_day"]


def gaps(current: DataFrame, expected: DataFrame) -> DataFrame:
    """One row per gap: a run of expected days without any reading, or a day with intervals that nobody speaks of.

    `current` holds received readings in the shape of curated.reading_current, `expected` metering point, register and
    local day; both are unique by those. Days of `current` that are not expected bound gaps and have none themselves.

    `energy_wh` is null where no two registers bound the gap, and where they cannot: they leave less than nothing, or
    those of a day do not meet its neighbours', so that another device has counted. `gap_id` changes with the readings
    of the gap's days and with the energy, and with nothing else.
    """
    days = _days_near_gaps(current, expected)
    in_time = Window.partitionBy(*_REGISTER).orderBy("local_day")
    so_far = in_time.rowsBetween(Window.unboundedPreceding, Window.currentRow)
    placed = days.withColumns({"before": _neighbour(F.lag, in_time), "after": _neighbour(F.lead, in_time)})
    goes_on = ~F.col("received") & F.coalesce(~F.col("before.received"), F.lit(False))
    numbered = placed.withColumn("gap", F.sum(F.when(goes_on, 0).otherwise(1)).over(so_far)).where("lacking")
    gathered = numbered.groupBy(*_REGISTER, "gap").agg(
        F.sort_array(F.collect_list(_day())).alias("days"),
        F.min_by("before", "local_day").alias("before"),
        F.max_by("after", "local_day").alias("after"),
        # A received day is a gap of its own, so there is one of these or none.
        *(F.max(name).alias(name) for name in ("received", "start_register", "end_register", "version_ids")),
    )
    bounded = gathered.withColumn("energy_wh", _energy())
    return bounded.select(
        _gap_id().alias("gap_id"),
        *_REGISTER,
        F.col("days")[0]["local_day"].alias("first_day"),
        F.element_at("days", -1)["local_day"].alias("last_day"),
        "days",
        "energy_wh",
        _inputs().alias("inputs"),
    )


def touched_days(gaps: DataFrame, changed: DataFrame) -> DataFrame:
    """Days to compose again: the changed ones, and every day of a gap that one of them lies in or bounds.

    `gaps` are those after the change; `changed` holds metering point, register and local day. Unique by those.
    """
    spans = gaps.select(
        *(F.col(name).alias(f"gap_{name}") for name in _REGISTER),
        F.date_sub("first_day", 1).alias("earliest"),
        F.date_add("last_day", 1).alias("latest"),
        F.explode("days.local_day").alias("gap_day"),
    )
    near = (
        (F.col("gap_metering_point_id") == F.col("metering_point_id"))
        & (F.col("gap_register") == F.col("register"))
        & F.col("local_day").between(F.col("earliest"), F.col("latest"))
    )
    whole = changed.join(spans, on=near, how="inner").select(*_REGISTER, F.col("gap_day").alias("local_day"))
    return changed.select(*_DAY).unionByName(whole).distinct()


def _days_near_gaps(current: DataFrame, expected: DataFrame) -> DataFrame:
    """All days of the registers that have a gap, `lacking` where it is. Whole days come without their values."""
    holes = F.exists("values", lambda value: value.isNull())
    received = current.select(
        *_DAY,
        F.when(holes, F.col("values")).alias("values"),
        *(F.when(_credible(holes), F.col(name)).alias(name) for name in ("start_register", "end_register")),
        "version_ids",
        F.lit(True).alias("received"),
    )
    both = received.join(expected.select(*_DAY, F.lit(True).alias("asked")), on=_DAY, how="full")
    lacking = F.col("asked").isNotNull() & (F.col("received").isNull() | F.col("values").isNotNull())
    marked = both.withColumns({"lacking": lacking, "received": F.col("received").isNotNull()})
    concerned = F.max("lacking").over(Window.partitionBy(*_REGISTER))
    return marked.withColumn("concerned", concerned).where("concerned")


def _credible(holes: Column) -> Column:
    """False for a whole day whose registers do not give its readings: two devices have made it, and one is named."""
    counted = rules.register_difference(F.col("start_register"), F.col("end_register"))
    return holes | F.coalesce(~rules.misses_sum(rules.total_wh(F.col("values")), counted), F.lit(False))


def _day() -> Column:
    day = F.col("local_day")
    nothing = F.array_repeat(F.lit(None).cast("bigint"), rules.intervals_of(day))
    return F.struct(
        day, rules.local_midnight(day).alias("interval_start_utc"), F.coalesce("values", nothing).alias("values")
    )


def _neighbour(place: Callable[[Column], Column], in_time: WindowSpec) -> Column:
    """The row of the day before or after; null where there is none."""
    columns = ("local_day", "received", "lacking", "start_register", "end_register", "version_ids")
    other = place(F.struct(*columns)).over(in_time)
    return F.when(F.abs(F.date_diff(other["local_day"], F.col("local_day"))) == 1, other)


def _energy() -> Column:
    """What the registers around a run of days have counted; of a day, what they have counted beyond its readings."""
    start, end, before, after = (F.col(name) for name in ("start_register", "end_register", "before", "after"))
    known = rules.total_wh(F.array_compact(F.col("days")[0]["values"]))
    meets = F.coalesce(before["end_register"] == start, F.lit(True)) & F.coalesce(
        after["start_register"] == end, F.lit(True)
    )
    within = F.when(meets, rules.register_difference(start, end) - known)
    energy = F.when(F.col("received"), within).otherwise(
        rules.register_difference(before["end_register"], after["start_register"])
    )
    return F.when(energy >= 0, energy)


def _gap_id() -> Column:
    days = F.transform("days", lambda day: F.concat_ws(":", day["local_day"].cast("string"), _as_text(day["values"])))
    parts = (*_REGISTER, F.concat_ws("|", days), F.coalesce(F.col("energy_wh").cast("string"), F.lit("?")))
    return F.substring(F.sha2(F.concat_ws("|", *parts), 256), 1, 32)


def _as_text(values: Column) -> Column:
    # A null is written out: skipped, it would let values change their place unnoticed.
    return F.array_join(values.cast("array<string>"), ",", "?")


def _inputs() -> Column:
    none = F.array().cast("array<string>")
    sources = (F.col("version_ids"), F.col("before.version_ids"), F.col("after.version_ids"))
    return F.array_sort(F.array_distinct(F.concat(*(F.coalesce(source, none) for source in sources))))
