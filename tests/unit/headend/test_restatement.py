"""Each kind of restated day, on one register whose numbers and draws are written down."""

from datetime import date

import numpy as np
import pytest

from headend.avro import NULL
from headend.bundle import MessageKind
from headend.deliveries import WIDTH, Deliveries
from headend.device import Recorded
from headend.faults import Fault, Plan, bit
from headend.local_days import Window
from headend.restatement import DRAWS, exchanged, restated
from headend.streams import NEVER

ORDINARY, SPRING, AUTUMN = (Window(day, 1) for day in (date(2016, 3, 21), date(2016, 3, 27), date(2016, 10, 30)))
SENT = np.array([[1_000_000]])
DAY_S = 86_400
# Where the draws of one cell lie: a selection per kind, then how the fault shows.
CLOCK_CHANGE, UNIT, WITHDRAWAL, CORRECTION, PARTIAL, VARIANT, PLACE, SIZE, DELAY, OUTCOME = range(10)


def register_day(window: Window, split: int = 0) -> Recorded:
    """A register at 5,000 Wh and a day whose n-th interval has 100 + n Wh."""
    length = int(window.lengths[0])
    values = 100 + np.arange(length)
    zero, no = np.zeros((1, 1), dtype=np.int64), np.zeros((1, 1), dtype=np.bool_)
    before = int(values[:split].sum())
    return Recorded(
        values=values[None, None, :],
        status=np.zeros((1, 1, length), dtype=np.int64),
        start_register=zero + 5_000,
        end_register=zero + 5_000 + int(values.sum()),
        split=zero + split,
        closing_register=zero + 5_000 + before,
        opening_register=zero + 7 + before,
        reset=no,
        rolled=no,
        drifts=np.zeros(1, dtype=np.bool_),
    )


def happened(fault: Fault, window: Window = ORDINARY, **numbers: float) -> Deliveries:
    """All deliveries of the day if this fault strikes it; numbers that are not given are 0.5."""
    draws = np.full((1, 1, DRAWS), 0.5)
    for name, number in numbers.items():
        draws[0, 0, globals()[name.upper()]] = number
    parts, struck = restated(register_day(window), window, SENT, draws, Plan({fault: 1.0}))
    assert struck.all()
    together = Deliveries.together(parts)
    assert set(together.faults) == {bit(fault)}
    return together


def spoken(deliveries: Deliveries, number: int) -> dict[int, int]:
    """Interval -> Wh of one delivery."""
    values = deliveries.values[number, : deliveries.length[number]]
    return {place: int(value) for place, value in enumerate(values) if value != NULL}


TRUE = {place: 100 + place for place in range(96)}


def test_a_bundle_in_the_wrong_unit_is_a_thousandfold_and_mostly_corrected() -> None:
    found = happened(Fault.UNIT, variant=0.5, outcome=0.59)
    assert spoken(found, 0) == {place: 1000 * value for place, value in TRUE.items()}
    assert found.start_register.tolist() == [5_000_000, 5_000]
    assert found.end_register[0] == 5_000_000 + 1000 * sum(TRUE.values())
    assert (found.contract.tolist(), found.validation.tolist()) == (["", ""], ["UNIT_MULTIPLIER", ""])
    assert spoken(found, 1) == TRUE
    assert found.kind.tolist() == [MessageKind.READING, MessageKind.CORRECTION]
    assert found.revision.tolist() == [0, 1]
    assert len(happened(Fault.UNIT, outcome=0.61)) == 1


def test_a_transformer_ratio_is_counted_twice() -> None:
    found = happened(Fault.UNIT, variant=0.9, place=0.0)
    assert spoken(found, 0)[0] == 2_000
    assert found.detail[0] == "registers and values x 20"


def test_kilowatt_hours_beside_registers_in_watt_hours_fail_the_sum_check() -> None:
    found = happened(Fault.UNIT, variant=0.1)
    assert spoken(found, 0) == dict.fromkeys(range(96), 0)
    assert found.end_register[0] == 5_000 + sum(TRUE.values())
    assert found.contract[0] == found.validation[0] == "SUM_CHECK"


def test_values_an_hour_late_are_corrected_as_a_whole() -> None:
    found = happened(Fault.CORRECTION, variant=0.5)
    assert spoken(found, 0) == {place: 100 + (place - 4) % 96 for place in range(96)}
    assert spoken(found, 1) == TRUE
    assert found.kind.tolist() == [MessageKind.READING, MessageKind.CORRECTION]
    # Half way through the second half of 2 to 40 days: 2 + 0.75 x 38.
    assert (found.sent_at - SENT[0, 0]).tolist() == [0, int(30.5 * DAY_S)]


def test_a_second_correction_follows_a_wrong_one() -> None:
    found = happened(Fault.CORRECTION, variant=0.9)
    assert found.revision.tolist() == [0, 1, 2]
    assert spoken(found, 1)[2] == 100
    assert spoken(found, 2) == TRUE
    assert found.sent_at[0] < found.sent_at[1] < found.sent_at[2]


def test_substitute_values_keep_the_energy_and_are_corrected_alone() -> None:
    found = happened(Fault.CORRECTION, variant=0.1, place=0.0, size=0.0)
    # 100 + 101 + 102 + 103 = 406 Wh in four equal parts; what is left over comes first.
    assert [spoken(found, 0)[place] for place in range(5)] == [102, 102, 101, 101, 104]
    assert found.status[0, :5].tolist() == [1, 1, 1, 1, 0]
    assert spoken(found, 1) == {0: 100, 1: 101, 2: 102, 3: 103}
    assert not found.status[1].any()


@pytest.mark.parametrize("variant", [0.1, 0.5, 0.9])
def test_wrong_values_that_are_corrected_pass_the_sum_check(variant: float) -> None:
    found = happened(Fault.CORRECTION, variant=variant)
    assert sum(spoken(found, 0).values()) == found.end_register[0] - found.start_register[0]
    assert set(found.contract) == set(found.validation) == {""}


def test_a_withdrawal_names_the_values_that_it_takes_back() -> None:
    found = happened(Fault.WITHDRAWAL, variant=0.4, outcome=0.6)
    assert found.kind.tolist() == [MessageKind.READING, MessageKind.WITHDRAWAL]
    assert spoken(found, 0) == spoken(found, 1) == {place: 195 - place for place in range(96)}
    assert (found.contract.tolist(), found.validation.tolist()) == (["", "UNSUPPORTED_KIND"], ["", ""])


def test_a_withdrawal_can_take_back_some_intervals_and_right_values_can_follow() -> None:
    found = happened(Fault.WITHDRAWAL, variant=0.6, place=0.0, size=0.0, outcome=0.4)
    assert spoken(found, 1) == {0: 195, 1: 194, 2: 193, 3: 192}
    assert found.kind.tolist() == [MessageKind.READING, MessageKind.WITHDRAWAL, MessageKind.CORRECTION]
    assert spoken(found, 2) == TRUE
    assert found.revision.tolist() == [0, 1, 2]


def test_a_partial_bundle_is_completed_by_the_missing_hours() -> None:
    found = happened(Fault.PARTIAL, variant=0.1, place=0.0, size=0.999)
    assert spoken(found, 0) == {place: value for place, value in TRUE.items() if place >= 24}
    assert spoken(found, 1) == {place: value for place, value in TRUE.items() if place < 24}
    assert set(found.kind) == {MessageKind.READING}


def test_a_partial_bundle_is_followed_by_the_whole_day_or_never() -> None:
    assert spoken(happened(Fault.PARTIAL, variant=0.6), 1) == TRUE
    assert happened(Fault.PARTIAL, delay=0.99).sent_at.tolist() == [1_000_000, NEVER]
    # At 72 % of the curve two days and six hours after the first one.
    assert happened(Fault.PARTIAL, delay=0.72).sent_at.tolist() == [1_000_000, 1_000_000 + 2 * DAY_S + 6 * 3600]


def test_a_head_end_that_missed_the_clock_change_sends_96_values() -> None:
    spring, autumn = happened(Fault.CLOCK_CHANGE, SPRING), happened(Fault.CLOCK_CHANGE, AUTUMN)
    assert spring.length.tolist() == [96, 92]
    assert [spoken(spring, 0)[place] for place in (7, 8, 11, 12, 95)] == [107, 0, 0, 108, 191]
    assert autumn.length.tolist() == [96, 100]
    assert [spoken(autumn, 0)[place] for place in (11, 12, 95)] == [111, 116, 199]
    for found in (spring, autumn):
        assert found.contract.tolist() == found.validation.tolist() == ["WRONG_INTERVAL_COUNT", ""]
    assert len(happened(Fault.CLOCK_CHANGE, SPRING, outcome=0.8)) == 1


def test_ordinary_days_have_no_clock_change() -> None:
    draws = np.zeros((1, 1, DRAWS))
    parts, struck = restated(register_day(ORDINARY), ORDINARY, SENT, draws, Plan({Fault.CLOCK_CHANGE: 1.0}))
    assert parts == []
    assert not struck.any()


def test_a_day_has_the_first_fault_that_strikes_it() -> None:
    draws = np.zeros((1, 1, DRAWS))
    parts, _ = restated(
        register_day(ORDINARY), ORDINARY, SENT, draws, Plan({Fault.PARTIAL: 1.0, Fault.WITHDRAWAL: 1.0})
    )
    assert {mask for part in parts for mask in part.faults} == {bit(Fault.WITHDRAWAL)}


def test_a_day_that_is_never_sent_has_nothing_to_restate() -> None:
    draws = np.zeros((1, 1, DRAWS))
    parts, _ = restated(register_day(ORDINARY), ORDINARY, np.array([[NEVER]]), draws, Plan({Fault.UNIT: 1.0}))
    assert parts == []


def test_two_devices_share_the_day_of_an_exchange() -> None:
    recorded = register_day(ORDINARY, split=40)
    old, new = exchanged(recorded, ORDINARY, SENT)
    assert spoken(old, 0) == {place: value for place, value in TRUE.items() if place < 40}
    assert spoken(new, 0) == {place: value for place, value in TRUE.items() if place >= 40}
    assert (old.start_register[0], old.end_register[0]) == (5_000, 5_000 + sum(range(100, 140)))
    assert new.start_register[0] == 7 + sum(range(100, 140))
    assert (old.revision[0], new.revision[0]) == (0, 1)


def test_every_delivery_is_as_wide_as_the_longest_day() -> None:
    assert all(happened(fault).values.shape[1] == WIDTH for fault in (Fault.UNIT, Fault.PARTIAL, Fault.CORRECTION))
