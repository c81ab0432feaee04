"""Trino, cut to the plugins in use: of 60 plugins and several architectures a host needs eight and one."""

import shutil
from pathlib import Path

from gridlake_control.errors import AssemblyError
from gridlake_control.layout import Inputs, copy_launchers, link, untar

PIN = "trino"
ARCHIVE = "tar.zst"
_PLUGINS = {
    "iceberg",
    "postgresql",
    "tpch",
    "memory",
    "jmx",
    # The PostgreSQL connector asks for its type Geometry at start, whether a table has one or not.
    "geospatial",
    "password-authenticators",
    "resource-group-managers",
}
# Class loading of the hdfs and iceberg plugins needs gcs-connector, rocksdb and alluxio: those stay.
_UNUSED_JARS = (
    "net.snowflake_*",
    "com.azure_*",
    "com.microsoft.azure_*",
    "com.google.cloud_*",
    "com.google.api.grpc_*",
    "com.google.apis_*",
    "com.google.api_*",
    "com....apis_google-api-services-storage-*",
    "io.grpc_*",
    "*-osx-*",
    "*-windows-*",
    "*-linux-aarch_64*",
    "*-linux-aarch64*",
    "*-linux-ppc64le*",
    "*-linux-riscv64*",
    "*-linux-s390*",
)


def lay_out(inputs: Inputs, stage: Path) -> tuple[str, ...]:
    """Fill the stage; the commands for the PATH."""
    untar(inputs.artifact("trino-server"), stage)
    plugins = {path.name for path in (stage / "plugin").iterdir()}
    if missing := sorted(_PLUGINS - plugins):
        raise AssemblyError(f"the Trino tarball lacks the plugins {missing}; was it pinned to another version?")
    for name in plugins - _PLUGINS:
        shutil.rmtree(stage / "plugin" / name)
    for pattern in _UNUSED_JARS:
        for jar in (stage / "plugin").rglob(f"{pattern}.jar"):
            jar.unlink()
    # The launchers replace Trino's own, which want Python and a JDK on the PATH.
    shutil.rmtree(stage / "bin")
    names = copy_launchers(inputs.launchers, stage)
    link(inputs.artifact("trino-cli", "executable"), stage / "lib" / "cli" / "trino-cli.jar")
    return names
