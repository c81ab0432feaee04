"""What a pipeline must make of a stream: the disposition of every message, and the readings that are current then.

Computed from what was injected, not from what the messages hold, and without the pipeline's code. Two sets of rules:
`contract` is what `gridlake.catalog.reasons` knows; `validation` also holds suspicious days back, accepts withdrawals
and recognises a rollover.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from headend.avro import NULL
from headend.bundle import MessageKind
from headend.deliveries import ACCEPTED, WIDTH, Texts, texts
from headend.streams import Ints
from headend.transport import Stream

_HELD = frozenset({"SUM_CHECK", "UNIT_MULTIPLIER", "REGISTER_DECREASE"})


class Rules(StrEnum):
    """Which rules a pipeline judges by."""

    CONTRACT = "contract"
    VALIDATION = "validation"


@dataclass(frozen=True)
class Disposition:
    """What becomes of one message."""

    name: str
    """accepted, duplicate, held or rejected."""
    reason: str | None = None


_ACCEPTED, _DUPLICATE = Disposition("accepted"), Disposition("duplicate")


@dataclass(frozen=True)
class Current:
    """The current readings of the window's days, composed from all versions."""

    values: Ints
    """Wh [row, day, WIDTH]; NULL where no version speaks of an interval."""
    status: Ints
    effect: Texts
    """[delivery] what its version does to those with lower sequences: adds, supersedes, withdraws or nothing."""


def dispositions(stream: Stream, rules: Rules) -> Iterator[Disposition]:
    """What becomes of each message of the stream; of equal versions the first is accepted."""
    reasons = _reasons(stream, rules)
    seen: set[tuple[str, bytes | None, tuple[object, ...]]] = set()
    for message in stream.messages:
        if message.delivery is not None:
            reason = reasons[message.delivery]
        else:
            reason = getattr(message.extra, rules.value) if message.extra else ACCEPTED
        if reason != ACCEPTED:
            yield Disposition("held" if rules is Rules.VALIDATION and reason in _HELD else "rejected", reason)
            continue
        version = (message.topic, message.key, message.version or ())
        yield _DUPLICATE if version in seen else _ACCEPTED
        seen.add(version)


def counted(found: Iterator[Disposition]) -> Counter[tuple[str, str | None]]:
    """Number of messages by disposition and reason."""
    return Counter((disposition.name, disposition.reason) for disposition in found)


def current(stream: Stream, rules: Rules) -> Current:
    """Each interval from the newest accepted version that speaks of it; a withdrawal leaves it without a value."""
    deliveries = stream.deliveries
    shape = (*stream.recorded.start_register.shape, WIDTH)
    values, status = np.full(shape, NULL), np.zeros(shape, dtype=np.int64)
    effect = texts(len(deliveries), "nothing")
    arrived = np.zeros(len(deliveries), dtype=np.bool_)
    arrived[[message.delivery for message in stream.messages if message.delivery is not None]] = True
    eligible = (_reasons(stream, rules) == ACCEPTED) & arrived
    for revision in np.unique(deliveries.revision):
        chosen = np.flatnonzero(eligible & (deliveries.revision == revision))
        cell = (deliveries.row[chosen], deliveries.day[chosen])
        within = np.arange(WIDTH) < deliveries.length[chosen][:, None]
        speaks = within & (deliveries.values[chosen] != NULL)
        withdraws = (deliveries.kind[chosen] == MessageKind.WITHDRAWAL)[:, None]
        before, before_status = values[cell], status[cell]
        after = np.where(speaks, np.where(withdraws, NULL, deliveries.values[chosen]), before)
        after_status = np.where(speaks, deliveries.status[chosen], before_status)
        had, has = before != NULL, after != NULL
        effect[chosen[(has & ~had).any(axis=1)]] = "adds"
        differs = (before != after) | (before_status != after_status)
        effect[chosen[(has & had & differs).any(axis=1)]] = "supersedes"
        effect[chosen[(had & ~has).any(axis=1)]] = "withdraws"
        values[cell], status[cell] = after, after_status
    return Current(values, status, effect)


def _reasons(stream: Stream, rules: Rules) -> Texts:
    return stream.deliveries.contract if rules is Rules.CONTRACT else stream.deliveries.validation
