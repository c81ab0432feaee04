"""One Kafka record to be, and what a faulty one is besides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from headend.deliveries import ACCEPTED


@dataclass(frozen=True, slots=True)
class Extra:
    """A faulty message that is no delivery of a day of the window: poison, or a transformer's."""

    faults: int
    detail: str
    subject: str
    """Metering point or substation that the message was made from."""
    register: str | None
    local_day: date
    interval_start: int
    sent_at: int
    contract: str = ACCEPTED
    validation: str = ACCEPTED


@dataclass(frozen=True, slots=True)
class Message:
    """One Kafka record to be."""

    topic: str
    key: bytes | None
    value: bytes | None
    arrives_at: int
    version: tuple[object, ...] | None
    """What makes another message a duplicate of this one; None where it cannot have any."""
    delivery: int | None = None
    """Position in the stream's deliveries."""
    extra: Extra | None = None
