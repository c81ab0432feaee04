"""Messages that a pipeline must reject, made from a good one, each with the reason.

The reasons are names of the contract (`gridlake.catalog.reasons`); tests of that package judge every message made here.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from headend import avro, bundle, transformer
from headend.bundle import Bundles
from headend.faults import Fault
from headend.fleet import GridReadings
from headend.streams import Ints

Spoilt = tuple[bytes | None, bytes | None]
"""Key and payload."""

OVERSIZE_BYTES = 65_537
"""Longer than a pipeline has to read: a day bundle needs 4 KiB at most."""

_YEAR_2100 = 47_482  # days since 1970
_BODY = 10  # behind the header
_UNREADABLE = b"\xff" * 40  # a number that never ends
_ABSURD_COUNTS = (2**31 - 9, 2**61)
_ABSURD_TEXT = 1_500_000_000


@dataclass(frozen=True)
class Poison:
    """One way to spoil a message; the maker gets a good one and a number from 0 to 1."""

    fault: Fault
    detail: str
    reason: str
    make: Callable[[Bundles, float], Spoilt]


@dataclass(frozen=True)
class TransformerPoison:
    """The same for a transformer's message; the readings hold one interval."""

    fault: Fault
    detail: str
    reason: str
    make: Callable[[GridReadings, float], Spoilt]


def key_of(good: Bundles) -> bytes:
    """The Kafka key of a single bundle."""
    return good.metering_point_ids[0].encode()


def _as_bytes(spoil: Callable[[bytes, float], bytes | None]) -> Callable[[Bundles, float], Spoilt]:
    """Under its own key, with other bytes."""
    return lambda good, share: (key_of(good), spoil(bundle.encode(good)[0], share))


def _saying(**changes: Callable[[Bundles], Any]) -> Callable[[Bundles, float], Spoilt]:
    """Another content, well encoded, under the key that belongs to it."""

    def make(good: Bundles, _share: float) -> Spoilt:
        said = replace(good, **{name: change(good) for name, change in changes.items()})
        return key_of(said), bundle.encode(said)[0]

    return make


def _keyed(key: Callable[[bytes], bytes | None]) -> Callable[[Bundles, float], Spoilt]:
    return lambda good, _share: (key(key_of(good)), bundle.encode(good)[0])


def _first_value(good: Bundles, value: int) -> Ints:
    values = good.values.copy()
    values[:, 0] = value
    return values


def _negative(good: Bundles) -> Ints:
    values = _first_value(good, -1)
    values[:, 1] += good.values[:, 0] + 1
    return values


def _more_than_counted(good: Bundles) -> Ints:
    energy = good.values.sum(axis=1)
    return np.asarray(good.start_register + energy + energy // 500 + 3, dtype=np.int64)


def _head_end_in_latin(good: Bundles, _share: float) -> Spoilt:
    text = good.head_end.encode()
    return key_of(good), bundle.encode(good)[0].replace(text, b"\xff" * len(text))


def _absurd_array(good: Bundles, count: int) -> bytes:
    """Up to the values, then a count and nothing."""
    empty = replace(good, values=good.values[:, :0], status=good.status[:, :0])
    whole, without = bundle.encode(good)[0], bundle.encode(empty)[0]
    begin = next(place for place, pair in enumerate(zip(whole, without, strict=False)) if pair[0] != pair[1])
    return whole[:begin] + _number(count)


def _number(value: int) -> bytes:
    return avro.records([avro.longs(np.array([value]))])[0]


BUNDLES: tuple[Poison, ...] = (
    Poison(Fault.MALFORMED, "tombstone", "TOMBSTONE", _as_bytes(lambda _good, _share: None)),
    Poison(Fault.MALFORMED, "empty", "BAD_HEADER", _as_bytes(lambda _good, _share: b"")),
    Poison(Fault.MALFORMED, "no header", "BAD_HEADER", _as_bytes(lambda good, _share: good[_BODY:])),
    Poison(
        Fault.MALFORMED,
        "JSON",
        "BAD_HEADER",
        lambda good, _share: (key_of(good), json.dumps({"metering_point_id": good.metering_point_ids[0]}).encode()),
    ),
    Poison(Fault.MALFORMED, "noise", "DECODE_FAILED", _as_bytes(lambda good, _share: good[:_BODY] + _UNREADABLE)),
    Poison(Fault.MALFORMED, "trailing junk", "TRAILING_BYTES", _as_bytes(lambda good, _share: good + b"x")),
    Poison(Fault.MALFORMED, "two records", "TRAILING_BYTES", _as_bytes(lambda good, _share: good + good[_BODY:])),
    Poison(Fault.MALFORMED, "no key", "KEY_MISMATCH", _keyed(lambda _key: None)),
    Poison(Fault.MALFORMED, "key of another meter", "KEY_MISMATCH", _keyed(lambda key: key[:-1] + b"X")),
    Poison(Fault.MALFORMED, "year 2100", "OUT_OF_RANGE", _saying(local_day=lambda _: np.array([_YEAR_2100]))),
    Poison(Fault.MALFORMED, "negative sequence", "OUT_OF_RANGE", _saying(sequence=lambda _: np.array([-1]))),
    Poison(Fault.MALFORMED, "negative register", "OUT_OF_RANGE", _saying(start_register=lambda _: np.array([-1]))),
    Poison(
        Fault.MALFORMED,
        "energy that overflows a sum",
        "OUT_OF_RANGE",
        _saying(values=lambda good: np.full_like(good.values, 2**62)),
    ),
    Poison(Fault.MALFORMED, "text not in UTF-8", "OUT_OF_RANGE", _head_end_in_latin),
    Poison(Fault.MALFORMED, "hourly values", "WRONG_RESOLUTION", _saying(interval_minutes=lambda _: 60)),
    Poison(
        Fault.MALFORMED,
        "starts an hour late",
        "NOT_ALIGNED",
        _saying(interval_start=lambda good: good.interval_start + 3600),
    ),
    Poison(
        Fault.MALFORMED,
        "a value too few",
        "WRONG_INTERVAL_COUNT",
        _saying(values=lambda good: good.values[:, :-1], status=lambda good: good.status[:, :-1]),
    ),
    Poison(
        Fault.MALFORMED,
        "a value too many",
        "WRONG_INTERVAL_COUNT",
        _saying(
            values=lambda good: np.pad(good.values, ((0, 0), (0, 1))),
            status=lambda good: np.pad(good.status, ((0, 0), (0, 1))),
        ),
    ),
    Poison(
        Fault.MALFORMED,
        "no values",
        "WRONG_INTERVAL_COUNT",
        _saying(values=lambda good: good.values[:, :0], status=lambda good: good.status[:, :0]),
    ),
    Poison(Fault.MALFORMED, "a status too few", "STATUS_COUNT", _saying(status=lambda good: good.status[:, :-1])),
    Poison(Fault.MALFORMED, "negative value", "NEGATIVE_VALUE", _saying(values=_negative)),
    Poison(Fault.MALFORMED, "less than the registers", "SUM_CHECK", _saying(end_register=_more_than_counted)),
    Poison(Fault.TRUNCATED, "in the header", "BAD_HEADER", _as_bytes(lambda good, share: good[: 1 + int(share * 9)])),
    Poison(Fault.TRUNCATED, "behind the header", "DECODE_FAILED", _as_bytes(lambda good, _share: good[:_BODY])),
    Poison(
        Fault.TRUNCATED,
        "in the body",
        "DECODE_FAILED",
        _as_bytes(lambda good, share: good[: _BODY + 1 + int(share * (len(good) - _BODY - 1))]),
    ),
    Poison(Fault.TRUNCATED, "before the last byte", "DECODE_FAILED", _as_bytes(lambda good, _share: good[:-1])),
    Poison(Fault.OVERLONG, "oversize", "OVERSIZE", _as_bytes(lambda good, _share: good.ljust(OVERSIZE_BYTES, b"\0"))),
    Poison(
        Fault.OVERLONG,
        "absurd array length",
        "DECODE_FAILED",
        lambda good, _share: (key_of(good), _absurd_array(good, _ABSURD_COUNTS[0])),
    ),
    Poison(
        Fault.OVERLONG,
        "array length beyond int",
        "DECODE_FAILED",
        lambda good, _share: (key_of(good), _absurd_array(good, _ABSURD_COUNTS[1])),
    ),
    Poison(
        Fault.OVERLONG,
        "absurd text length",
        "DECODE_FAILED",
        _as_bytes(lambda good, _share: good[:_BODY] + _number(_ABSURD_TEXT) + b"DE"),
    ),
    Poison(Fault.OVERLONG, "endless id", "OUT_OF_RANGE", _saying(metering_point_ids=lambda _: ["D" * 65])),
    Poison(
        Fault.FOREIGN,
        "unknown fingerprint",
        "UNKNOWN_FINGERPRINT",
        _as_bytes(lambda good, _share: good[:2] + b"\x01" * 8 + good[_BODY:]),
    ),
    Poison(
        Fault.FOREIGN,
        "schema of another topic",
        "UNKNOWN_FINGERPRINT",
        _as_bytes(lambda good, _share: avro.header(transformer.SCHEMA) + good[_BODY:]),
    ),
    Poison(
        Fault.UNKNOWN,
        "metering point",
        "UNKNOWN_METERING_POINT",
        # No world has a letter among its seven digits.
        _saying(
            metering_point_ids=lambda good: [good.metering_point_ids[0][:-4] + "X" + good.metering_point_ids[0][-3:]]
        ),
    ),
    # No meter of Quellbruck Netz counts reactive energy.
    Poison(Fault.UNKNOWN, "register", "UNKNOWN_REGISTER", _saying(registers=lambda _: ["1-0:3.8.0"])),
)


def _transformer_bytes(spoil: Callable[[bytes, float], bytes | None]) -> Callable[[GridReadings, float], Spoilt]:
    return lambda good, share: (good.substation_id.encode(), spoil(transformer.encode(good)[0], share))


def _transformer_saying(**changes: Callable[[Ints], Any]) -> Callable[[GridReadings, float], Spoilt]:
    def make(good: GridReadings, _share: float) -> Spoilt:
        meter = replace(
            good.transformer, **{name: change(getattr(good.transformer, name)) for name, change in changes.items()}
        )
        return good.substation_id.encode(), transformer.encode(replace(good, transformer=meter))[0]

    return make


def _unknown_substation(good: GridReadings, _share: float) -> Spoilt:
    unknown = good.substation_id[:-3] + "999"
    return unknown.encode(), transformer.encode(replace(good, substation_id=unknown))[0]


TRANSFORMERS: tuple[TransformerPoison, ...] = (
    TransformerPoison(Fault.MALFORMED, "tombstone", "TOMBSTONE", _transformer_bytes(lambda _good, _share: None)),
    TransformerPoison(Fault.MALFORMED, "empty", "BAD_HEADER", _transformer_bytes(lambda _good, _share: b"")),
    TransformerPoison(
        Fault.MALFORMED, "trailing junk", "TRAILING_BYTES", _transformer_bytes(lambda good, _share: good + b"\0")
    ),
    TransformerPoison(
        Fault.MALFORMED,
        "key of another substation",
        "KEY_MISMATCH",
        lambda good, _share: (good.substation_id[:-3].encode() + b"X", transformer.encode(good)[0]),
    ),
    TransformerPoison(
        Fault.MALFORMED,
        "oil is no number",
        "OUT_OF_RANGE",
        _transformer_saying(oil_celsius=lambda oil: np.full_like(oil, np.nan)),
    ),
    TransformerPoison(
        Fault.MALFORMED,
        "five minutes off the grid",
        "NOT_ALIGNED",
        _transformer_saying(interval_start=lambda start: start + 300),
    ),
    TransformerPoison(
        Fault.MALFORMED, "negative import", "NEGATIVE_VALUE", _transformer_saying(import_wh=lambda energy: -10 - energy)
    ),
    TransformerPoison(
        Fault.TRUNCATED,
        "in the body",
        "DECODE_FAILED",
        _transformer_bytes(lambda good, share: good[: _BODY + 1 + int(share * (len(good) - _BODY - 1))]),
    ),
    TransformerPoison(
        Fault.OVERLONG,
        "oversize",
        "OVERSIZE",
        _transformer_bytes(lambda good, _share: good.ljust(OVERSIZE_BYTES, b"\0")),
    ),
    TransformerPoison(
        Fault.FOREIGN,
        "schema of another topic",
        "UNKNOWN_FINGERPRINT",
        _transformer_bytes(lambda good, _share: avro.header(bundle.SCHEMA) + good[_BODY:]),
    ),
    TransformerPoison(Fault.UNKNOWN, "substation", "UNKNOWN_SUBSTATION", _unknown_substation),
)
