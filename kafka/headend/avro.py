"""Avro binary encoding of many records at once.

A record is laid out as columns of bytes with a mask that tells which bytes exist; numpy then writes all records of a
batch in a few passes. That is some hundred times faster than a record-by-record encoder, and the tests hold it to
fastavro byte by byte.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import fastavro
import numpy as np
import numpy.typing as npt

from headend.streams import Flags, Floats, Ints

Bytes = npt.NDArray[np.uint8]
Column = tuple[Bytes, Flags]
"""Bytes [record, width] and which of them are written."""

SCHEMA_FOLDER = Path(__file__).parent.parent / "schemas"
NULL = np.iinfo(np.int64).min
"""Stands for Avro null in arrays of optional numbers."""

_SINGLE_OBJECT = b"\xc3\x01"
_END = b"\x00"  # the block of no items that ends an array, and all of an empty one


@cache
def header(schema_name: str) -> bytes:
    """The ten bytes before every record: marker and CRC-64-AVRO fingerprint of the schema's parsing canonical form."""
    schema = json.loads((SCHEMA_FOLDER / f"{schema_name}.avsc").read_text(encoding="utf-8"))
    canonical = fastavro.schema.to_parsing_canonical_form(schema)
    return _SINGLE_OBJECT + bytes.fromhex(fastavro.schema.fingerprint(canonical, "CRC-64-AVRO"))


def constant(content: bytes, records: int) -> Column:
    """The same bytes in every record."""
    return _whole(np.broadcast_to(np.frombuffer(content, dtype=np.uint8), (records, len(content))))


def strings(texts: Sequence[str]) -> Column:
    """Avro strings of equal length, one per record."""
    encoded = [text.encode() for text in texts]
    length = len(encoded[0])
    if any(len(text) != length for text in encoded):
        raise ValueError(f"strings of one column must have equal length; the first has {length} bytes")
    body = np.frombuffer(b"".join(encoded), dtype=np.uint8).reshape(len(texts), length)
    prefix, mask = longs(np.full(len(texts), length))
    return np.hstack([prefix, body]), np.hstack([mask, np.ones_like(body, dtype=np.bool_)])


def longs(values: Ints) -> Column:
    """Avro int or long, one per record."""
    written, mask = _varints(values)
    return written.reshape(len(values), -1), mask.reshape(len(values), -1)


def doubles(values: Floats) -> Column:
    """Avro double, one per record."""
    return _whole(np.ascontiguousarray(values, dtype="<f8").view(np.uint8).reshape(len(values), 8))


def optional_longs(values: Ints) -> Column:
    """Avro array of ["null", "long"] per record [record, item]; the value NULL is written as null."""
    if not values.shape[1]:
        return constant(_END, len(values))
    known = values != NULL
    numbers, mask = _varints(np.where(known, values, 0))
    branch = np.where(known, np.uint8(2), np.uint8(0))[..., None]
    items = np.concatenate([branch, numbers], axis=2)
    exists = np.concatenate([np.ones_like(branch, dtype=np.bool_), mask & known[..., None]], axis=2)
    return _array(items.reshape(len(values), -1), exists.reshape(len(values), -1), values.shape[1])


def long_arrays(values: Ints) -> Column:
    """Avro array of int or long per record [record, item]."""
    if not values.shape[1]:
        return constant(_END, len(values))
    numbers, mask = _varints(values)
    return _array(numbers.reshape(len(values), -1), mask.reshape(len(values), -1), values.shape[1])


def zeros(records: int, items: int) -> Column:
    """Avro array of numbers that are all 0."""
    body, mask = _whole(np.zeros((records, items), dtype=np.uint8))
    return _array(body, mask, items)


def records(columns: Sequence[Column]) -> list[bytes]:
    """Write the columns side by side, one bytes object per record."""
    mask = np.hstack([exists for _, exists in columns])
    written = np.hstack([content for content, _ in columns])[mask].tobytes()
    ends = np.cumsum(mask.sum(axis=1)).tolist()
    return [written[begin:end] for begin, end in zip([0, *ends[:-1]], ends, strict=True)]


def _array(body: Bytes, mask: Flags, items: int) -> Column:
    """One block with its count, then the empty block that ends an array."""
    count, count_mask = longs(np.full(len(body), items))
    end, end_mask = constant(_END, len(body))
    return np.hstack([count, body, end]), np.hstack([count_mask, mask, end_mask])


def _varints(values: Ints) -> Column:
    """Zigzag base-128 numbers along a new last axis, as wide as the largest needs."""
    zigzag = ((values << 1) ^ (values >> 63)).astype(np.uint64)
    width = max(1, -(-int(zigzag.max()).bit_length() // 7))
    written = np.empty((*values.shape, width), dtype=np.uint8)
    mask = np.empty(written.shape, dtype=np.bool_)
    mask[..., 0] = True
    for position in range(width):
        rest = zigzag >> np.uint64(7)
        more = rest != 0
        written[..., position] = (zigzag & np.uint64(0x7F)) | (more.astype(np.uint64) << np.uint64(7))
        if position + 1 < width:
            mask[..., position + 1] = more
        zigzag = rest
    return written, mask


def _whole(content: Bytes) -> Column:
    return content, np.ones(content.shape, dtype=np.bool_)
