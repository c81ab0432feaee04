"""How much of a day has arrived, measured against what master data expects."""

from collections.abc import Sequence
from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from gridlake.catalog.curated import DAY_COMPLETENESS
from gridlake.transforms.rules import intervals_of


def day_completeness(current: DataFrame, registers: DataFrame, days: Sequence[date]) -> DataFrame:
    """One row per expected register and day, in the shape of curated.day_completeness.

    `current` is unique by metering point, register and local day; `registers` by metering point and register.
    """
    calendar = F.explode(F.array(*(F.lit(day) for day in days))).alias("local_day")
    expected = registers.select("metering_point_id", "register", calendar)
    received = current.select(
        "metering_point_id", "register", "local_day", F.size(F.array_compact("values")).alias("received_intervals")
    )
    joined = expected.join(received, on=["metering_point_id", "register", "local_day"], how="left")
    return joined.select(
        "metering_point_id",
        "register",
        "local_day",
        intervals_of(F.col("local_day")).alias("expected_intervals"),
        F.coalesce(F.col("received_intervals"), F.lit(0)).alias("received_intervals"),
    ).select(*DAY_COMPLETENESS.column_names)
