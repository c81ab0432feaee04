"""Two frames compared as bags of rows."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F


def differing_rows(left: DataFrame, right: DataFrame) -> DataFrame:
    """Rows that one side has more often than the other, in a single shuffle; both have the same columns."""
    both = left.withColumn("side", F.lit(1)).unionByName(right.withColumn("side", F.lit(-1)))
    surplus = both.groupBy(*left.columns).agg(F.sum("side").alias("surplus"))
    return surplus.where(F.col("surplus") != 0)
