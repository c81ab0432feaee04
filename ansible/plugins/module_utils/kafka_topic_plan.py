"""What has to happen so that the topics of a Kafka cluster are as declared: a pure comparison."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_NAME = re.compile(r"[A-Za-z0-9._-]{1,249}")
_FIELDS = {"name", "partitions", "replication_factor"}


class TopicRefusedError(Exception):
    """The declaration asks for something that would lose data or cannot be done in place."""


@dataclass(frozen=True)
class Topic:
    """One topic, as declared or as found."""

    name: str
    partitions: int
    replication_factor: int
    configs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """Changes by topic; configurations to be returned to the brokers' value are None."""

    create: tuple[Topic, ...] = ()
    grow: Mapping[str, int] = field(default_factory=dict)
    alter: Mapping[str, Mapping[str, str | None]] = field(default_factory=dict)

    def descriptions(self) -> list[str]:
        """One line for each change."""
        lines = [
            f"{t.name}: created with {t.partitions} partitions, {t.replication_factor} replicas" for t in self.create
        ]
        lines += [f"{name}: raised to {count} partitions" for name, count in self.grow.items()]
        for name, values in self.alter.items():
            lines += [
                f"{name}: {key} {'back to the default of the brokers' if value is None else f'= {value}'}"
                for key, value in values.items()
            ]
        return lines


def declared_topics(entries: Sequence[Mapping[str, Any]]) -> list[Topic]:
    """Topics of ``kafka/topics.yml``; an unknown or missing field is an error, not a default."""
    topics = []
    for entry in entries:
        if set(entry) - {"configs"} != _FIELDS:
            raise TopicRefusedError(
                f"{entry}: a topic is exactly name, partitions, replication_factor and, if wanted, configs"
            )
        name, given = entry["name"], entry.get("configs") or {}
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise TopicRefusedError(
                f"{name!r} is no name of a topic; use letters, digits, dots, hyphens and underscores"
            )
        for number in ("partitions", "replication_factor"):
            # -1 would be the brokers' default, which nobody has declared.
            if type(entry[number]) is not int or entry[number] < 1:
                raise TopicRefusedError(f"{name}: {number} is {entry[number]!r}; write a whole number of 1 or more")
        if not isinstance(given, Mapping) or any(isinstance(v, Mapping | list | None) for v in given.values()):
            raise TopicRefusedError(f"{name}: configs is {given!r}; write one value for each key of Kafka's topics")
        configs = {key: _kafka_text(value) for key, value in given.items()}
        topics.append(Topic(name, entry["partitions"], entry["replication_factor"], configs))
    names = [topic.name for topic in topics]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise TopicRefusedError(f"declared twice: {', '.join(twice)}; keep one entry each")
    return topics


def _kafka_text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def plan(declared: Sequence[Topic], found: Mapping[str, Topic]) -> Plan:
    """Compare; topics that nobody declared are left alone.

    Raises:
        TopicRefusedError: all differences that would need a shrink or a move of replicas, before anything is changed.
    """
    refused: list[str] = []
    create: list[Topic] = []
    grow: dict[str, int] = {}
    alter: dict[str, dict[str, str | None]] = {}
    for topic in declared:
        there = found.get(topic.name)
        if there is None:
            create.append(topic)
            continue
        if topic.partitions < there.partitions:
            refused.append(
                f"{topic.name} has {there.partitions} partitions and {topic.partitions} are declared: "
                f"Kafka cannot shrink a topic; declare {there.partitions}, or make a new topic and move its readers"
            )
        if topic.replication_factor != there.replication_factor:
            refused.append(
                f"{topic.name} has {there.replication_factor} replicas and {topic.replication_factor} are declared: "
                "move them with kafka-reassign-partitions first"
            )
        if topic.partitions > there.partitions:
            grow[topic.name] = topic.partitions
        values: dict[str, str | None] = {
            key: value for key, value in topic.configs.items() if there.configs.get(key) != value
        }
        values.update(dict.fromkeys(sorted(set(there.configs) - set(topic.configs))))
        if values:
            alter[topic.name] = values
    if refused:
        raise TopicRefusedError("; ".join(refused) + ". Nothing has been changed.")
    return Plan(tuple(create), grow, alter)
