"""Markdown that is generated: what comes from data or code is text, and stays what it was."""

import re
from collections.abc import Iterable, Sequence

_SPECIAL = re.compile(r"([\\*_\[\]<>{}|])")


def text(value: object) -> str:
    """Plain words in one line; what stands in backticks stays code."""
    words = " ".join(str(value).split())
    outside = re.split(r"(`[^`]*`)", words)
    outside[::2] = [_SPECIAL.sub(r"\\\1", part) for part in outside[::2]]
    # A table reads its bars before its code.
    outside[1::2] = [part.replace("|", r"\|") for part in outside[1::2]]
    return "".join(outside)


def code(value: object) -> str:
    """One name or value as code; nothing is nothing, not a pair of backticks."""
    shown = " ".join(str(value).split()).replace("|", r"\|")
    if not shown:
        return ""
    return f"`` {shown} ``" if "`" in shown else f"`{shown}`"


def codes(values: Iterable[object]) -> str:
    """Names in a row."""
    return ", ".join(code(value) for value in values)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose cells are Markdown already."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def section(level: int, title: str, *parts: str) -> str:
    """A heading with what belongs to it, a blank line between parts."""
    return "\n".join([f"{'#' * level} {title}\n", *(f"{part.rstrip()}\n" for part in parts if part)])
