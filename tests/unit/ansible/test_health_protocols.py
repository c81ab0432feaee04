"""Claims about the binary protocols that health checks speak, against answers written out byte by byte."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from gridlake_health import UnhealthyError
from gridlake_health._kafka_wire import Connection, KafkaRefusedError, Partition
from gridlake_health.hive_metastore import CallFailedError, databases
from gridlake_health.postgresql import postgresql


@contextmanager
def answering(*pieces: bytes) -> Iterator[int]:
    """Port that answers one request on one connection with these bytes, piece by piece, and closes."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)
                for piece in pieces:
                    connection.sendall(piece)

        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        thread.join(timeout=10)


def kafka_answer(body: bytes) -> bytes:
    return struct.pack("!ii", 4 + len(body), 1) + body


def test_kafka_cluster_is_read_also_when_it_arrives_in_pieces() -> None:
    host = b"worker1.gridlake.test"
    broker = struct.pack("!iih", 1, 7, len(host)) + host + struct.pack("!i", 9092) + b"\0\6/rack1"
    partition = struct.pack("!hii", 0, 0, 7) + struct.pack("!iii", 2, 7, 8) + struct.pack("!ii", 1, 7)
    topic = struct.pack("!ihh", 1, 0, 1) + b"t" + b"\0" + struct.pack("!i", 1) + partition
    answer = kafka_answer(struct.pack("!i", 0) + broker + b"\xff\xff" + struct.pack("!i", 7) + topic)
    with answering(answer[:30], answer[30:]) as port, Connection("127.0.0.1", port) as connection:
        cluster = connection.cluster()
    assert cluster.brokers == {7: ("worker1.gridlake.test", 9092)}
    assert cluster.topics == {"t": {0: Partition(leader=7, replicas=(7, 8), in_sync=(7,))}}


def test_kafka_that_hangs_up_is_refused() -> None:
    with (
        answering(b"\0\0") as port,
        Connection("127.0.0.1", port) as connection,
        pytest.raises(KafkaRefusedError, match="closed the connection"),
    ):
        connection.api_count()


def metastore_answer(kind: int, result: bytes) -> bytes:
    name = b"get_all_databases"
    return struct.pack("!Ii", 0x80010000 | kind, len(name)) + name + struct.pack("!i", 1) + result


def test_metastore_names_its_databases() -> None:
    result = struct.pack("!bhbi", 15, 0, 11, 2) + b"\0\0\0\7default" + b"\0\0\0\3raw" + b"\0"
    with answering(metastore_answer(2, result)) as port:
        assert databases("127.0.0.1", port) == ["default", "raw"]


def test_metastore_that_throws_has_failed() -> None:
    declared = struct.pack("!bh", 12, 1) + struct.pack("!bhi", 11, 1, 4) + b"down" + b"\0\0"
    with (
        answering(metastore_answer(2, declared)) as port,
        pytest.raises(CallFailedError, match="get_all_databases failed"),
    ):
        databases("127.0.0.1", port)
    undeclared = struct.pack("!bhi", 11, 1, 4) + b"down" + b"\0"
    with (
        answering(metastore_answer(3, undeclared)) as port,
        pytest.raises(CallFailedError, match="get_all_databases failed"),
    ):
        databases("127.0.0.1", port)


def test_metastore_on_a_wrong_jdk_opens_the_port_and_hangs_up() -> None:
    with answering() as port, pytest.raises(CallFailedError, match="closed inside an answer"):
        databases("127.0.0.1", port)


def test_postgresql_that_asks_for_a_password_takes_connections() -> None:
    with answering(b"R" + struct.pack("!ii", 23, 10) + b"SCRAM-SHA-256\0\0") as port:
        assert postgresql({"postgresql_port": port}, "127.0.0.1") == "takes connections"


def test_postgresql_that_starts_up_says_so() -> None:
    body = b"SFATAL\0C57P03\0Mthe database system is starting up\0\0"
    with (
        answering(b"E" + struct.pack("!i", 4 + len(body)) + body) as port,
        pytest.raises(UnhealthyError, match="starting up"),
    ):
        postgresql({"postgresql_port": port}, "127.0.0.1")
