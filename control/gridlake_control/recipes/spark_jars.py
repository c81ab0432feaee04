"""The jars of Spark: those of PySpark's source package and the connectors, without what no host of ours can use."""

import shutil
from pathlib import Path

from gridlake_control.errors import AssemblyError
from gridlake_control.layout import Inputs, link_all, untar

_UNUSED = (
    # Other cluster managers.
    "kubernetes-*",
    "spark-kubernetes_*",
    "vertx-*",
    # Native libraries of other machines.
    "*-osx-*",
    "*-windows-*",
    "*-linux-aarch_64*",
    "*-linux-riscv64*",
)


def lay_out_jars(inputs: Inputs, directory: Path) -> None:
    """Fill a directory with jars side by side."""
    if inputs.sdist is None:
        raise AssemblyError("pins.distributions.spark names no sdist, which holds Spark's jars")
    untar(inputs.sdist, directory, "*/deps/jars/*", strip=3)
    link_all(inputs.artifacts.values(), directory)
    for pattern in _UNUSED:
        for jar in directory.glob(f"{pattern}.jar"):
            jar.unlink()
    # A second Scala shell, for Spark Connect, with a set of jars of its own.
    shutil.rmtree(directory / "connect-repl")
