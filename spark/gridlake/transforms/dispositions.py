"""Which good records are new, and which say again what is already known."""

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

COORDINATES = ("topic", "partition", "offset")


def duplicates(good: DataFrame, known: DataFrame) -> DataFrame:
    """Coordinates of the good records that are not the one their version is kept under.

    Both inputs hold version_id and coordinates; `known` is what the table already holds (version_id unique there).
    A version belongs to the record that the table names, else to the first of the batch. So a batch that is judged
    again after a crash, when its versions are already in the table, gets the same answer.
    """
    columns = ["version_id", *COORDINATES]
    both = good.select(*columns, F.lit(1).alias("rank")).unionByName(known.select(*columns, F.lit(0).alias("rank")))
    per_version = Window.partitionBy("version_id").orderBy("rank", "partition", "offset")
    owned = both.select("*", F.first(F.struct(*COORDINATES)).over(per_version).alias("owner"))
    return owned.where((F.col("rank") == 1) & (F.struct(*COORDINATES) != F.col("owner"))).select(*COORDINATES)
