"""Messages that must be rejected, each with the reason; as data, so that a new case is one entry."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
from deliveries import DAY, IMPORT, MIDNIGHT, POINT, SUBSTATION, bundle, transformer_message

from gridlake.catalog.messages import METER_READING
from gridlake.catalog.reasons import Reason
from headend import poison
from headend.bundle import Bundles
from headend.fleet import GridReadings
from headend.meter import MeterReadings
from headend.substation import TransformerReadings


@dataclass(frozen=True)
class Case:
    name: str
    value: bytes | None
    reason: Reason
    key: bytes | str | None = POINT


def _varint(number: int) -> bytes:
    zigzag = number << 1
    out = bytearray()
    while zigzag > 0x7F:
        out.append(zigzag & 0x7F | 0x80)
        zigzag >>= 7
    return bytes([*out, zigzag])


_GOOD = bundle()
_UP_TO_VALUES = (
    METER_READING.header
    + _varint(len(POINT))
    + POINT.encode()
    + _varint(9)
    + b"1-0:1.8.0"
    + _varint((DAY - date(1970, 1, 1)).days)
    + _varint(int(MIDNIGHT.timestamp() * 1000))
    + _varint(15)
)

_BY_HAND: Sequence[Case] = (
    Case("tombstone", None, Reason.TOMBSTONE),
    Case("oversize", _GOOD + b"\0" * 65_536, Reason.OVERSIZE),
    Case("empty", b"", Reason.BAD_HEADER),
    Case("header cut short", _GOOD[:9], Reason.BAD_HEADER),
    Case("random bytes", bytes(range(7, 207)), Reason.BAD_HEADER),
    Case("JSON", b'{"metering_point_id": "DE-QN0000100010001"}', Reason.BAD_HEADER),
    Case("unknown fingerprint", b"\xc3\x01" + b"\x01" * 8 + _GOOD[10:], Reason.UNKNOWN_FINGERPRINT),
    Case("foreign schema", transformer_message(), Reason.UNKNOWN_FINGERPRINT, key=SUBSTATION),
    Case("header alone", _GOOD[:10], Reason.DECODE_FAILED),
    Case("truncated", _GOOD[:60], Reason.DECODE_FAILED),
    Case("last byte missing", _GOOD[:-1], Reason.DECODE_FAILED),
    Case("random body", _GOOD[:10] + bytes(range(200, 255)), Reason.DECODE_FAILED),
    Case("absurd array length", _UP_TO_VALUES + _varint(2**31 - 9), Reason.DECODE_FAILED),
    Case("absurd array length beyond int", _UP_TO_VALUES + _varint(2**61), Reason.DECODE_FAILED),
    Case("absurd string length", METER_READING.header + _varint(1_500_000_000) + b"DE", Reason.DECODE_FAILED),
    Case("time beyond microseconds", bundle(interval_start_utc=2**62), Reason.DECODE_FAILED),
    Case("trailing junk", _GOOD + b"x", Reason.TRAILING_BYTES),
    Case("two records", _GOOD + _GOOD[10:], Reason.TRAILING_BYTES),
    Case("key of another meter", _GOOD, Reason.KEY_MISMATCH, key="DE-QN0000100010002"),
    Case("no key", _GOOD, Reason.KEY_MISMATCH, key=None),
    Case("day before meters", bundle(local_day=-(2**31)), Reason.OUT_OF_RANGE),
    Case("year 2100", bundle(local_day=date(2100, 1, 1)), Reason.OUT_OF_RANGE),
    Case("sent in the year 1", bundle(sent_at=-62_135_596_800_000), Reason.OUT_OF_RANGE),
    Case("energy that overflows a sum", bundle(values=[2**62] * 96, end_register=0), Reason.OUT_OF_RANGE),
    Case("energy below every number", bundle(values=[-(2**63)] * 96, end_register=0), Reason.OUT_OF_RANGE),
    Case("register beyond digits", bundle(end_register=2**63 - 1), Reason.OUT_OF_RANGE),
    Case("negative register", bundle(start_register=-1), Reason.OUT_OF_RANGE),
    Case("negative sequence", bundle(sequence=-1), Reason.OUT_OF_RANGE),
    Case("empty id", bundle(metering_point_id=""), Reason.OUT_OF_RANGE, key=""),
    Case("endless id", bundle(metering_point_id="D" * 65), Reason.OUT_OF_RANGE, key="D" * 65),
    Case("head-end not UTF-8", _GOOD.replace(b"he-1", b"he-\xff"), Reason.OUT_OF_RANGE),
    Case("withdrawal", bundle(message_kind="WITHDRAWAL"), Reason.UNSUPPORTED_KIND),
    Case("hourly values", bundle(interval_minutes=60), Reason.WRONG_RESOLUTION),
    Case("starts at UTC midnight", bundle(interval_start_utc=MIDNIGHT + timedelta(hours=1)), Reason.NOT_ALIGNED),
    Case(
        "starts a millisecond late", bundle(interval_start_utc=MIDNIGHT + timedelta(milliseconds=1)), Reason.NOT_ALIGNED
    ),
    Case("97 values", bundle(values=[10] * 97), Reason.WRONG_INTERVAL_COUNT),
    Case("95 values", bundle(values=[10] * 95), Reason.WRONG_INTERVAL_COUNT),
    Case("no values", bundle(values=[]), Reason.WRONG_INTERVAL_COUNT),
    Case(
        "96 values on the short day of spring",
        bundle(local_day=date(2016, 3, 27), interval_start_utc=datetime(2016, 3, 26, 23, tzinfo=UTC)),
        Reason.WRONG_INTERVAL_COUNT,
    ),
    Case(
        "96 values on the long day of autumn",
        bundle(local_day=date(2016, 10, 30), interval_start_utc=datetime(2016, 10, 29, 22, tzinfo=UTC)),
        Reason.WRONG_INTERVAL_COUNT,
    ),
    Case("a status too few", bundle(status=[0] * 95), Reason.STATUS_COUNT),
    Case(
        "unknown meter",
        bundle(metering_point_id="DE-QN9999999999999"),
        Reason.UNKNOWN_METERING_POINT,
        "DE-QN9999999999999",
    ),
    Case("unknown register", bundle(register="1-0:2.8.0"), Reason.UNKNOWN_REGISTER),
    Case("negative value", bundle(values=[-1, 11] + [10] * 94), Reason.NEGATIVE_VALUE),
    Case("three Wh more than the registers", bundle(end_register=5_957), Reason.SUM_CHECK),
    Case("three Wh less than the registers", bundle(end_register=5_963), Reason.SUM_CHECK),
    Case("register runs backwards", bundle(start_register=5_960, end_register=5_000), Reason.SUM_CHECK),
)

# The same good day for the head-end, which spoils it in the ways that it injects.
_GOOD_DAY = Bundles(
    head_end="he-1",
    metering_point_ids=[POINT],
    registers=[IMPORT],
    local_day=np.array([(DAY - date(1970, 1, 1)).days]),
    interval_start=np.array([int(MIDNIGHT.timestamp())]),
    values=np.full((1, 96), 10),
    status=np.zeros((1, 96), dtype=np.int64),
    start_register=np.array([5_000]),
    end_register=np.array([5_960]),
    kind=np.array([0]),
    sequence=np.array([1]),
    sent_at=np.array([int((MIDNIGHT + timedelta(hours=25)).timestamp())]),
)


def _injected(name: str, reason: str, spoilt: poison.Spoilt) -> Case:
    key, value = spoilt
    return Case(f"head-end: {name}", value, Reason(reason), key)


BUNDLES: Sequence[Case] = (
    *_BY_HAND,
    *(
        _injected(f"{way.fault}, {way.detail}, {share}", way.reason, way.make(_GOOD_DAY, share))
        for way in poison.BUNDLES
        for share in (0.0, 0.999)
    ),
)

GOOD_BUNDLES: Sequence[tuple[str, bytes]] = (
    ("plain", _GOOD),
    ("two Wh off", bundle(end_register=5_962)),
    ("a thousandth off", bundle(values=[100_000] * 96, end_register=5_000 + 9_600_000 + 9_609)),
    ("gaps are not summed", bundle(values=[None] * 4 + [10] * 92, end_register=9_999)),
    ("nothing said at all", bundle(values=[None] * 96)),
    (
        "92 values on the short day of spring",
        bundle(values=[10] * 92, local_day=date(2016, 3, 27), interval_start_utc=datetime(2016, 3, 26, 23, tzinfo=UTC)),
    ),
    (
        "100 values on the long day of autumn",
        bundle(
            values=[10] * 100, local_day=date(2016, 10, 30), interval_start_utc=datetime(2016, 10, 29, 22, tzinfo=UTC)
        ),
    ),
    ("correction", bundle(message_kind="CORRECTION")),
)

_NOTHING = np.zeros((0, 1), dtype=np.int64)
_GOOD_INTERVAL = GridReadings(
    substation_id=SUBSTATION,
    head_end="he-1",
    keys=[],
    metering_point_ids=[],
    registers=[],
    meters=MeterReadings(_NOTHING, _NOTHING, _NOTHING, _NOTHING),
    collected_at=_NOTHING.astype(float),
    transformer=TransformerReadings(
        interval_start=np.array([int(MIDNIGHT.timestamp())]),
        import_wh=np.array([40_000]),
        export_wh=np.array([0]),
        reactive_varh=np.array([-500]),
        phase_volts=np.array([[231.5, 230.0, 229.0]]),
        oil_celsius=np.array([40.0]),
    ),
)

TRANSFORMER_MESSAGES: Sequence[Case] = (
    *(
        _injected(f"{way.fault}, {way.detail}, {share}", way.reason, way.make(_GOOD_INTERVAL, share))
        for way in poison.TRANSFORMERS
        for share in (0.0, 0.999)
    ),
    Case("tombstone", None, Reason.TOMBSTONE, SUBSTATION),
    Case("a day bundle", _GOOD, Reason.UNKNOWN_FINGERPRINT),
    Case("truncated", transformer_message()[:30], Reason.DECODE_FAILED, SUBSTATION),
    Case("trailing junk", transformer_message() + b"\0", Reason.TRAILING_BYTES, SUBSTATION),
    Case("key of another substation", transformer_message(), Reason.KEY_MISMATCH, "QN-00001-002"),
    Case("voltage is no number", transformer_message(voltage_l2=float("nan")), Reason.OUT_OF_RANGE, SUBSTATION),
    Case("oil is infinitely hot", transformer_message(oil_temperature=float("inf")), Reason.OUT_OF_RANGE, SUBSTATION),
    Case("more than the city", transformer_message(import_wh=10**9 + 1), Reason.OUT_OF_RANGE, SUBSTATION),
    Case("hourly", transformer_message(interval_minutes=60), Reason.WRONG_RESOLUTION, SUBSTATION),
    Case(
        "off the grid",
        transformer_message(interval_start_utc=MIDNIGHT + timedelta(minutes=5)),
        Reason.NOT_ALIGNED,
        SUBSTATION,
    ),
    Case("unknown substation", transformer_message(substation_id="QN-1"), Reason.UNKNOWN_SUBSTATION, "QN-1"),
    Case("negative import", transformer_message(import_wh=-1), Reason.NEGATIVE_VALUE, SUBSTATION),
)
