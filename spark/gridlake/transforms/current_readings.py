"""The current readings of a metering-point day, composed interval by interval from all its versions."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from gridlake.catalog.curated import READING_CURRENT

_KEY = ("metering_point_id", "register", "local_day", "interval_start_utc")
# Struct order is sort order: the higher sequence wins, and the version id decides between equal ones.
_VERSION = ("sequence", "version_id", "values", "quality", "start_register", "end_register", "recorded_at")


def contested_keys(versions: DataFrame) -> DataFrame:
    """Keys of the days that several versions speak of, once each."""
    counted = versions.groupBy(*READING_CURRENT.key).agg(F.count("*").alias("versions"))
    return counted.where(F.col("versions") > 1).select(*READING_CURRENT.key)


def uncontested(versions: DataFrame) -> DataFrame:
    """Days with a single version (unique by metering point, register and local day), in the shape of `composed`."""
    columns = {"version_ids": F.array("version_id"), "supplied_by": F.lit(None).cast("array<int>")}
    return versions.select(*(columns.get(name, F.col(name)).alias(name) for name in READING_CURRENT.column_names))


def composed(versions: DataFrame) -> DataFrame:
    """One row per metering point, register and local day, in the shape of curated.reading_current.

    Each interval comes from the newest version that speaks of it. The total order does not depend on arrival, so any
    permutation and any batching of the same messages gives the same row.
    """
    ordered = F.sort_array(F.collect_list(F.struct(*_VERSION)), asc=False)
    days = versions.groupBy(*_KEY).agg(ordered.alias("versions")).withColumn("newest", F.col("versions")[0])
    ranked = days.withColumn("suppliers", _suppliers()).withColumn("used", _used())
    return ranked.select(*(_columns().get(name, F.col(name)).alias(name) for name in READING_CURRENT.column_names))


def _suppliers() -> Column:
    """Per interval the position of the newest version that speaks of it; null for a day with a single version."""
    positions = F.sequence(F.lit(0), F.size(F.col("newest.values")) - 1)
    return F.when(F.size("versions") > 1, F.transform(positions, _newest_speaking))


def _newest_speaking(interval: Column) -> Column:
    speaks = F.transform(F.col("versions.values"), lambda values: F.get(values, interval).isNotNull())
    position = F.array_position(speaks, True)
    return F.when(position > 0, (position - 1).cast("int"))


def _used() -> Column:
    """Positions of the versions that supply an interval, newest first; the newest alone if none does."""
    supplying = F.array_sort(F.array_distinct(F.array_compact(F.col("suppliers"))))
    alone = F.array(F.lit(0))
    return F.when(F.col("suppliers").isNull() | (F.size(supplying) == 0), alone).otherwise(supplying)


def _columns() -> dict[str, Column]:
    single = F.size("used") == 1
    supplier = F.col("versions")[F.col("used")[0]]

    def picked(name: str) -> Column:
        by_interval = F.transform(
            F.col("suppliers"), lambda position, interval: F.get(F.get(F.col("versions"), position)[name], interval)
        )
        return F.when(single, supplier[name]).otherwise(by_interval)

    supplied_by = F.transform(
        F.col("suppliers"),
        lambda position: F.when(position.isNotNull(), (F.array_position(F.col("used"), position) - 1).cast("int")),
    )
    return {
        "values": picked("values"),
        "quality": picked("quality"),
        "start_register": F.col("newest.start_register"),
        "end_register": F.col("newest.end_register"),
        "version_ids": F.transform(F.col("used"), lambda position: F.col("versions")[position]["version_id"]),
        "supplied_by": F.when(~single, supplied_by),
        "recorded_at": F.array_max(F.col("versions.recorded_at")),
    }
