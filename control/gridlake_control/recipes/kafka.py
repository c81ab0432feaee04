"""Kafka: jars in libs/, one launcher under every name that Kafka's own scripts have, with and without `.sh`."""

from pathlib import Path

from gridlake_control.layout import Inputs, copy_launchers, link_all

PIN = "kafka"
ARCHIVE = "tar.zst"


def lay_out(inputs: Inputs, stage: Path) -> tuple[str, ...]:
    """Fill the stage; the commands for the PATH."""
    link_all(inputs.artifacts.values(), stage / "libs")
    copy_launchers(inputs.launchers, stage)
    (stage / "bin").mkdir()
    names = []
    for name in commands(inputs.launchers / "libexec" / "kafka.commands"):
        for command in (name, f"{name}.sh"):
            (stage / "bin" / command).symlink_to("../libexec/kafka-launcher")
            names.append(command)
    return tuple(sorted(names))


def commands(table: Path) -> tuple[str, ...]:
    """Names in a launcher's table, whose lines are `name kind class`."""
    lines = table.read_text(encoding="utf-8").splitlines()
    return tuple(line.split()[0] for line in lines if line and not line.startswith("#"))
