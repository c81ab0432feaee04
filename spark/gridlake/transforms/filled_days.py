"""Received readings with estimates in the places where there are none."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from gridlake.catalog.quality import OF_STATUS, Quality

_DAY = ["metering_point_id", "register", "local_day"]


def filled_days(current: DataFrame, estimates: DataFrame) -> DataFrame:
    """One row per metering point, register and local day that has a reading or an estimate.

    Both are unique by those; `estimates` are those in force. A reading is never replaced. `status` is what the device
    said, null where it said nothing; `quality` is normalised for readings and estimates alike; registers are measured,
    so a day that is estimated as a whole has none.
    """
    received = current.select(
        *_DAY,
        F.col("interval_start_utc").alias("received_start"),
        F.col("values").alias("received"),
        F.col("quality").alias("raw_status"),
        *("start_register", "end_register", "version_ids"),
    )
    estimated = estimates.select(
        *_DAY,
        F.col("interval_start_utc").alias("estimated_start"),
        F.col("values").alias("estimated"),
        F.col("quality").alias("estimated_quality"),
        "estimate_id",
    )
    both = received.join(estimated, on=_DAY, how="full")
    positions = F.sequence(F.lit(0), F.size(F.coalesce("received", "estimated")) - 1)
    has_reading = F.transform(positions, lambda position: F.get("received", position).isNotNull())

    def picked(reading: Column, estimate: str) -> Column:
        return F.zip_with(
            has_reading,
            positions,
            lambda has, position: F.when(has, F.get(reading, position)).otherwise(F.get(estimate, position)),
        )

    status = F.zip_with(has_reading, positions, lambda has, position: F.when(has, F.get("raw_status", position)))
    return both.select(
        *_DAY,
        F.coalesce("received_start", "estimated_start").alias("interval_start_utc"),
        picked(F.col("received"), "estimated").alias("values"),
        status.alias("status"),
        picked(F.transform("raw_status", _normalised), "estimated_quality").alias("quality"),
        *("start_register", "end_register", "version_ids", "estimate_id"),
    )


def _normalised(status: Column) -> Column:
    """A status that is not known to be harmless makes a value questionable."""
    known = F.create_map(*(F.lit(int(part)) for pair in OF_STATUS.items() for part in pair))
    return F.when(status.isNotNull(), F.coalesce(F.try_element_at(known, status), F.lit(int(Quality.QUESTIONABLE))))
