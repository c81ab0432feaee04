"""Losses per substation: the detector on Arrow tables, one substation at a time.

A grouped map with one row a group, written as an aggregate: applyInArrow would ask for pandas, which it does not use.

Three steps with a state in between that the caller keeps, since each is used twice: findings of all substations, the
points that are better placed elsewhere, and the findings of the substations that this touches.
"""

from datetime import date
from typing import Any

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.functions import arrow_udf

from gridlake.catalog.losses import FINDING_STRUCT, RELOCATIONS, DataProblem
from gridlake.losses import arrow
from gridlake.losses.detector import Settings
from gridlake.transforms import rules

_INTERVAL_S = 60 * rules.INTERVAL_MINUTES
_COLUMNS = (
    *("substation_id", "area", "longitude", "latitude", "declared_kw", "half_night"),
    *("metering_point_id", "register", "profile_class", "local_day", "values", "quality"),
)
_OF_FINDINGS = ("substation_id", "readings", "first_day", "residual", "strays")


def observations(readings: DataFrame, transformer: DataFrame, points: DataFrame) -> DataFrame:
    """Day arrays of all meters by substation: those of customers and, without a metering point, the substation's own.

    `readings` and `transformer` have the columns of curated.reading_current and transformer_reading, `points` those of
    curated.metering_point, which has one row a point.
    """
    customers = readings.join(
        F.broadcast(points.select("metering_point_id", "substation_id", "profile_class")),
        on="metering_point_id",
        how="inner",
    ).where(F.col("substation_id").isNotNull())
    place = (F.unix_seconds("interval_start_utc") - F.unix_seconds(rules.local_midnight(F.col("local_day")))) / (
        _INTERVAL_S
    )
    by_place = transformer.withColumn("place", place.cast("int")).groupBy("substation_id", "local_day")
    meter = by_place.agg(
        F.map_from_entries(F.collect_list(F.struct("place", F.col("import_wh") - F.col("export_wh")))).alias("net")
    ).select(
        "substation_id",
        F.lit(None).cast("string").alias("metering_point_id"),
        F.lit(None).cast("string").alias("register"),
        F.lit(None).cast("string").alias("profile_class"),
        "local_day",
        F.transform(
            F.sequence(F.lit(0), rules.intervals_of(F.col("local_day")) - 1),
            lambda at: F.try_element_at("net", at).cast("double"),
        ).alias("values"),
        F.array().cast("array<int>").alias("quality"),
    )
    return customers.select(
        "substation_id",
        "metering_point_id",
        "register",
        "profile_class",
        "local_day",
        F.col("values").cast("array<double>").alias("values"),
        "quality",
    ).unionByName(meter)


def facts(substations: DataFrame, lighting: DataFrame) -> DataFrame:
    """What is known of each substation; `lighting` has at most one row each, as the grid extract declares it."""
    return substations.join(lighting, on="substation_id", how="left").select(
        "substation_id",
        "area",
        "longitude",
        "latitude",
        F.col("declared_kw").cast("double").alias("declared_kw"),
        (F.col("control") == "half_night").alias("half_night"),
    )


def findings(known: DataFrame, observed: DataFrame, first_day: date, days: int, settings: Settings) -> DataFrame:
    """One row per substation of `known` (see `facts`): cases, problems, and what relocations need."""

    def one(*columns: pa.Array) -> Any:
        return arrow.finding(pa.table(list(columns), names=_COLUMNS), first_day, days, settings)

    window = F.col("local_day").between(F.lit(first_day), F.date_add(F.lit(first_day), days - 1))
    # A substation that nobody speaks of keeps a row, so that it can be named.
    rows = known.join(observed.where(window), on="substation_id", how="left")
    found = arrow_udf(one, FINDING_STRUCT)
    return rows.groupBy("substation_id").agg(found(*_COLUMNS).alias("found")).select("found.*")


def relocations(found: DataFrame) -> DataFrame:
    """Points that another substation of the same area supplies; one task an area."""

    def one(*columns: pa.Array) -> Any:
        return arrow.moves(pa.table(list(columns), names=_OF_FINDINGS))

    moves = arrow_udf(one, RELOCATIONS)
    return found.groupBy("area").agg(moves(*_OF_FINDINGS).alias("moves")).select(F.inline("moves"))


def relocated(points: DataFrame, moved: DataFrame) -> DataFrame:
    """The register with each moved point behind the substation that supplies it; `moved` has one row a point."""
    target = moved.select("metering_point_id", "supplied_by")
    return points.join(target, on="metering_point_id", how="left").select(
        *(
            F.coalesce("supplied_by", "substation_id").alias(name) if name == "substation_id" else F.col(name)
            for name in points.columns
        )
    )


def touched(known: DataFrame, moved: DataFrame) -> DataFrame:
    """The substations that a relocation takes a point from or gives one to: their findings are made again."""
    ends = moved.select(F.explode(F.array("registered", "supplied_by")).alias("substation_id")).distinct()
    return known.join(ends, on="substation_id", how="left_semi")


def unplaced(readings: DataFrame, points: DataFrame) -> DataFrame:
    """Points with readings that the register puts behind no substation: named, and in nobody's balance."""
    placed = points.where(F.col("substation_id").isNotNull())
    days = readings.join(placed, on="metering_point_id", how="left_anti").groupBy("metering_point_id")
    return days.agg(F.count_distinct("local_day").cast("int").alias("days")).select(
        F.lit(None).cast("string").alias("substation_id"),
        "metering_point_id",
        F.lit(DataProblem.NO_SUBSTATION.value).alias("problem"),
        "days",
    )


def cases(found: DataFrame) -> DataFrame:
    """One row a case."""
    return found.select(F.inline("cases"))


def problems(found: DataFrame) -> DataFrame:
    """One row for each thing that a substation's data lack."""
    return found.select(F.inline("problems"))
