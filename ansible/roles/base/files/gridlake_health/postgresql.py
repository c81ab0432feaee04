"""PostgreSQL: does the port ask for a password, and does the server answer a query?"""

import os
import socket
import struct
import subprocess
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO

from gridlake_health import UnhealthyError

_PROTOCOL = 196608  # 3.0
_QUERY = "SELECT count(*) || ' databases, ' || (SELECT count(*) FROM pg_stat_activity) || ' backends' FROM pg_database"


def _answer(stream: BinaryIO) -> bytes:
    """First message of the server: its kind and body."""
    header = stream.read(5)
    if len(header) < 5:
        raise UnhealthyError("the port closed without an answer; look at the journal of the server")
    (length,) = struct.unpack("!i", header[1:])
    return header[:1] + stream.read(length - 4)


def _over_the_network(host: str, port: int) -> None:
    """Begin a login: a server that takes connections asks for a password, one that starts or stops says so."""
    parameters = b"user\0postgres\0database\0postgres\0\0"
    with socket.create_connection((host, port), timeout=5) as connection, connection.makefile("rb") as incoming:
        connection.sendall(struct.pack("!ii", 8 + len(parameters), _PROTOCOL) + parameters)
        answer = _answer(incoming)
    if not answer.startswith(b"R"):
        fields = {field[:1]: field[1:] for field in answer[1:].split(b"\0") if field}
        reason = fields.get(b"M", b"no reason given").decode(errors="replace")
        raise UnhealthyError(f"{reason}; wait for the server, or allow this host in pg_hba.conf")


def _through_the_socket(port: int) -> str:
    """Run a query as the account postgres."""
    done = subprocess.run(
        ["psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", f"--port={port}", f"--command={_QUERY}"],
        check=False,
        capture_output=True,
        text=True,
        timeout=10,
        user="postgres",
        group="postgres",
        cwd="/",
    )
    if done.returncode != 0:
        raise UnhealthyError(f"{done.stderr.strip()}; look at the journal of the server")
    return done.stdout.strip()


def postgresql(settings: Mapping[str, Any], host: str) -> str:
    """Ask over the network and, on the server's own host as root, through the socket too."""
    port = int(settings["postgresql_port"])
    _over_the_network(host, port)
    local = host in {socket.getfqdn(), socket.gethostname()}
    return _through_the_socket(port) if local and os.geteuid() == 0 else "takes connections"


CHECKS: dict[str, Callable[[Mapping[str, Any], str], str]] = {"postgresql": postgresql}
