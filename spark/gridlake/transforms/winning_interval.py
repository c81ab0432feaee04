"""The winning message of a transformer's interval."""

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from gridlake.catalog.curated import TRANSFORMER_READING


def winners(readings: DataFrame, known: DataFrame) -> DataFrame:
    """One row per substation and interval: the highest (sequence, version_id); of equal ones the known, then the first.

    `known` holds the rows that the table has for these intervals; a winner that is already there comes out again, so
    that a batch judged twice gets the same answer.
    """
    order = [F.col("sequence").desc(), F.col("version_id").desc(), F.col("rank"), F.col("partition"), F.col("offset")]
    per_interval = Window.partitionBy(*TRANSFORMER_READING.key).orderBy(*order)
    both = readings.withColumn("rank", F.lit(1)).unionByName(known.withColumn("rank", F.lit(0)))
    first = both.withColumn("position", F.row_number().over(per_interval)).where(F.col("position") == 1)
    return first.select(*TRANSFORMER_READING.column_names)
