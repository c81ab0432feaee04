"""dist/manifest.json: which archive is which distribution. Several builders write it, so each change takes a lock."""

import fcntl
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from gridlake_control import paths
from gridlake_control.errors import AssemblyError


@dataclass(frozen=True)
class Distribution:
    """One archive in dist/, as hosts see it."""

    version: str
    file: str
    sha512: str
    unpacked_bytes: int
    # Programs that hosts link into /usr/local/bin, relative to the distribution.
    link_bin: tuple[str, ...]
    # Digest of everything that the archive was made from: it is rebuilt when this changes and only then.
    inputs: str


def read() -> dict[str, Distribution]:
    """All distributions that were built; empty before the first one."""
    manifest = _manifest()
    if not manifest.exists():
        return {}
    try:
        document: Mapping[str, Mapping[str, Any]] = json.loads(manifest.read_text(encoding="utf-8"))
        return {
            name: Distribution(**{**entry, "link_bin": tuple(entry["link_bin"])}) for name, entry in document.items()
        }
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise AssemblyError(f"{manifest} is not a manifest ({error}); remove it and run `make mirror`") from error


def current(name: str, inputs: str) -> bool:
    """Whether the archive of this distribution exists and was made from exactly these inputs."""
    entry = read().get(name)
    return entry is not None and entry.inputs == inputs and (paths.dist() / entry.file).is_file()


def record(name: str, distribution: Distribution) -> None:
    """Enter one distribution, leaving the others as they are."""
    paths.dist().mkdir(parents=True, exist_ok=True)
    with (paths.dist() / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        entries = {**read(), name: distribution}
        document = {key: asdict(entry) for key, entry in sorted(entries.items())}
        unfinished = paths.dist() / f".manifest.{os.getpid()}"
        unfinished.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
        unfinished.replace(_manifest())


def _manifest() -> Path:
    return paths.dist() / "manifest.json"
