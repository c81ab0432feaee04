"""Everything one substation sends under a fault plan, in the order of arrival, with what was done to it.

A message depends only on (seed, grid, meter, day) and the plan, so any day regenerates alone with the same bytes.
Only the order among the messages of one request depends on how many days it spans.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from headend import bundle, poisoned, transformer
from headend.deliveries import Deliveries
from headend.device import Recorded, recorded
from headend.faults import Fault, Plan, bit
from headend.fleet import Fleet, GridReadings
from headend.grid import Grid
from headend.lateness import DAY_S, Outages, lateness
from headend.local_days import Window
from headend.message import Extra, Message
from headend.request import ALWAYS, Arrivals
from headend.restatement import DRAWS, exchanged, restated
from headend.streams import NEVER, SUBSTATION, Flags, Floats, Purpose, key, uniforms

_TRANSFORMER_SLOTS = 100  # of the longest day: positions within a day do not depend on the window
_LATEST_REORDER_S = 2 * DAY_S
_LATEST_REPEAT_S = 12 * 3600
_HOUR_S = 3600


@dataclass(frozen=True)
class Stream:
    """A substation's window under a plan."""

    readings: GridReadings
    recorded: Recorded
    deliveries: Deliveries
    """All bundles of the window's days, also those that are never sent."""
    messages: list[Message]
    """What is sent, in order of arrival."""


def stream(fleet: Fleet, grid: Grid, window: Window, plan: Plan, arrivals: Arrivals = ALWAYS) -> Stream:
    """Simulate one substation and let the plan's faults happen to what it sends."""
    readings = fleet.readings(grid, window)
    outages = Outages.of(fleet.seed, grid.number, window, plan)
    devices = recorded(readings.keys, readings.meters, window, plan)
    deliveries = _deliveries(readings, devices, window, outages, plan)
    on_their_way = deliveries.taken(deliveries.sent_at < NEVER)
    positions = np.flatnonzero(deliveries.sent_at < NEVER).tolist()
    points = [point.encode() for point in readings.metering_point_ids]
    messages = [
        Message(bundle.TOPIC, points[row], value, arrives_at, (row, day, revision), delivery=position)
        for row, day, revision, value, arrives_at, position in zip(
            on_their_way.row.tolist(),
            on_their_way.day.tolist(),
            on_their_way.revision.tolist(),
            on_their_way.encoded(readings, window),
            on_their_way.arrives_at.tolist(),
            positions,
            strict=True,
        )
    ]
    messages += poisoned.bundles(readings, devices, window, plan)
    messages += _transformer_messages(fleet.seed, grid, readings, window, outages, plan)
    messages = [message for message in messages if arrivals.hold(message.arrives_at)]
    order = np.argsort(np.array([message.arrives_at for message in messages], dtype=np.int64), kind="stable")
    return Stream(readings, devices, deliveries, [messages[position] for position in order])


def _deliveries(readings: GridReadings, devices: Recorded, window: Window, outages: Outages, plan: Plan) -> Deliveries:
    timing = uniforms(readings.keys, Purpose.LATENESS, window.first_number, window.days, 8)
    first_sent = readings.collected_at.astype(np.int64)
    late = timing[:, :, 0] < plan.rate(Fault.LATE)
    after = lateness(timing[:, :, 1])
    first_sent = np.where(
        late, np.where(after < NEVER, window.starts[1:] + np.minimum(after, NEVER // 2), NEVER), first_sent
    )
    content = uniforms(readings.keys, Purpose.CONTENT, window.first_number, window.days, DRAWS)
    parts, struck = restated(devices, window, first_sent, content, plan)
    parts += exchanged(devices, window, first_sent)
    plain = Deliveries.of(devices, window, ~struck & (devices.split == 0), first_sent)
    parts.append(_with_register_events(plain, devices))
    deliveries = Deliveries.together(parts)
    first = deliveries.revision == 0
    deliveries = _marked(deliveries, Fault.LATE, first & late[deliveries.row, deliveries.day])
    repetition = uniforms(readings.keys, Purpose.REPETITION, window.first_number, window.days, 8)
    deliveries = _with_resent(deliveries, ~struck & (devices.split == 0), repetition, plan)
    sent_at, held = outages.hold(deliveries.sent_at, timing[deliveries.row, deliveries.day, 4])
    deliveries = _marked(replace(deliveries, sent_at=sent_at, arrives_at=sent_at), Fault.BACKLOG, held)
    return _with_duplicates(_reordered(deliveries, timing, plan), repetition, plan)


def _with_register_events(plain: Deliveries, devices: Recorded) -> Deliveries:
    reset, rolled = devices.reset[plain.row, plain.day], devices.rolled[plain.row, plain.day]
    if not (reset | rolled).any():
        return plain
    contract, validation, detail = plain.contract.copy(), plain.validation.copy(), plain.detail.copy()
    contract[reset | rolled], validation[reset] = "SUM_CHECK", "REGISTER_DECREASE"
    detail[reset], detail[rolled] = "register starts again at zero", "register passes its last digit"
    marked = _marked(_marked(plain, Fault.RESET, reset), Fault.ROLLOVER, rolled)
    return replace(marked, contract=contract, validation=validation, detail=detail)


def _with_resent(deliveries: Deliveries, allowed: Flags, draws: Floats, plan: Plan) -> Deliveries:
    """Head-ends that export a day twice give it a new sequence each time."""
    cell = draws[deliveries.row, deliveries.day]
    chosen = (
        allowed[deliveries.row, deliveries.day] & (cell[:, 0] < plan.rate(Fault.RESEND)) & (deliveries.sent_at < NEVER)
    )
    if not chosen.any():
        return deliveries
    again = deliveries.taken(chosen)
    sent_at = again.sent_at + _HOUR_S + (cell[chosen, 1] * _LATEST_REORDER_S).astype(np.int64)
    again = again.changed(Fault.RESEND, "same content, new sequence", revision=1, sent_at=sent_at)
    return Deliveries.together([deliveries, again])


def _with_duplicates(deliveries: Deliveries, draws: Floats, plan: Plan) -> Deliveries:
    """First bundles that arrive again, half of them sent again with a new time."""
    cell = draws[deliveries.row, deliveries.day]
    chosen = (deliveries.revision == 0) & (cell[:, 2] < plan.rate(Fault.DUPLICATE)) & (deliveries.sent_at < NEVER)
    if not chosen.any():
        return deliveries
    again, numbers = deliveries.taken(chosen), cell[chosen]
    arrives_at = again.sent_at + 60 + (numbers[:, 3] * _LATEST_REPEAT_S).astype(np.int64)
    fresh = numbers[:, 4] < 0.5
    detail = np.where(fresh, "sent again with a new time", "same bytes").astype(object)
    again = again.changed(
        Fault.DUPLICATE, detail, arrives_at=arrives_at, sent_at=np.where(fresh, arrives_at, again.sent_at)
    )
    return Deliveries.together([deliveries, again])


def _reordered(deliveries: Deliveries, timing: Floats, plan: Plan) -> Deliveries:
    """First bundles that arrive long after they were sent: what completes or repeats a day may overtake it."""
    cell = timing[deliveries.row, deliveries.day]
    chosen = (deliveries.revision == 0) & (cell[:, 2] < plan.rate(Fault.REORDER)) & (deliveries.sent_at < NEVER)
    delay = np.where(chosen, (cell[:, 3] * _LATEST_REORDER_S).astype(np.int64), 0)
    return _marked(replace(deliveries, arrives_at=deliveries.arrives_at + delay), Fault.REORDER, chosen)


def _marked(deliveries: Deliveries, fault: Fault, where: Flags) -> Deliveries:
    return replace(deliveries, faults=deliveries.faults | np.where(where, bit(fault), 0))


def _transformer_messages(
    seed: int, grid: Grid, readings: GridReadings, window: Window, outages: Outages, plan: Plan
) -> list[Message]:
    meter, place = readings.transformer, readings.substation_id.encode()
    stream_key = key(seed, grid.number, SUBSTATION)
    sent_at = transformer.sent_at(meter.interval_start)
    draws = uniforms([stream_key], Purpose.REPETITION, window.first_number, window.days, 8 * _TRANSFORMER_SLOTS)
    cells = draws.reshape(window.days, _TRANSFORMER_SLOTS, 8)[:, : window.present.shape[1]][window.present]
    sent_at, held = outages.hold(sent_at, cells[:, 0])
    reordered = cells[:, 1] < plan.rate(Fault.REORDER)
    repeated = cells[:, 3] < plan.rate(Fault.DUPLICATE)
    arrives_at = sent_at + np.where(reordered, (cells[:, 2] * _HOUR_S).astype(np.int64), 0)
    again_at = sent_at + 60 + (cells[:, 4] * _LATEST_REPEAT_S).astype(np.int64)
    mask = np.where(held, bit(Fault.BACKLOG), 0) | np.where(reordered, bit(Fault.REORDER), 0)
    local_days = np.repeat(np.arange(window.days), window.lengths)
    messages = []
    for position, value in enumerate(transformer.encode(readings, sent_at)):
        start, sent = int(meter.interval_start[position]), int(sent_at[position])
        note = Extra(
            int(mask[position]), "", readings.substation_id, None, window.dates[local_days[position]], start, sent
        )
        extra = note if note.faults else None
        messages.append(Message(transformer.TOPIC, place, value, int(arrives_at[position]), (start,), extra=extra))
        if repeated[position]:
            twice = replace(note, faults=note.faults | bit(Fault.DUPLICATE), detail="same bytes")
            messages.append(Message(transformer.TOPIC, place, value, int(again_at[position]), (start,), extra=twice))
    return messages + list(poisoned.transformers(stream_key, readings, window, sent_at, local_days, plan))
