"""Hive Metastore: does a Thrift call that needs its database come back?"""

import socket
import struct
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, BinaryIO

from gridlake_health import UnhealthyError

_CALL, _REPLY = 0x80010001, 0x80010002
STRING, STRUCT, BOOLEAN, _LIST = 11, 12, 2, 15


class CallFailedError(Exception):
    """The metastore answered a call with an exception."""


def number(stream: BinaryIO, kind: str) -> int:
    """An integer by its struct letter."""
    size = struct.calcsize(f"!{kind}")
    data = stream.read(size)
    if len(data) < size:
        raise CallFailedError("the connection closed inside an answer")
    (value,) = struct.unpack(f"!{kind}", data)
    return int(value)


def text(stream: BinaryIO) -> str:
    """A string."""
    return stream.read(number(stream, "i")).decode()


def string_field(identifier: int, value: str) -> bytes:
    """A field that is a string, as an argument or a member of a struct."""
    return struct.pack("!bhi", STRING, identifier, len(value.encode())) + value.encode()


@contextmanager
def called(host: str, port: int, method: str, arguments: bytes = b"") -> Iterator[tuple[int, BinaryIO]]:
    """Call in Thrift's strict binary protocol; gives the kind of the result and the stream that holds it.

    Raises:
        CallFailedError: the method threw.
    """
    call = struct.pack("!Ii", _CALL, len(method)) + method.encode() + struct.pack("!i", 1) + arguments + b"\0"
    with socket.create_connection((host, port), timeout=10) as connection, connection.makefile("rb") as stream:
        connection.sendall(call)
        kind = number(stream, "I")
        text(stream)
        number(stream, "i")
        field = number(stream, "b")
        # Field 0 is what the method returns, any other is an exception that it declares.
        if kind != _REPLY or (field and number(stream, "h") != 0):
            raise CallFailedError(f"{method} failed; the journal of hive-metastore says why")
        yield field, stream


def databases(host: str, port: int) -> list[str]:
    """Names of all databases."""
    with called(host, port, "get_all_databases") as (kind, stream):
        if kind != _LIST or number(stream, "b") != STRING:
            raise CallFailedError("get_all_databases answered something other than a list of names")
        return [text(stream) for _ in range(number(stream, "i"))]


def hive_metastore(settings: Mapping[str, Any], host: str) -> str:
    """Ask one metastore for its databases."""
    try:
        found = databases(host, int(settings["hive_metastore_port"]))
    except CallFailedError as error:
        raise UnhealthyError(f"{error}; is PostgreSQL up?") from error
    if "default" not in found:
        raise UnhealthyError("the metastore has no database `default`; look at the journal of hive-metastore")
    return f"{len(found)} databases"


CHECKS: dict[str, Callable[[Mapping[str, Any], str], str]] = {"hive-metastore": hive_metastore}
