"""Messages beside the good ones, made to be rejected; which, of whom and on which day is drawn from the seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from headend import bundle, transformer
from headend.bundle import Bundles, MessageKind
from headend.deliveries import Deliveries
from headend.device import Recorded
from headend.faults import Fault, Plan, bit
from headend.fleet import GridReadings
from headend.local_days import INTERVAL_MINUTES, Window, midnight
from headend.message import Extra, Message
from headend.poison import BUNDLES, TRANSFORMERS, Poison, Spoilt, TransformerPoison
from headend.streams import FIRST_DAY, Ints, Key, Purpose, uniforms

_POISONS = (Fault.MALFORMED, Fault.TRUNCATED, Fault.OVERLONG, Fault.FOREIGN, Fault.UNKNOWN)
_HOUR_S = 3600
_INACTIVE_DAYS = 5_000


def bundles(readings: GridReadings, devices: Recorded, window: Window, plan: Plan) -> Iterator[Message]:
    """Those of metering points; none of them says anything about a day of the window."""
    draws = uniforms(readings.keys, Purpose.POISON, window.first_number, window.days, 12)
    sent = readings.collected_at.astype(np.int64)
    rates = np.array([plan.rate(fault) for fault in (*_POISONS, Fault.INACTIVE)])
    for row, day, number in np.argwhere(draws[:, :, : len(rates)] < rates):
        cell = np.zeros(sent.shape, dtype=np.bool_)
        cell[row, day] = True
        good = Deliveries.of(devices, window, cell, sent).bundles(readings, window)
        variant, share, delay = draws[row, day, len(rates) : len(rates) + 3]
        arrives_at = int(sent[row, day]) + int(delay * _HOUR_S)
        if number == len(_POISONS):
            yield _inactive(good, window, int(day), arrives_at)
            continue
        fitting = [poison for poison in BUNDLES if poison.fault is _POISONS[number]]
        poison = fitting[int(variant * len(fitting))]
        note = _note(
            poison, good.metering_point_ids[0], good.registers[0], window.dates[day], window.starts[day], arrives_at
        )
        yield _message(bundle.TOPIC, poison.make(good, float(share)), note)


def transformers(
    stream_key: Key, readings: GridReadings, window: Window, sent_at: Ints, local_days: Ints, plan: Plan
) -> Iterator[Message]:
    """Those of a transformer, at most one of each kind a day: it sends as many in a day as a meter does in months."""
    draws = uniforms([stream_key], Purpose.POISON, window.first_number, window.days, 4 * len(_POISONS))[0]
    rates = np.array([plan.rate(fault) for fault in _POISONS])
    for day, number in np.argwhere(draws[:, : len(rates)] < rates):
        variant, share, where = draws[day, len(rates) :].reshape(len(_POISONS), 3)[number]
        inside = np.flatnonzero(local_days == day)
        position = int(inside[int(where * len(inside))])
        meter = readings.transformer
        one = replace(
            meter,
            **{name: getattr(meter, name)[position : position + 1] for name in meter.__dataclass_fields__},
        )
        fitting = [poison for poison in TRANSFORMERS if poison.fault is _POISONS[number]]
        poison = fitting[int(variant * len(fitting))]
        start, sent = int(meter.interval_start[position]), int(sent_at[position])
        note = _note(poison, readings.substation_id, None, window.dates[day], start, sent)
        yield _message(transformer.TOPIC, poison.make(replace(readings, transformer=one), float(share)), note)


def _inactive(good: Bundles, window: Window, day: int, arrives_at: int) -> Message:
    """A well-formed day before the metering point was connected; the asset register begins with FIRST_DAY."""
    ago = (window.first_number + day) % _INACTIVE_DAYS
    then = FIRST_DAY - timedelta(days=1 + ago)
    start = midnight(then)
    length = (midnight(then + timedelta(days=1)) - start) // (60 * INTERVAL_MINUTES)
    values = np.pad(good.values, ((0, 0), (0, 8)))[:, :length]
    number = bundle.day_number(then)
    said = replace(
        good,
        local_day=np.array([number]),
        interval_start=np.array([start]),
        values=values,
        status=np.zeros_like(values),
        start_register=np.array([0]),
        end_register=values.sum(axis=1),
        kind=np.array([MessageKind.READING]),
        sequence=np.array([number * bundle.REVISIONS]),
        sent_at=np.array([arrives_at]),
    )
    note = Extra(
        bit(Fault.INACTIVE),
        "before the connection",
        good.metering_point_ids[0],
        good.registers[0],
        then,
        start,
        arrives_at,
        validation="INACTIVE_METERING_POINT",
    )
    spoilt = (good.metering_point_ids[0].encode(), bundle.encode(said)[0])
    return _message(bundle.TOPIC, spoilt, note, (note.subject, note.register, note.local_day))


def _note(
    poison: Poison | TransformerPoison, subject: str, register: str | None, day: date, start: int, sent_at: int
) -> Extra:
    return Extra(
        bit(poison.fault), poison.detail, subject, register, day, int(start), sent_at, poison.reason, poison.reason
    )


def _message(topic: str, spoilt: Spoilt, note: Extra, version: tuple[object, ...] | None = None) -> Message:
    return Message(topic, *spoilt, note.sent_at, version, extra=note)
