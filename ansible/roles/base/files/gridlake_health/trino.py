"""Trino: a server that is up but not ready says so at /v1/info; ports that are open say nothing."""

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.request import urlopen

from . import UnhealthyError


def _get(host: str, port: int, path: str) -> Any:
    with urlopen(f"http://{host}:{port}{path}", timeout=5) as answer:
        return json.load(answer)


def trino(settings: Mapping[str, Any], host: str) -> str:
    """A server that has started and takes work; on a coordinator, one that serves clients as well."""
    port = int(settings["trino_http_port"])
    info = _get(host, port, "/v1/info")
    if info["starting"]:
        raise UnhealthyError("Trino is starting; wait, or read `journalctl -u trino`")
    state = _get(host, port, "/v1/info/state")
    if state != "ACTIVE":
        raise UnhealthyError(f"Trino is {state}, not ACTIVE; `systemctl restart trino` on {host}")
    role = "coordinator" if info["coordinator"] else "worker"
    return f"{role} {info['nodeVersion']['version']} active, up {info['uptime']}"


CHECKS: dict[str, Callable[[Mapping[str, Any], str], str]] = {"trino": trino}
