"""One daemon of the platform: its unit, its start, its restart when stale, and its health by protocol."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import time
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.systemd_unit import UNIT_OPTIONS, drop_in_text, unit_text

DOCUMENTATION = r"""
module: daemon
short_description: Run a daemon and keep it no older than what it reads
description:
  - A fingerprint covers the unit, the named files, the distribution's stamp and a string given by the role. A running
    daemon whose fingerprint differs is stale and is restarted, one host at a time (the action plugin serialises).
  - After start or restart, and on every run, the health command must succeed within the timeout.
options:
  name: {description: Name of the unit without .service, type: str, required: true}
  unit: {description: Facts of the unit; absent for units that a Debian package brings, type: dict}
  memory_max_mb: {description: Memory limit of a unit that a Debian package brings, type: int}
  reads: {description: Files that the daemon reads at start, type: list, elements: path}
  fingerprint: {description: Anything else it depends on, type: str}
  distribution: {description: Distribution it runs from, type: str}
  health: {description: Command that exits 0 when the daemon answers its protocol, type: list, elements: str}
  timeout: {description: Seconds until it must be healthy, type: int}
  restart_stale: {description: Set by the action plugin, type: bool}
"""


def run(*argv: str) -> subprocess.CompletedProcess[str]:
    """Run a command and capture its output."""
    return subprocess.run(argv, check=False, capture_output=True, text=True)


class Daemon:
    """The daemon on this host and what the role wants of it."""

    def __init__(self, module: AnsibleModule) -> None:
        """Where systemd and the fingerprints keep their files of it."""
        self.module = module
        self.parameters: dict[str, Any] = module.params
        self.name: str = module.params["name"]
        unit = f"/etc/systemd/system/{self.name}.service"
        self.unit_path = Path(unit if self.parameters["unit"] else f"{unit}.d/gridlake.conf")
        self.wanted_path = Path(f"/var/lib/gridlake/daemons/{self.name}")
        self.running_path = Path(f"/run/gridlake/daemons/{self.name}")

    def text(self) -> str:
        """Text of the unit, or of a drop-in where a Debian package brings the unit."""
        if not self.parameters["unit"]:
            return drop_in_text(str(self.wanted_path), str(self.running_path), self.parameters["memory_max_mb"])
        return unit_text(self.parameters["unit"], str(self.wanted_path), str(self.running_path))

    def fingerprint(self) -> str:
        """SHA-256 over everything that the daemon reads at start."""
        parts: dict[str, str] = {"unit": self.text(), "given": self.parameters["fingerprint"]}
        paths = [Path(name) for name in self.parameters["reads"]]
        if self.parameters["distribution"]:
            paths.append(Path("/opt") / self.parameters["distribution"] / ".gridlake-sha512")
        for path in paths:
            parts[str(path)] = hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else "missing"
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()

    def active(self) -> bool:
        """Whether the main process runs (not: is being restarted by systemd)."""
        return run("systemctl", "is-active", "--quiet", self.name).returncode == 0

    def write(self, path: Path, text: str) -> bool:
        """Write a file whole; True when its content differed."""
        if path.exists() and path.read_text() == text:
            return False
        if not self.module.check_mode:
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary = path.with_name(f".{path.name}.new")
            temporary.write_text(text)
            temporary.replace(path)
        return True

    def systemctl(self, *arguments: str) -> None:
        """Call systemctl and fail with the unit's last lines of journal when it does."""
        done = run("systemctl", *arguments, self.name)
        if done.returncode != 0:
            self.fail(f"systemctl {' '.join(arguments)} {self.name}: {done.stderr.strip()}")

    def reload_units(self) -> None:
        """Make systemd read its units again."""
        done = run("systemctl", "daemon-reload")
        if done.returncode != 0:
            self.fail(f"systemctl daemon-reload: {done.stderr.strip()}")

    def fail(self, message: str) -> None:
        """Fail with the evidence that an operator would look for first."""
        journal = run("journalctl", "--unit", self.name, "--lines", "25", "--no-pager", "--output", "cat").stdout
        self.module.fail_json(msg=f"{message}\nLast lines of the journal of {self.name}:\n{journal}")

    def wait_healthy(self) -> str:
        """Poll the health command until it succeeds; returns the figure it prints."""
        if not self.parameters["health"]:
            return ""
        started, pause = time.monotonic(), 0.2
        while True:
            done = run(*self.parameters["health"])
            if done.returncode == 0:
                return done.stdout.strip()
            if time.monotonic() - started > self.parameters["timeout"]:
                self.fail(f"{self.name} is not healthy after {self.parameters['timeout']} s: {done.stderr.strip()}")
            time.sleep(pause)
            pause = min(pause * 1.5, 2.0)


def main() -> None:
    """Write the unit, start what is stopped, report or restart what is stale, and wait for health."""
    module = AnsibleModule(
        argument_spec={
            "name": {"type": "str", "required": True},
            "unit": {"type": "dict", "options": UNIT_OPTIONS, "default": None},
            "memory_max_mb": {"type": "int", "default": None},
            "reads": {"type": "list", "elements": "path", "default": []},
            "fingerprint": {"type": "str", "default": ""},
            "distribution": {"type": "str", "default": None},
            "health": {"type": "list", "elements": "str", "default": []},
            "timeout": {"type": "int", "default": 60},
            "restart_stale": {"type": "bool", "default": False},
        },
        supports_check_mode=True,
    )
    # Whatever mask the login has: what is made on the way must be readable to the accounts that use it.
    os.umask(0o022)
    daemon = Daemon(module)
    started = time.monotonic()
    changed = daemon.write(daemon.unit_path, daemon.text())
    # Asked of systemd, not concluded from the write: a run killed in between would start the old unit as the new one.
    if run("systemctl", "show", "--property=NeedDaemonReload", "--value", daemon.name).stdout.strip() == "yes":
        changed = True
        if not module.check_mode:
            daemon.reload_units()
    fingerprint = daemon.fingerprint()
    changed = daemon.write(daemon.wanted_path, fingerprint) or changed
    if run("systemctl", "is-enabled", "--quiet", daemon.name).returncode != 0:
        changed = True
        if not module.check_mode:
            daemon.systemctl("enable", "--quiet")
    active = daemon.active()
    running = daemon.running_path.read_text() if daemon.running_path.exists() else ""
    stale = active and running != fingerprint
    if module.check_mode:
        module.exit_json(changed=changed or stale or not active, stale=False, state="checked")
    if stale and not module.params["restart_stale"]:
        module.exit_json(changed=changed, stale=True, state="stale")
    state = "running"
    if stale:
        state = "restarted"
        daemon.systemctl("restart")
    elif not active:
        state = "started"
        run("systemctl", "reset-failed", daemon.name)
        daemon.systemctl("start")
    health = daemon.wait_healthy()
    module.exit_json(
        changed=changed or state != "running",
        stale=False,
        state=state,
        health=health,
        seconds=round(time.monotonic() - started, 2),
    )


if __name__ == "__main__":
    main()
