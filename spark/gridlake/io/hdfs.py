"""Files beside the tables, through Hadoop's own file system."""

from typing import Any

from pyspark.sql import SparkSession

from gridlake.errors import FileError


def read(spark: SparkSession, path: str) -> bytes | None:
    """Content of a file; None if there is none."""
    system, at = located(spark, path)
    if not system.exists(at):
        return None
    stream = system.open(at)
    try:
        jvm: Any = spark._jvm
        return bytes(jvm.org.apache.commons.io.IOUtils.toByteArray(stream))
    finally:
        stream.close()


def write_once(spark: SparkSession, path: str, content: bytes) -> None:
    """Write a file that is there as a whole or not at all; one that is there already must be the same."""
    found = read(spark, path)
    if found == content:
        return
    if found is not None:
        raise FileError(
            f"{path} is there with other bytes; someone has written it, or changed it. Move it aside, look at it, and "
            "start the job again."
        )
    system, at = located(spark, path)
    _, unfinished = located(spark, f"{path}._writing")
    system.mkdirs(at.getParent())
    stream = system.create(unfinished, True)
    try:
        stream.write(bytearray(content))
        stream.hsync()
    finally:
        stream.close()
    if not system.rename(unfinished, at):
        raise FileError(f"{path} could not be put in its place; is another run writing it? Start again.")


def located(spark: SparkSession, path: str) -> tuple[Any, Any]:
    """Hadoop's file system of a path, and the path as it takes it."""
    jvm: Any = spark._jvm
    at = jvm.org.apache.hadoop.fs.Path(path)
    return at.getFileSystem(spark._jsc.hadoopConfiguration()), at
