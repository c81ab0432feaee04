"""Hadoop, laid out as its own tarball is, so that default classpaths and old habits work."""

from pathlib import Path

from gridlake_control.layout import Inputs, copy_launchers, link, link_all, unzip

PIN = "hadoop"
ARCHIVE = "tar.zst"
_NATIVE = "nativelib/Linux-amd64/"
_WEB_PAGES = ("hdfs", "datanode", "journal", "secondary", "static")
_ONLY_FOR_PARTS = {"hadoop-client-minicluster", "hadoop-apache"}
_FOLDERS = {
    "hadoop-hdfs": "hdfs",
    "hadoop-yarn": "yarn",
    "hadoop-mapreduce": "mapreduce",
    "hadoop-distcp": "tools/lib",
    "hadoop-common": "common",
}


def lay_out(inputs: Inputs, stage: Path) -> tuple[str, ...]:
    """Fill the stage; the commands for the PATH."""
    share = stage / "share" / "hadoop"
    for coordinate, path in inputs.artifacts.items():
        if coordinate.artifact not in _ONLY_FOR_PARTS:
            link_all([path], share / _folder(coordinate.artifact))
    for page in _WEB_PAGES:
        unzip(inputs.artifact("hadoop-client-minicluster"), f"webapps/{page}/", share / "hdfs" / "webapps" / page)
    native = stage / "lib" / "native"
    unzip(inputs.artifact("hadoop-apache"), _NATIVE, native)
    # Hadoop's own loader asks for libhadoop.so, `hadoop checknative` and others for the versioned name.
    link(native / "libhadoop.so", native / "libhadoop.so.1.0.0")
    return copy_launchers(inputs.launchers, stage)


def _folder(artifact: str) -> str:
    for prefix, folder in _FOLDERS.items():
        if artifact.startswith(prefix):
            return folder
    return "common/lib"
