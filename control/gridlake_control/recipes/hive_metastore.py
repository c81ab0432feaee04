"""Hive Metastore: jars in lib/, and the SQL of its schema, which is in no jar."""

from pathlib import Path

from gridlake_control.layout import Inputs, copy_launchers, link_all, untar

PIN = "hive-metastore"
ARCHIVE = "tar.zst"


def lay_out(inputs: Inputs, stage: Path) -> tuple[str, ...]:
    """Fill the stage; the commands for the PATH."""
    jars = (path for coordinate, path in inputs.artifacts.items() if coordinate.extension == "jar")
    link_all(jars, stage / "lib")
    untar(inputs.artifact("hive-standalone-metastore-server", "bin"), stage, "*/scripts/*")
    return copy_launchers(inputs.launchers, stage)
