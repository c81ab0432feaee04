"""SPARK_HOME out of PySpark's source package, with the connectors for Kafka, Avro, Iceberg and PostgreSQL."""

from pathlib import Path

from gridlake_control.errors import AssemblyError
from gridlake_control.layout import Inputs, copy_launchers, untar
from gridlake_control.recipes.spark_jars import lay_out_jars

PIN = "spark"
ARCHIVE = "tar.zst"
# For Windows, and for what spark_jars leaves out.
_UNUSED_SCRIPTS = ("*.cmd", "*sparkR*", "docker-image-tool.sh", "spark-connect-shell", "run-example")


def lay_out(inputs: Inputs, stage: Path) -> tuple[str, ...]:
    """Fill the stage; the commands for the PATH."""
    if inputs.sdist is None:
        raise AssemblyError("pins.distributions.spark names no sdist, which holds SPARK_HOME")
    untar(inputs.sdist, stage, "*/deps/bin/*", "*/deps/sbin/*", strip=2)
    untar(inputs.sdist, stage / "python", "*/pyspark/*", "*/lib/*")
    lay_out_jars(inputs, stage / "jars")
    scripts = stage / "bin"
    for pattern in _UNUSED_SCRIPTS:
        for script in scripts.glob(pattern):
            script.unlink()
    # Upstream's scripts find SPARK_HOME by the path that they were called by, which fails through a link on the PATH:
    # ours carry their names, know the host's JDK and configuration, and call them.
    upstream = stage / "libexec"
    upstream.mkdir()
    for launcher in (inputs.launchers / "bin").iterdir():
        if (scripts / launcher.name).exists():
            (scripts / launcher.name).rename(upstream / launcher.name)
    return copy_launchers(inputs.launchers, stage)
