"""Rows whose writing waits until a test lets it go on."""

import time
from pathlib import Path

from pyspark.sql import DataFrame
from pyspark.sql import functions as F


def until_started(folder: Path) -> None:
    """Return when a writer of rows that are held back has begun."""
    deadline = time.monotonic() + 60
    while not (folder / "started").exists():
        assert time.monotonic() < deadline, "the slow writer never began"
        time.sleep(0.05)


def held_back(frame: DataFrame, folder: Path) -> DataFrame:
    """The same rows, but their job waits until the file `go` is there, and says by `started` that it has begun."""
    started, go = str(folder / "started"), folder / "go"

    @F.udf("int")
    def wait(value):  # type: ignore[no-untyped-def]  # Spark takes hints for a choice of pandas or Arrow
        Path(started).touch()
        deadline = time.monotonic() + 60
        while not go.exists():
            assert time.monotonic() < deadline, "the other writer never finished"
            time.sleep(0.05)
        return value

    return frame.withColumn("n", wait("n"))
