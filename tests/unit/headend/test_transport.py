"""A substation's messages under a fault plan."""

import io
import json
from collections import Counter
from datetime import date, timedelta
from itertools import chain
from typing import Any

import fastavro
import pytest

from headend import avro, bundle, delivery, transformer
from headend.errors import RequestError
from headend.faults import PROFILES, Fault, Plan, names
from headend.fleet import Fleet
from headend.grid import Grid
from headend.local_days import Window
from headend.message import Message
from headend.request import Arrivals
from headend.streams import FIRST_DAY, NEVER
from headend.transport import Stream, stream

DENSE = Plan.parse("dense")
RECORDS = {
    topic: fastavro.parse_schema(json.loads((avro.SCHEMA_FOLDER / f"{schema}.avsc").read_text(encoding="utf-8")))
    for topic, schema in ((bundle.TOPIC, bundle.SCHEMA), (transformer.TOPIC, transformer.SCHEMA))
}


@pytest.fixture(scope="module")
def dense(fleet: Fleet, archetypes: dict[str, list[Grid]], march_week: Window) -> Stream:
    """A large substation, so that every kind of fault strikes."""
    return stream(fleet, archetypes["urban6"][0], march_week, DENSE)


def mask(one: Stream, message: Message) -> int:
    if message.delivery is not None:
        return int(one.deliveries.faults[message.delivery])
    return message.extra.faults if message.extra else 0


def content(message: Message) -> dict[str, Any]:
    assert message.value is not None
    record = fastavro.schemaless_reader(io.BytesIO(message.value[10:]), RECORDS[message.topic], None)
    assert isinstance(record, dict)
    return record


def clean(fleet: Fleet, grid: Grid, window: Window) -> Counter[tuple[str, bytes | None, bytes | None]]:
    return Counter(delivery.messages(fleet, [grid], window, Plan()))


def test_a_plan_without_faults_changes_no_byte(fleet: Fleet, small_grid: Grid, march_week: Window) -> None:
    one = stream(fleet, small_grid, march_week, Plan())
    assert Counter((message.topic, message.key, message.value) for message in one.messages) == clean(
        fleet, small_grid, march_week
    )


def test_faults_happen_beside_the_clean_world(fleet: Fleet, small_grid: Grid, march_week: Window) -> None:
    # Registers go on from another number after an exchange, a reset or a rollover: those days differ without a fault.
    plan = Plan.parse("dense,exchange=0,reset=0,rollover=0,backlog=0")
    one = stream(fleet, small_grid, march_week, plan)
    untouched = Counter((m.topic, m.key, m.value) for m in one.messages if not mask(one, m))
    assert untouched <= clean(fleet, small_grid, march_week)
    assert untouched.total() > 500


def test_every_kind_of_fault_strikes_a_large_substation_or_its_neighbours(
    fleet: Fleet, dense: Stream, archetypes: dict[str, list[Grid]], march_week: Window
) -> None:
    # Exchanges, resets and rollovers are rare even in the dense profile.
    others = [stream(fleet, grid, march_week, DENSE) for grid in archetypes["urban6"][1:4]]
    struck = Counter(name for one in (dense, *others) for message in one.messages for name in names(mask(one, message)))
    assert set(struck) == {fault.value for fault in Fault}


@pytest.mark.parametrize("fault", Fault)
def test_a_fault_alone_brings_no_other(fleet: Fleet, small_grid: Grid, march_week: Window, fault: Fault) -> None:
    one = stream(fleet, small_grid, march_week, Plan({fault: 1.0}))
    struck = {name for message in one.messages for name in names(mask(one, message))}
    masks = one.deliveries.faults[one.deliveries.sent_at == NEVER].tolist()
    unsent = {name for never_sent in masks for name in names(never_sent)}
    expected = {fault.value} if fault not in (Fault.EXCHANGE, Fault.RESET, Fault.ROLLOVER) else set()
    assert struck | unsent == expected


def test_a_day_regenerates_alone_with_the_same_bytes(fleet: Fleet, archetypes: dict[str, list[Grid]]) -> None:
    grid, window = archetypes["rural1"][1], Window(date(2016, 3, 24), 6)

    def of_day(one: Stream, day: int, local_day: date) -> Counter[tuple[object, ...]]:
        # A meter's days before its connection mirror those after it.
        mirrored = FIRST_DAY - timedelta(days=1) - (local_day - FIRST_DAY)
        found: Counter[tuple[object, ...]] = Counter()
        for message in one.messages:
            if message.delivery is not None:
                if one.deliveries.day[message.delivery] != day:
                    continue
            elif message.extra is None or message.extra.local_day not in (local_day, mirrored):
                continue
            found[message.topic, message.key, message.value, message.arrives_at, mask(one, message)] += 1
        return found

    plan = Plan.parse("dense,inactive=0.2,unknown=0.1")
    among = stream(fleet, grid, window, plan)
    for day in (5, 0, 3):
        alone = stream(fleet, grid, Window(window.dates[day], 1), plan)
        expected = of_day(among, day, window.dates[day])
        assert expected.total() > 20
        assert of_day(alone, 0, window.dates[day]) == expected


def test_an_unknown_metering_point_is_none_of_the_world_also_where_ids_are_drawn(
    scoring: Fleet, march_week: Window
) -> None:
    known = {one.metering_point_id for one in scoring.connections(scoring.grids)}
    one = stream(scoring, scoring.grids[0], march_week, Plan.parse("unknown=1"))
    unknown = [content(m)["metering_point_id"] for m in one.messages if m.extra and m.extra.detail == "metering point"]
    assert len(unknown) > 40
    assert {len(point) for point in unknown} == {len("DE-QN000014120001")}
    assert not known & set(unknown)


def test_messages_come_in_order_of_arrival(dense: Stream) -> None:
    arrivals = [message.arrives_at for message in dense.messages]
    assert arrivals == sorted(arrivals)
    assert NEVER not in arrivals


def test_what_completes_a_day_can_overtake_it(fleet: Fleet, small_grid: Grid, march_week: Window) -> None:
    def overtaken(plan: str) -> int:
        newest: dict[tuple[object, ...], int] = {}
        number = 0
        one = stream(fleet, small_grid, march_week, Plan.parse(plan))
        for message in one.messages:
            if message.delivery is not None and message.version is not None:
                row, day, revision = message.version
                assert isinstance(revision, int)
                number += revision < newest.get((row, day), -1)
                newest[row, day] = max(revision, newest.get((row, day), -1))
        return number

    assert overtaken("partial=0.5") == 0
    assert overtaken("partial=0.5,reorder=0.5") > 0


def test_a_duplicate_says_the_same_but_for_the_time_of_sending(dense: Stream) -> None:
    by_version: dict[tuple[object, ...], list[Message]] = {}
    for message in dense.messages:
        if message.delivery is not None and message.version is not None:
            by_version.setdefault(message.version, []).append(message)
    repeated = [found for found in by_version.values() if len(found) > 1]
    assert len(repeated) > 20
    same_bytes = 0
    for first, second in repeated:
        same_bytes += first.value == second.value
        assert content(first) | {"sent_at": None} == content(second) | {"sent_at": None}
        assert any("duplicate" in names(mask(dense, message)) for message in (first, second))
    assert 0 < same_bytes < len(repeated)


def test_the_same_content_under_a_new_sequence_has_the_next_one(dense: Stream) -> None:
    by_version = {message.version: message for message in dense.messages if message.delivery is not None}
    resent = [message for message in by_version.values() if "resend" in names(mask(dense, message))]
    assert resent
    for message in resent:
        assert message.version is not None
        first = content(by_version[(*message.version[:2], 0)])
        again = content(message)
        assert again["sequence"] == first["sequence"] + 1
        assert again | {"sequence": 0, "sent_at": 0} == first | {"sequence": 0, "sent_at": 0}


def test_equal_sequences_carry_equal_content(dense: Stream) -> None:
    said: dict[tuple[Any, ...], dict[str, Any]] = {}
    for message in dense.messages:
        if message.delivery is None:
            continue
        record = content(message) | {"sent_at": None}
        key = (record["metering_point_id"], record["register"], record["local_day"], record["sequence"])
        assert said.setdefault(key, record) == record


def test_after_an_outage_everything_comes_within_ten_minutes(fleet: Fleet, small_grid: Grid) -> None:
    one = stream(fleet, small_grid, Window(date(2016, 3, 21), 3), Plan.parse("backlog=0.3"))
    held = [m.arrives_at for m in one.messages if mask(one, m)]
    others = [m.arrives_at for m in one.messages if not mask(one, m)]
    assert held
    assert others
    # Bursts: held messages lie in few stretches of ten minutes, far denser than the 15 minutes of a meter.
    assert len({arrival // 1200 for arrival in held}) <= 4
    assert {m.topic for m in one.messages if mask(one, m)} == {bundle.TOPIC, transformer.TOPIC}


def test_the_field_profile_is_as_late_as_the_field(fleet: Fleet, archetypes: dict[str, list[Grid]]) -> None:
    window = Window(date(2016, 5, 1), 28)
    one = stream(fleet, archetypes["urban6"][0], window, Plan.parse("late=0.025"))
    delay = one.deliveries.sent_at - window.starts[1:][one.deliveries.day]
    days = len(delay)
    assert days == 116 * 28
    assert (delay <= 6 * 3600).sum() / days == pytest.approx(0.975, abs=0.01)
    assert (delay <= (2 * 24 + 6) * 3600).sum() / days == pytest.approx(0.993, abs=0.005)
    assert 0 < (one.deliveries.sent_at == NEVER).sum() / days < 0.003


def test_profiles_are_what_the_command_line_calls_them() -> None:
    assert set(PROFILES) == {"none", "field", "dense"}


def test_waves_together_are_the_whole_stream(fleet: Fleet, small_grid: Grid, march_week: Window) -> None:
    # Something arrives at the very instant of the cut.
    cut = stream(fleet, small_grid, march_week, DENSE).messages[400].arrives_at
    waves = (Arrivals(end=cut), Arrivals(cut, cut + 86_400), Arrivals(begin=cut + 86_400))
    parts = [list(delivery.messages(fleet, [small_grid], march_week, DENSE, wave)) for wave in waves]
    assert all(parts)
    assert list(chain(*parts)) == list(delivery.messages(fleet, [small_grid], march_week, DENSE))


def test_a_clean_world_can_be_sent_in_waves(fleet: Fleet, small_grid: Grid, march_week: Window) -> None:
    # By local midnight of the third day its first two days are over, and the second's bundles come in the night after.
    wave = list(delivery.messages(fleet, [small_grid], march_week, Plan(), Arrivals(end=int(march_week.starts[2]))))
    assert Counter(topic for topic, _, _ in wave) == {bundle.TOPIC: 17, transformer.TOPIC: 2 * 96 - 1}


def test_a_wave_is_labelled_with_its_instants() -> None:
    assert str(Arrivals(1_458_514_800, None)) == "2016-03-20T23:00.."
    assert str(Arrivals(None, 1_458_514_800)) == "..2016-03-20T23:00"
    assert not Arrivals()


@pytest.mark.parametrize("end", [1_458_514_800, 1_458_514_740])
def test_a_wave_in_which_nothing_can_arrive_is_refused(end: int) -> None:
    with pytest.raises(RequestError, match="--arriving-from 2016-03-20T23:00 is not before --arriving-before"):
        Arrivals(1_458_514_800, end)
