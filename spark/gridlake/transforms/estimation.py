"""Estimates of what is missing: the shape from the best source there is, the energy from the registers, to the Wh."""

from collections.abc import Sequence
from datetime import date, datetime

from pyspark.sql import Column, DataFrame, Window, WindowSpec
from pyspark.sql import functions as F

from gridlake.catalog.curated import READING_ESTIMATE
from gridlake.catalog.quality import QUALITY_OF, Method
from gridlake.transforms import rules

_REGISTER = ["metering_point_id", "register"]
_CELLS_OF_DAY = ["gap_id", "local_day"]
_INTERVAL_S = 60 * rules.INTERVAL_MINUTES

_SHORT_INTERVALS = 8  # two hours: the neighbours know more than other days do
_SIMILAR_DAYS = 12
_SCALE = 27_720  # any number of days up to twelve divides it: they weigh the same in whole numbers
_TELLING_INTERVALS = 48  # from half a day on its own readings tell better than its type which days are like it
_PLAIN_DAY_INTERVALS = 96

# An energy times a weight passes a bigint: under ANSI one absurd register would stop the batch.
_WIDE = "decimal(19,0)"


def due(gaps: DataFrame, known: DataFrame) -> DataFrame:
    """Gaps that no known estimate was made for. A similar day that changes makes none due."""
    return gaps.join(known.select("gap_id").distinct(), on="gap_id", how="left_anti")


def in_force(gaps: DataFrame, known: DataFrame) -> DataFrame:
    """Of all known estimates those that the gaps of today were estimated by."""
    return known.join(gaps.select("gap_id"), on="gap_id", how="left_semi")


def estimates(
    gaps: DataFrame,
    current: DataFrame,
    profiles: DataFrame,
    holidays: Sequence[date],
    known_at: datetime,
) -> DataFrame:
    """One row per gap and local day, in the shape of curated.reading_estimate.

    `gaps` is unique by gap_id. `current` holds received readings, unique by metering point, register and local day: 42
    days before the first gap are looked at. `profiles` holds `weights` of 96 wall-clock quarter-hours per metering
    point, register, `month` and `day_type` (unique), at any level; registers without one are left out of it.
    A gap that registers do not bound and that has no earlier day is not estimated: nobody knows its level.
    """
    days = gaps.select(
        "gap_id",
        *_REGISTER,
        "first_day",
        "energy_wh",
        F.col("inputs").alias("own_inputs"),
        F.explode("days").alias("day"),
    ).select("*", "day.*", rules.day_type(F.col("day.local_day"), holidays).alias("day_type"))
    shaped = _with_profile(_with_similar_days(days.drop("day"), current, holidays), profiles)
    cells = _with_method(_cells(_with_inputs(shaped)))
    return _versions(_spread(cells.where(F.col("method").isNotNull())), known_at)


def _with_similar_days(days: DataFrame, current: DataFrame, holidays: Sequence[date]) -> DataFrame:
    """Add the readings of up to twelve earlier whole days, and their versions.

    A day with half of its readings takes those that are most like these, at their level; any other takes the latest of
    its own type, or of any if there is none of it.
    """
    whole = ~F.exists("values", lambda value: value.isNull()) & (F.size("values") == _PLAIN_DAY_INTERVALS)
    candidates = current.where(whole).select(
        *_REGISTER,
        F.col("local_day").alias("similar_day"),
        F.col("values").alias("similar_values"),
        F.col("version_ids").alias("similar_versions"),
        rules.day_type(F.col("local_day"), holidays).alias("similar_type"),
    )
    earlier = days.join(candidates, on=_REGISTER, how="inner").where(
        F.col("similar_day").between(F.date_sub("first_day", rules.LOOK_BACK_DAYS), F.date_sub("first_day", 1))
    )
    of_day = Window.partitionBy(*_CELLS_OF_DAY)
    compared = _with_distance(earlier)
    best = compared.withColumn("least", F.min("distance").over(of_day)).where("telling OR distance = least")
    by_likeness = of_day.orderBy("distance", F.col("similar_day").desc())
    latest = best.withColumn("place", F.row_number().over(by_likeness))
    chosen = (
        latest.where(F.col("place") <= _SIMILAR_DAYS)
        .groupBy(*_CELLS_OF_DAY)
        .agg(
            F.collect_list("similar_values").alias("similar_values"),
            F.flatten(F.collect_list("similar_versions")).alias("similar_versions"),
        )
    )
    return days.join(chosen, on=_CELLS_OF_DAY, how="left")


def _with_distance(pairs: DataFrame) -> DataFrame:
    """Add how far a similar day is from the day's own readings; where these do not tell, 0 for a day of its type."""
    own = F.filter("values", lambda value: value.isNotNull())
    same_intervals = F.filter("similar_values", lambda _, position: F.get("values", position).isNotNull())
    measured = pairs.withColumns(
        {
            "telling": (F.size("values") == _PLAIN_DAY_INTERVALS) & (F.size(own) >= _TELLING_INTERVALS),
            "own": own,
            "theirs": same_intervals,
            "own_wh": rules.total_wh(own),
            "their_wh": rules.total_wh(same_intervals),
        }
    ).withColumn("level", F.when(F.col("their_wh") > 0, F.col("own_wh") / F.col("their_wh")).otherwise(0.0))
    apart = F.zip_with("theirs", "own", lambda other, value: F.abs(other * F.col("level") - value))
    distance = F.aggregate(apart, F.lit(0.0), lambda total, one: total + one)
    other_type = (F.col("similar_type") != F.col("day_type")).cast("double")
    return measured.withColumn("distance", F.when(F.col("telling"), distance).otherwise(other_type)).drop(
        "own", "theirs", "own_wh", "their_wh", "level"
    )


def _with_profile(days: DataFrame, profiles: DataFrame) -> DataFrame:
    keyed = profiles.select(*_REGISTER, "month", "day_type", F.col("weights").alias("profile"))
    return days.withColumn("month", F.month("local_day")).join(keyed, on=[*_REGISTER, "month", "day_type"], how="left")


def _with_inputs(days: DataFrame) -> DataFrame:
    """Add what a day's version says beside its estimates; all similar days of a gap have shaped each of its days."""
    similar = F.flatten(F.collect_list("similar_versions").over(Window.partitionBy("gap_id")))
    said = (*_REGISTER, "interval_start_utc", "values", "energy_wh", "own_inputs", similar.alias("similar_inputs"))
    return days.withColumn("said", F.struct(*said))


def _cells(days: DataFrame) -> DataFrame:
    """One row per missing interval, with the weight that each source gives it; null where the source has nothing."""
    positioned = days.select("*", F.posexplode("values").alias("position", "reading")).where("reading IS NULL")
    wall_clock = F.from_utc_timestamp(
        F.timestamp_seconds(F.unix_seconds("interval_start_utc") + F.col("position") * _INTERVAL_S), rules.LOCAL_ZONE
    )
    slot = (F.hour(wall_clock) * 4 + F.minute(wall_clock) / rules.INTERVAL_MINUTES).cast("int")
    before, after = _last(F.slice("values", F.lit(1), F.col("position"))), _first_after(F.col("position"))
    zero = F.lit(0).cast("bigint")
    similar = F.aggregate("similar_values", zero, lambda total, values: total + F.get(values, slot))
    return positioned.select(
        *("gap_id", "local_day", "energy_wh", "position"),
        # Once a day: it would be most of what is shuffled.
        F.when(F.col("position") == F.array_position(F.transform("values", _is_null), True) - 1, F.col("said")).alias(
            "said"
        ),
        (F.coalesce(before, after) + F.coalesce(after, before)).alias("neighbours"),
        (similar * F.expr(f"{_SCALE} div size(similar_values)")).alias("similar"),
        F.get("profile", slot).cast("bigint").alias("standard"),
    )


def _is_null(value: Column) -> Column:
    return value.isNull()


def _last(values: Column) -> Column:
    return F.try_element_at(F.array_compact(values), F.lit(-1))


def _first_after(position: Column) -> Column:
    rest = F.slice("values", position + 1, F.size("values") - position)
    return F.try_element_at(F.array_compact(rest), F.lit(1))


def _with_method(cells: DataFrame) -> DataFrame:
    """Choose one method for a whole gap, so that its weights share a level; null where no method has what it needs."""
    day, gap = Window.partitionBy(*_CELLS_OF_DAY), Window.partitionBy("gap_id")
    # Missing intervals side by side keep their distance to their number.
    numbered = cells.withColumn("run", F.col("position") - F.row_number().over(day.orderBy("position")))
    sized = numbered.withColumn("run_size", F.count("*").over(Window.partitionBy(*_CELLS_OF_DAY, "run")))
    bounded = F.col("energy_wh").isNotNull()
    method = (
        F.when(_all("neighbours", gap) & (F.max("run_size").over(gap) <= _SHORT_INTERVALS), Method.NEIGHBOURS.value)
        .when(_all("similar", gap), Method.SIMILAR_DAYS.value)
        .when(bounded & _all("standard", gap), Method.STANDARD_PROFILE.value)
        .when(bounded, Method.EVEN.value)
    )
    weight = (
        F.when(F.col("method") == Method.NEIGHBOURS.value, F.col("neighbours"))
        .when(F.col("method") == Method.SIMILAR_DAYS.value, F.col("similar"))
        .when(F.col("method") == Method.STANDARD_PROFILE.value, F.col("standard"))
        .otherwise(1)
    )
    return sized.withColumn("method", method).withColumn("weight", weight)


def _all(source: str, gap: WindowSpec) -> Column:
    return F.count_if(F.col(source).isNull()).over(gap) == 0


def _spread(cells: DataFrame) -> DataFrame:
    """Give each interval its whole Wh. Of a bounded gap the largest remainders get what rounding down has left over."""
    gap = Window.partitionBy("gap_id")
    bounded = F.col("energy_wh").isNotNull()
    # Weights that are all zero tell nothing: what the registers have counted is then spread evenly.
    told = F.when(bounded & (F.sum("weight").over(gap) == 0), 1).otherwise(F.col("weight"))
    weighted = cells.withColumn("weight", told).withColumn("total", F.sum("weight").over(gap))
    shared = weighted.withColumn("share", F.col("energy_wh").cast(_WIDE) * F.col("weight").cast(_WIDE)).withColumns(
        {
            "floor": F.when(bounded, F.expr("share div total")),
            "remainder": F.when(bounded, F.expr("share % total")),
        }
    )
    by_remainder = gap.orderBy(F.col("remainder").desc(), "local_day", "position")
    ranked = shared.withColumns(
        {
            "left_over": F.col("energy_wh") - F.sum("floor").over(gap),
            "rank": F.row_number().over(by_remainder),
        }
    )
    scaled = F.col("floor") + (F.col("rank") <= F.col("left_over")).cast("bigint")
    unscaled = F.when(F.col("method") == Method.NEIGHBOURS.value, F.expr("(weight + 1) div 2")).otherwise(
        F.expr(f"(weight + {_SCALE // 2}) div {_SCALE}")
    )
    return ranked.withColumn("wh", F.when(bounded, scaled).otherwise(unscaled))


def _versions(cells: DataFrame, known_at: datetime) -> DataFrame:
    days = cells.groupBy(*_CELLS_OF_DAY, "method").agg(
        F.any_value("said", ignoreNulls=F.lit(True)).alias("said"),
        F.map_from_entries(F.collect_list(F.struct("position", "wh"))).alias("wh"),
    )
    inputs = F.when(
        F.col("method") == Method.SIMILAR_DAYS.value, F.concat("said.own_inputs", "said.similar_inputs")
    ).otherwise(F.col("said.own_inputs"))
    code = F.create_map(*(F.lit(part) for method in Method for part in (method.value, int(QUALITY_OF[method]))))
    named = days.select(
        *(*_CELLS_OF_DAY, "method"),
        *(F.col(f"said.{name}") for name in (*_REGISTER, "interval_start_utc")),
        F.col("said.energy_wh").alias("gap_energy_wh"),
        F.transform("said.values", lambda _, position: F.try_element_at("wh", position)).alias("values"),
        F.array_sort(F.array_distinct(inputs)).alias("inputs"),
        code[F.col("method")].alias("code"),
        F.lit(known_at).alias("known_at"),
    )
    quality = F.transform("values", lambda value: F.when(value.isNotNull(), F.col("code")))
    derived = named.withColumns({"quality": quality, "estimate_id": _estimate_id()})
    return derived.select(*READING_ESTIMATE.column_names)


def _estimate_id() -> Column:
    said = F.array_join(F.col("values").cast("array<string>"), ",", "?")
    text = F.concat_ws("|", "gap_id", F.col("local_day").cast("string"), "method", said, F.array_join("inputs", ","))
    return F.substring(F.sha2(text, 256), 1, 32)
