"""The jars of Spark as one zip for `spark.yarn.archive`, so that no submission uploads them again."""

from pathlib import Path

from gridlake_control.layout import Inputs
from gridlake_control.recipes.spark_jars import lay_out_jars

PIN = "spark"
ARCHIVE = "zip"


def lay_out(inputs: Inputs, stage: Path) -> tuple[str, ...]:
    """Fill the stage with jars at its top level; no commands."""
    lay_out_jars(inputs, stage)
    return ()
