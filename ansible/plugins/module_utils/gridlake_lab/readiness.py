"""When a host counts as up: its own sshd answers with the expected key, and its systemd has finished starting."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from . import supervisor
from .model import Host, Lab, LabError

_QUESTION = "systemctl is-system-running; systemctl --failed --plain --no-legend"
_POLL_SECONDS = 0.2


class HostEndedError(LabError):
    """The host's last process is gone."""


def wait(lab: Lab, hosts: Sequence[Host]) -> tuple[list[str], dict[str, str]]:
    """Until each host is ready or has ended: warnings (a unit failed on a host that is up), and the ends by host."""
    with ThreadPoolExecutor(max_workers=max(1, len(hosts))) as pool:
        answers = [pool.submit(_wait, lab, host) for host in hosts]
    errors = [answer.exception() for answer in answers]
    others = [error for error in errors if error is not None and not isinstance(error, HostEndedError)]
    if others:
        raise LabError("\n".join(str(error) for error in others)) from others[0]
    ended = {host.name: str(error) for host, error in zip(hosts, errors, strict=True) if error is not None}
    return [warning for answer in answers if answer.exception() is None and (warning := answer.result())], ended


def _wait(lab: Lab, host: Host) -> str:
    deadline = time.monotonic() + lab.ready_timeout
    while True:
        state, detail = _probe(lab, host)
        if state == "running":
            return ""
        if state == "degraded":
            return f"{host.name} is up, with failed units: {detail}"
        if "Host key verification failed" in detail:
            raise LabError(f"{host.name}: another machine answers at {host.address} with its own key: find and stop it")
        if not supervisor.alive(lab, host):
            raise HostEndedError(f"{host.name} ended while starting: {_last_words(host)}; see {host.console}")
        if time.monotonic() > deadline:
            raise LabError(
                f"{host.name} is not ready after {lab.ready_timeout:.0f} s, last seen: {state} {detail}; "
                f"see {host.console} and, with `nsenter -a -t {supervisor.leader(lab, host)} journalctl -b`, "
                "its journal"
            )
        time.sleep(_POLL_SECONDS)


def _probe(lab: Lab, host: Host) -> tuple[str, str]:
    command = ["ssh", "-F", str(lab.ssh / "config"), "-o", "BatchMode=yes", "-o", "ConnectTimeout=3"]
    command += ["-o", "ControlPath=none", host.name, _QUESTION]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)
    except subprocess.TimeoutExpired:
        return "unreachable", "ssh hangs"
    if done.returncode == 255:
        return "unreachable", done.stderr.strip()
    state, _, rest = done.stdout.partition("\n")
    return state.strip(), " ".join(line.split()[0] for line in rest.splitlines() if line.strip()) or done.stderr.strip()


def _last_words(host: Host) -> str:
    lines = host.console.read_text(errors="replace").splitlines() if host.console.exists() else []
    return " / ".join(lines[-3:]) or "without a word"
