"""Avro's parsing canonical form and its CRC-64 fingerprint, as the Avro specification defines them."""

import json
from functools import cache
from typing import Any

_PRIMITIVES = {"null", "boolean", "int", "long", "float", "double", "bytes", "string"}
_EMPTY = 0xC15D213AA4D7A795


def fingerprint(schema: Any) -> int:
    """CRC-64-AVRO of the canonical form: what a single-object message carries in its header."""
    value = _EMPTY
    for byte in canonical_form(schema).encode():
        value = (value >> 8) ^ _table()[(value ^ byte) & 0xFF]
    return value


def canonical_form(schema: Any) -> str:
    """The schema without docs, defaults, aliases and logical types. For the fingerprint only: types are lost."""
    return json.dumps(_canonical(schema, namespace=""), separators=(",", ":"), ensure_ascii=False)


def _canonical(schema: Any, namespace: str) -> Any:
    if isinstance(schema, str):
        return schema if schema in _PRIMITIVES else _full_name(schema, namespace)
    if isinstance(schema, list):
        return [_canonical(branch, namespace) for branch in schema]
    kind = schema["type"]
    if isinstance(kind, dict | list) or (kind in _PRIMITIVES):
        return _canonical(kind, namespace)
    result: dict[str, Any] = {}
    if "name" in schema:
        result["name"] = _full_name(schema["name"], schema.get("namespace", namespace))
        namespace = result["name"].rpartition(".")[0]
    result["type"] = kind
    if kind in ("record", "error"):
        result["fields"] = [
            {"name": field["name"], "type": _canonical(field["type"], namespace)} for field in schema["fields"]
        ]
    for key in ("symbols", "size"):
        if key in schema:
            result[key] = schema[key]
    for key in ("items", "values"):
        if key in schema:
            result[key] = _canonical(schema[key], namespace)
    return result


def _full_name(name: str, namespace: str) -> str:
    return name if "." in name or not namespace else f"{namespace}.{name}"


@cache
def _table() -> tuple[int, ...]:
    entries = []
    for value in range(256):
        for _ in range(8):
            value = (value >> 1) ^ (_EMPTY if value & 1 else 0)
        entries.append(value)
    return tuple(entries)
