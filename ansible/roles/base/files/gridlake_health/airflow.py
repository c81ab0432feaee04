"""Airflow: the API server answers with its database, and each daemon has reported there since it was started."""

import json
import subprocess
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.request import urlopen

from . import UnhealthyError

_DAEMONS = {"scheduler": "scheduler", "dag-processor": "dag_processor", "triggerer": "triggerer"}
# Daemons report every five seconds; this is Airflow's own limit.
_LIMIT_SECONDS = 30


def _health(settings: Mapping[str, Any], host: str) -> dict[str, Any]:
    with urlopen(f"http://{host}:{settings['airflow_http_port']}/api/v2/monitor/health", timeout=10) as answer:
        health: dict[str, Any] = json.load(answer)
    if health["metadatabase"]["status"] != "healthy":
        raise UnhealthyError(
            "Airflow does not reach its database; is PostgreSQL up? `gridlake-health postgresql` there tells"
        )
    return health


def _started(unit: str) -> float:
    """When the unit was started, as a Unix time; a report from before is another process's. Units of other hosts: 0."""
    show = ["systemctl", "show", unit, "--property=LoadState,ActiveState,ActiveEnterTimestamp", "--timestamp=unix"]
    said = subprocess.run(show, check=False, capture_output=True, text=True).stdout
    facts = dict(line.partition("=")[::2] for line in said.splitlines())
    if facts.get("LoadState") != "loaded":
        return 0.0
    if facts["ActiveState"] != "active":
        raise UnhealthyError(f"{unit} is {facts['ActiveState']}; read journalctl -u {unit}")
    return float(facts["ActiveEnterTimestamp"].lstrip("@"))


def _age(health: Mapping[str, Any], daemon: str) -> float:
    """Seconds since the daemon's last report."""
    name = _DAEMONS[daemon]
    reported = health[name].get(f"latest_{name}_heartbeat")
    if reported is None:
        raise UnhealthyError(f"the {daemon} has never reported; read journalctl -u airflow-{daemon}")
    at = datetime.fromisoformat(reported).timestamp()
    if at < _started(f"airflow-{daemon}"):
        raise UnhealthyError(f"the {daemon} has not reported since it was started; read journalctl -u airflow-{daemon}")
    age = time.time() - at
    if age > _LIMIT_SECONDS:
        raise UnhealthyError(f"the {daemon} reported {age:.0f} s ago; read journalctl -u airflow-{daemon}")
    return age


def api_server(settings: Mapping[str, Any], host: str) -> str:
    """The API server answers and reaches its database."""
    _health(settings, host)
    return "answers, database reached"


def _reporting(daemon: str) -> Callable[[Mapping[str, Any], str], str]:
    def check(settings: Mapping[str, Any], host: str) -> str:
        return f"reported {_age(_health(settings, host), daemon):.0f} s ago"

    return check


def airflow(settings: Mapping[str, Any], host: str) -> str:
    """All four daemons."""
    health = _health(settings, host)
    oldest = max(_age(health, daemon) for daemon in _DAEMONS)
    return f"4 daemons, the oldest report {oldest:.0f} s ago"


CHECKS: dict[str, Callable[[Mapping[str, Any], str], str]] = {
    "airflow": airflow,
    "airflow-api-server": api_server,
    **{f"airflow-{daemon}": _reporting(daemon) for daemon in _DAEMONS},
}
