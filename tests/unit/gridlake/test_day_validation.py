"""Each validation rule with a day that breaks it, one that does not, and both sides of its boundary."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from deliveries import DAY, IMPORT, KAFKA_TIME, MIDNIGHT
from pyspark.sql import SparkSession

from gridlake.catalog.curated import READING_VERSION
from gridlake.catalog.findings import EFFECT_OF, Finding
from gridlake.catalog.obis import EXPORT
from gridlake.transforms.day_validation import with_findings

pytestmark = pytest.mark.spark

ONE_DAY = timedelta(days=1)
CUT_OFF = KAFKA_TIME
Values = list[int | None]


@dataclass(frozen=True)
class Past:
    """A day before DAY: its energy and the register at its end."""

    days_ago: int
    wh: int | None
    end: int = 100_000


@dataclass(frozen=True)
class Case:
    """A day of a household with 30 kW, registers of which give its readings; `findings` is what it shows."""

    name: str
    findings: Sequence[Finding] = ()
    values: Values = field(default_factory=lambda: [100 + place % 7 for place in range(96)])
    start: int = 100_000
    end: int | None = None
    day: date = DAY
    register: str = IMPORT
    status: int = 0
    pv_kwp: float | None = None
    valid_from: date = date(2016, 1, 1)
    recorded_at: datetime = KAFKA_TIME - ONE_DAY
    past: Sequence[Past] = ()
    outage: tuple[int, int] | None = None
    """First interval and the one after the last."""


def peak(*highest: int) -> Values:
    return [*highest, *[60 + place % 7 for place in range(96 - len(highest))]]


def days(energies: Mapping[int, int | None]) -> tuple[Past, ...]:
    return tuple(Past(ago, wh) for ago, wh in energies.items())


IDLE: Values = [0] * 96
# 2016-01-02 is a Saturday; so are these.
SATURDAYS = days({7: 10_000, 14: 10_000, 21: 10_000})
CASES: Sequence[Case] = (
    Case("nothing wrong"),
    Case("a day before the connection", [Finding.INACTIVE_METERING_POINT], valid_from=DAY + ONE_DAY),
    Case("the first day of the connection", valid_from=DAY),
    Case("more than the fuses carry", [Finding.UNIT_MULTIPLIER], peak(20_000, 20_000, 20_000)),
    Case("half as much again as contracted", [], peak(11_250, 11_250, 11_250)),
    Case("a Wh more than that", [Finding.UNIT_MULTIPLIER], peak(11_251, 11_251, 11_251)),
    Case("a plant beyond its rating", [Finding.UNIT_MULTIPLIER], peak(1_900, 1_900, 1_900), register=EXPORT, pv_kwp=5),
    Case("a plant within its rating", [], peak(1_800, 1_800, 1_800), register=EXPORT, pv_kwp=5),
    Case("registers twenty times the last", [Finding.UNIT_MULTIPLIER], start=40_000_000, past=[Past(1, 1, 2_000_000)]),
    Case("registers five times the last", [], start=10_000_000, past=[Past(1, 1, 2_000_000)]),
    Case("a Wh more than five times", [Finding.UNIT_MULTIPLIER], start=10_000_001, past=[Past(1, 1, 2_000_000)]),
    Case("a week of use from next to nothing", [], start=7_560_000, past=[Past(8, 1, 1)]),
    Case("register starts again at zero", [Finding.REGISTER_DECREASE], start=800_000_000, end=5_000),
    Case("from the last tenth of the digits into the first", [Finding.SUM_CHECK], start=900_000_000, end=99_999_999),
    Case("from a Wh before the last", [Finding.REGISTER_DECREASE], start=899_999_999, end=99_999_999),
    Case("to a Wh beyond the first", [Finding.REGISTER_DECREASE], start=900_000_000, end=100_000_000),
    Case("register passes its last digit", [], start=10**9 - 5_000, end=9_883 - 5_000),
    Case("register goes on from its last digit", [], start=10**9 - 9_883 - 1, end=10**9 - 1),
    Case("rolls over a thousandth too far", [], start=10**9 - 5_000, end=9_883 - 5_000 + 9),
    Case("rolls over too far", [Finding.SUM_CHECK], start=10**9 - 5_000, end=9_883 - 5_000 + 10),
    Case("readings that the register did not count", [Finding.SUM_CHECK], end=105_000),
    Case("two Wh off", [], [1] * 96, end=100_098),
    Case("three Wh off", [Finding.SUM_CHECK], [1] * 96, end=100_099),
    Case("gaps are not summed", [], [None, *[70 + place % 7 for place in range(95)]], end=200_000),
    Case("a spike", [Finding.SPIKE], peak(5_000, 900)),
    Case("a kettle", [], peak(900)),
    Case("two high intervals", [], peak(5_000, 5_000, 4_000)),
    Case("180 % above the third highest", [], peak(2_800, 1_000, 1_000)),
    Case("a Wh more than 180 %", [Finding.SPIKE], peak(2_801, 1_000, 1_000)),
    Case("a usual Saturday", [], past=SATURDAYS),
    Case(
        "a tenth of the usual",
        [],
        [10 + place % 2 for place in range(96)],
        end=101_008,
        past=days({7: 10_080, 14: 10_080, 21: 10_080}),
    ),
    Case(
        "less than a tenth",
        [Finding.UNUSUAL_DAY],
        [10 + place % 2 for place in range(96)],
        past=days({7: 10_090, 14: 10_090, 21: 10_090}),
    ),
    Case("five times the usual", [], past=days({7: 1_977, 14: 1_977, 21: 1_977})),
    Case("more than five times", [Finding.UNUSUAL_DAY], past=days({7: 1_976, 14: 1_976, 21: 1_976})),
    Case("two Saturdays are no habit", [], past=days({7: 100, 14: 100, 1: 100})),
    Case("the sun shines", [], register=EXPORT, pv_kwp=5, past=days({7: 100, 14: 100, 21: 100})),
    Case("a week without use", [Finding.ZERO_RUN], IDLE, past=days({8: 50} | dict.fromkeys(range(1, 7), 0))),
    Case("six days without use", [], IDLE, past=days({8: 50, 6: 50} | dict.fromkeys(range(1, 6), 0))),
    Case("never used", [], IDLE, past=days(dict.fromkeys(range(1, 9), 0))),
    Case("a week with a day unknown", [], IDLE, past=days({8: 50, 7: 0} | dict.fromkeys((1, 2, 3, 5, 6), 0))),
    Case("used today", [], past=days({8: 50} | dict.fromkeys(range(1, 7), 0))),
    Case("the same value eight times", [Finding.FLAT_RUN], [*[100 + place % 2 for place in range(88)], *[77] * 8]),
    Case("seven times", [], [*[100 + place % 2 for place in range(89)], *[77] * 7]),
    Case("all day", [Finding.FLAT_RUN], [51] * 96),
    Case("standby all day", [], [50] * 96),
    Case("broken by a gap", [], [*[77] * 7, None, *[77] * 7, *[100 + place % 2 for place in range(81)]], end=150_000),
    Case("fed in without a plant", [Finding.REVERSE_ENERGY], register=EXPORT),
    Case("nothing fed in without a plant", [], IDLE, register=EXPORT),
    Case("clock not set", [Finding.CLOCK], status=2),
    Case("another status", [], status=1),
    Case(
        "zeros in an outage",
        [Finding.OUTAGE_ZERO],
        [*IDLE[:8], *[90 + place % 7 for place in range(88)]],
        outage=(0, 8),
    ),
    Case("use in an outage", [], outage=(0, 8)),
    Case("an outage shorter than the interval", [], [*[90 + place % 7 for place in range(95)], 0], outage=(95, 95)),
    Case(
        "an outage explains a day",
        [Finding.OUTAGE_ZERO],
        IDLE,
        past=days({8: 50} | dict.fromkeys(range(1, 7), 0)) + SATURDAYS[1:],
        outage=(0, 96),
    ),
    Case("at the cut-off", [Finding.AFTER_CUT_OFF], recorded_at=CUT_OFF),
    Case("just before the cut-off", [], recorded_at=CUT_OFF - timedelta(microseconds=1)),
    Case("no settlement yet", [], day=DAY + ONE_DAY, recorded_at=CUT_OFF + ONE_DAY),
)


def version(case: Case, version_id: str | None = None, sequence: int = 1) -> tuple[Any, ...]:
    total = sum(value or 0 for value in case.values)
    made = {
        "version_id": version_id or case.name,
        "metering_point_id": case.name,
        "register": case.register,
        "local_day": case.day,
        "interval_start_utc": MIDNIGHT + (case.day - DAY),
        "values": case.values,
        "quality": [case.status] * 96,
        "start_register": case.start,
        "end_register": case.start + total if case.end is None else case.end,
        "message_kind": "READING",
        "head_end": "he-1",
        "sequence": sequence,
        "sent_at": case.recorded_at,
        "recorded_at": case.recorded_at,
        "topic": "t",
        "partition": 0,
        "offset": 0,
    }
    return tuple(made[name] for name in READING_VERSION.column_names)


@pytest.fixture(scope="module")
def found(spark: SparkSession) -> dict[str, list[str]]:
    rival, equal = Case("rivals"), Case("another sequence")
    versions = [
        *(version(case) for case in CASES),
        *(version(rival, f"rivals {name}") for name in ("a", "b")),
        *(version(equal, f"another sequence {number}", number) for number in (1, 2)),
    ]
    every = (*CASES, rival, equal)
    columns = ", ".join(f"`{column.name}` {column.type}" for column in READING_VERSION.columns)
    earlier = [
        (case.name, case.register, case.day - ONE_DAY * past.days_ago, [past.wh, 0], past.end)
        for case in CASES
        for past in case.past
    ]
    points = [(case.name, 30, case.pv_kwp and float(case.pv_kwp), case.valid_from) for case in every]
    quarter = timedelta(minutes=15)
    outages = [
        (case.name, MIDNIGHT + quarter * case.outage[0], MIDNIGHT + quarter * case.outage[1])
        for case in CASES
        if case.outage
    ]
    judged = with_findings(
        spark.createDataFrame(versions, columns),
        spark.createDataFrame(
            earlier,
            "metering_point_id string, register string, local_day date, `values` array<bigint>, end_register bigint",
        ),
        spark.createDataFrame(points, "metering_point_id string, contract_kw int, pv_kwp double, valid_from date"),
        spark.createDataFrame(outages, "metering_point_id string, begins timestamp, ends timestamp"),
        spark.createDataFrame([(DAY, CUT_OFF)], "local_day date, cut_off timestamp"),
        holidays=[date(2016, 1, 1)],
    )
    return {row["version_id"]: row["findings"] for row in judged.select("version_id", "findings").collect()}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_day_shows_what_it_breaks_and_nothing_else(found: dict[str, list[str]], case: Case) -> None:
    assert found[case.name] == [finding.value for finding in case.findings]


def test_versions_of_one_sequence_that_differ_are_in_conflict(found: dict[str, list[str]]) -> None:
    assert found["rivals a"] == found["rivals b"] == ["CONFLICT"]
    assert found["another sequence 1"] == found["another sequence 2"] == []


def test_every_finding_has_a_day_that_shows_it_and_an_effect() -> None:
    assert {finding for case in CASES for finding in case.findings} | {Finding.CONFLICT} == set(Finding)
    assert EFFECT_OF.keys() == set(Finding)
