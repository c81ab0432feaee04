"""Files that no snapshot knows, left by killed writers: moved aside first, deleted when nobody has missed them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import urlsplit

from pyspark.sql import SparkSession

from gridlake.catalog.table import Table
from gridlake.errors import FileError
from gridlake.io import hdfs, lake, procedures

_STAMP = "%Y%m%dT%H%M%SZ"


def find(spark: SparkSession, table: Table, older_than: datetime) -> list[str]:
    """Addresses of files under the table's location that no metadata names and that were old enough already then.

    A running writer's files are in no snapshot either, which is why the age matters. A file that the metadata names
    under another scheme or NameNode stops the procedure: it is no orphan, its address has changed.
    """
    rows = procedures.call(
        spark, table, "remove_orphan_files", older_than=older_than, dry_run=True, prefix_mismatch_mode="ERROR"
    )
    return sorted(row["orphan_file_location"] for row in rows)


def quarantine(spark: SparkSession, table: Table, orphans: Sequence[str], root: str, now: datetime) -> None:
    """Move files under <root>/<moment>/<table>/, keeping their path below the table's location.

    To take one back, move it to where it was: `hdfs dfs -mv`.

    Raises:
        FileError: a file did not move; those before it did, and the next run goes on with the others.
    """
    location = urlsplit(lake.location(spark, table)).path.rstrip("/")
    target = f"{root}/{now.astimezone(UTC).strftime(_STAMP)}/{table.qualified_name}"
    for orphan in orphans:
        files, moved = hdfs.located(spark, f"{target}/{urlsplit(orphan).path.removeprefix(location).lstrip('/')}")
        _, left = hdfs.located(spark, orphan)
        files.mkdirs(moved.getParent())
        if not files.rename(left, moved):
            raise FileError(
                f"{orphan} could not be moved to {moved}; see who may write there, then start the job again"
            )


def purge(spark: SparkSession, root: str, older_than: datetime) -> list[str]:
    """Delete what has been in quarantine for long enough; names of the moments that are gone."""
    files, folder = hdfs.located(spark, root)
    if not files.exists(folder):
        return []
    gone = []
    for entry in files.listStatus(folder):
        name = str(entry.getPath().getName())
        # What the job did not name is not the job's.
        moment = _moment(name)
        if moment is not None and moment < older_than:
            files.delete(entry.getPath(), True)
            gone.append(name)
    return sorted(gone)


def _moment(name: str) -> datetime | None:
    try:
        return datetime.strptime(name, _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None
