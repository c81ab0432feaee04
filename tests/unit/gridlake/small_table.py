"""A table of one key and day, merged on read as the pipeline's are."""

from datetime import date

from gridlake.catalog.table import Column, Table

TABLE = Table(
    namespace="curated",
    name="small",
    grain="one key and day",
    key=("id", "local_day"),
    columns=(Column("id", "string", "key"), Column("local_day", "date", "day"), Column("n", "int", "payload")),
    owner_job="none",
    partition=("local_day",),
    properties={"write.merge.mode": "merge-on-read", "write.merge.isolation-level": "serializable"},
)
DAY, OTHER_DAY = date(2016, 1, 2), date(2016, 1, 3)
