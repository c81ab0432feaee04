"""Kafka's binary protocol, as far as the platform's own checks and the topic declaration need it.

Spoken directly because Kafka's tools cost a JVM, 2 to 3 CPU-seconds, for every question, and hosts have no Kafka client
in Python; the standard library is enough. Only versions before the flexible encoding are used; brokers 2.1 to 4.x
serve all of them.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

_T = TypeVar("_T")

API_VERSIONS, METADATA, CREATE_TOPICS, DESCRIBE_CONFIGS, CREATE_PARTITIONS, ALTER_CONFIGS = 18, 3, 19, 32, 37, 44
_TOPIC = 2  # kind of a configuration resource
_SET_ON_TOPIC = 1  # where a value comes from: set on this very topic


class KafkaRefusedError(Exception):
    """A broker answered a request with an error."""


@dataclass(frozen=True)
class Partition:
    """Where one partition lives."""

    leader: int
    replicas: tuple[int, ...]
    in_sync: tuple[int, ...]


@dataclass(frozen=True)
class Cluster:
    """What a broker knows: brokers as id to (host, port), partitions by topic and number."""

    brokers: Mapping[int, tuple[str, int]]
    topics: Mapping[str, Mapping[int, Partition]]


def text(value: str | None) -> bytes:
    """A nullable string."""
    if value is None:
        return struct.pack("!h", -1)
    encoded = value.encode()
    return struct.pack("!h", len(encoded)) + encoded


def array(items: Iterable[bytes]) -> bytes:
    """An array of encoded elements."""
    encoded = list(items)
    return struct.pack("!i", len(encoded)) + b"".join(encoded)


class Answer:
    """Reads the fields of a response in order."""

    def __init__(self, data: bytes) -> None:
        """Start at the first byte."""
        self._data, self._position = data, 0

    def number(self, kind: str) -> int:
        """An integer by its struct letter: b, h, i or q."""
        (value,) = struct.unpack_from(f"!{kind}", self._data, self._position)
        self._position += struct.calcsize(f"!{kind}")
        return int(value)

    def text(self) -> str:
        """A nullable string; null reads as empty."""
        length = max(self.number("h"), 0)
        self._position += length
        return self._data[self._position - length : self._position].decode()

    def array(self, element: Callable[[], _T]) -> list[_T]:
        """An array, each element read by ``element``."""
        return [element() for _ in range(self.number("i"))]


class Connection:
    """One connection to one broker."""

    def __init__(self, host: str, port: int, timeout: float = 10) -> None:
        """Connect; a broker that does not listen is an OSError."""
        self._socket = socket.create_connection((host, port), timeout=timeout)
        self._incoming = self._socket.makefile("rb")
        self._requests = 0

    def __enter__(self) -> Connection:
        """The connection is open already."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self._incoming.close()
        self._socket.close()

    def call(self, api: int, version: int, body: bytes = b"") -> Answer:
        """Send one request and wait for its answer."""
        self._requests += 1
        message = struct.pack("!hhi", api, version, self._requests) + text("gridlake") + body
        self._socket.sendall(struct.pack("!i", len(message)) + message)
        (length,) = struct.unpack("!i", self._exactly(4))
        answer = Answer(self._exactly(length))
        if answer.number("i") != self._requests:
            raise KafkaRefusedError(
                "the broker answered another request; something between here and it mixes connections"
            )
        return answer

    def _exactly(self, length: int) -> bytes:
        data = self._incoming.read(length)
        if len(data) < length:
            raise KafkaRefusedError("the broker closed the connection; look at the journal of its unit kafka")
        return data

    def api_count(self) -> int:
        """How many kinds of request the broker serves."""
        answer = self.call(API_VERSIONS, 0)
        if code := answer.number("h"):
            raise KafkaRefusedError(f"ApiVersions answered error {code}")
        return len(answer.array(lambda: (answer.number("h"), answer.number("h"), answer.number("h"))))

    def cluster(self) -> Cluster:
        """Brokers that the controller counts as alive, and all partitions."""
        answer = self.call(METADATA, 4, struct.pack("!ib", -1, 0))
        answer.number("i")

        def broker() -> tuple[int, tuple[str, int]]:
            found = answer.number("i"), (answer.text(), answer.number("i"))
            answer.text()
            return found

        def partition() -> tuple[int, Partition]:
            answer.number("h")
            index, leader = answer.number("i"), answer.number("i")
            replicas, in_sync = (tuple(answer.array(lambda: answer.number("i"))) for _ in range(2))
            return index, Partition(leader, replicas, in_sync)

        def topic() -> tuple[str, dict[int, Partition]]:
            code, name = answer.number("h"), answer.text()
            if code not in (0, 5):  # 5: a partition has no leader now, which the partition says itself
                raise KafkaRefusedError(f"Metadata answered error {code} for {name}")
            answer.number("b")
            return name, dict(answer.array(partition))

        brokers = dict(answer.array(broker))
        answer.text()
        answer.number("i")
        return Cluster(brokers, dict(answer.array(topic)))

    def topic_configs(self, names: Iterable[str]) -> dict[str, dict[str, str]]:
        """Configurations set on the topics themselves (not those inherited from the brokers)."""
        resources = array(struct.pack("!b", _TOPIC) + text(name) + struct.pack("!i", -1) for name in names)
        answer = self.call(DESCRIBE_CONFIGS, 1, resources + struct.pack("!b", 0))
        answer.number("i")

        def entry() -> tuple[str, str, int]:
            key, value = answer.text(), answer.text()
            answer.number("b")
            source = answer.number("b")
            answer.number("b")
            answer.array(lambda: (answer.text(), answer.text(), answer.number("b")))
            return key, value, source

        def resource() -> tuple[str, dict[str, str]]:
            code, message = answer.number("h"), answer.text()
            answer.number("b")
            name = answer.text()
            if code:
                raise KafkaRefusedError(f"{name}: {message or f'error {code}'}")
            return name, {key: value for key, value, source in answer.array(entry) if source == _SET_ON_TOPIC}

        return dict(answer.array(resource))

    def create_topic(self, name: str, partitions: int, replication: int, configs: Mapping[str, str], dry: bool) -> None:
        """Create one topic, or only have the broker judge it."""
        pairs = array(text(key) + text(value) for key, value in sorted(configs.items()))
        topic = text(name) + struct.pack("!ihi", partitions, replication, 0) + pairs
        answer = self.call(CREATE_TOPICS, 2, array([topic]) + struct.pack("!ib", 30000, dry))
        self._judged(answer, name_first=True)

    def create_partitions(self, name: str, count: int, dry: bool) -> None:
        """Raise the number of partitions of one topic to ``count``."""
        topic = text(name) + struct.pack("!ii", count, -1)
        self._judged(self.call(CREATE_PARTITIONS, 0, array([topic]) + struct.pack("!ib", 30000, dry)), name_first=True)

    def alter_configs(self, name: str, values: Mapping[str, str | None], dry: bool) -> None:
        """Set configurations of one topic; None returns a key to what the brokers say."""
        changes = array(
            text(key) + struct.pack("!b", value is None) + text(value) for key, value in sorted(values.items())
        )
        resource = struct.pack("!b", _TOPIC) + text(name) + changes
        self._judged(self.call(ALTER_CONFIGS, 0, array([resource]) + struct.pack("!b", dry)), name_first=False)

    def _judged(self, answer: Answer, name_first: bool) -> None:
        answer.number("i")

        def outcome() -> tuple[str, int, str]:
            if name_first:
                return answer.text(), answer.number("h"), answer.text()
            code, message = answer.number("h"), answer.text()
            answer.number("b")
            return answer.text(), code, message

        for name, code, message in answer.array(outcome):
            if code:
                raise KafkaRefusedError(f"{name}: {message or f'error {code}'}")
