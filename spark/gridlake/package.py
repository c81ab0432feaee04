"""The job package: the zip that travels with spark-submit --py-files, and the version that names its content."""

import hashlib
import sys
import zipfile
from collections.abc import Iterator
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

_SUFFIXES = (".py", ".avsc")


def contents() -> Iterator[tuple[str, bytes]]:
    """Files of the package in order of name, from a checkout or from the zip itself."""
    yield from sorted(_below(resources.files("gridlake"), "gridlake"))


def code_version() -> str:
    """Hash over names and contents: equal code has an equal version, wherever it was packed."""
    digest = hashlib.sha256()
    for name, content in contents():
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:16]


def build(target: Path) -> None:
    """Write the zip; the same files give the same bytes."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)


def _below(folder: Traversable, name: str) -> Iterator[tuple[str, bytes]]:
    for entry in folder.iterdir():
        path = f"{name}/{entry.name}"
        if entry.is_dir() and entry.name != "__pycache__":
            yield from _below(entry, path)
        elif entry.name.endswith(_SUFFIXES):
            yield path, entry.read_bytes()


if __name__ == "__main__":
    build(Path(sys.argv[1]))
