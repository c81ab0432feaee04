"""Brings a lab of two small hosts to a state, and dies by SIGKILL on the way when told where.

Usage: killed_run.py up|down|destroy|status DIRECTORY IMAGE [CALL [STOP_TIMEOUT]]

Prints how many calls of the lab's functions it took, so that a caller can choose the one to die at.
"""

import json
import os
import signal
import sys
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from types import FrameType
from typing import Any

from gridlake_lab import reconcile
from gridlake_lab.model import Changes, Lab

PROGRAMS = Path(__file__).parents[2] / "ansible" / "roles" / "lab" / "files"


def small_lab(directory: Path, image: Path, stop_timeout: float) -> Lab:
    """Two hosts on a bridge of their own, beside any lab that runs."""
    empty = Lab(
        inventory="labkill",
        domain="kill.test",
        directory=directory,
        bridge="gl-labkill0",
        subnet=IPv4Network("10.79.0.0/24"),
        gateway=IPv4Address("10.79.0.1"),
        hosts=(),
    )
    hosts = tuple(empty.host(f"host{i}", f"10.79.0.1{i}", 300) for i in (1, 2))
    facts = {name: getattr(empty, name) for name in ("inventory", "domain", "directory", "bridge", "subnet", "gateway")}
    return Lab(
        **facts,
        hosts=hosts,
        image=image,
        dist=directory.parent / "dist",
        programs=PROGRAMS,
        memory_needed_mb=700,
        disk_needed_mb=500,
        stop_timeout=stop_timeout,
    )


def main() -> None:
    """Reconcile, counting."""
    verb, directory, image = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    last_call = int(sys.argv[4]) if len(sys.argv) > 4 else 0
    stop_timeout = float(sys.argv[5]) if len(sys.argv) > 5 else 90.0
    lab, changes, calls = small_lab(directory, image, stop_timeout), Changes(check_mode=False), 0

    def count(frame: FrameType, event: str, _: Any) -> None:
        nonlocal calls
        if event == "call" and "gridlake_lab" in frame.f_code.co_filename:
            calls += 1
            if calls == last_call:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(count)
    verbs = {"up": reconcile.up, "down": reconcile.down, "destroy": reconcile.destroy}
    warnings = verbs[verb](lab, changes) if verb in verbs else []
    sys.setprofile(None)
    answer = {"calls": calls, "actions": changes.done, "warnings": warnings, "hosts": reconcile.status(lab)}
    print(json.dumps(answer))  # noqa: T201 - the caller reads it


if __name__ == "__main__":
    main()
