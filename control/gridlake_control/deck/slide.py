"""What a slide says: parsed strictly from its rendered source, before anything is drawn."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from gridlake_control.errors import ControlError


class SlideError(ControlError):
    """A slide says what cannot be shown."""


@dataclass(frozen=True)
class Card:
    """One figure, large, and what it is."""

    figure: str
    text: str


@dataclass(frozen=True)
class Table:
    """A head and rows of as many cells."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Bar:
    """One bar of a chart; a figure that failed has a label and no value."""

    label: str
    value: float | None
    shown: str


@dataclass(frozen=True)
class Chart:
    """Bars of one unit, with the sentence that says which."""

    caption: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Open:
    """What stands where a chart will stand once its result exists."""

    question: str
    measured: tuple[str, ...]
    state: str


@dataclass(frozen=True)
class Box:
    """A part of a drawing; its area has its name."""

    title: str
    lines: tuple[str, ...]
    kind: str


@dataclass(frozen=True)
class Drawing:
    """Boxes on named areas, like a grid of a style sheet, and arrows between neighbours."""

    areas: tuple[tuple[str, ...], ...]
    boxes: Mapping[str, Box]
    arrows: tuple[tuple[str, str], ...]
    alt: str


@dataclass(frozen=True)
class Slide:
    """One message."""

    name: str
    title: str
    notes: str
    subtitle: str = ""
    points: tuple[str, ...] = ()
    cards: tuple[Card, ...] = ()
    table: Table | None = None
    chart: Chart | None = None
    open: Open | None = None
    drawing: Drawing | None = None
    takeaway: str = ""

    @classmethod
    def parse(cls, name: str, source: str) -> "Slide":
        """Read a rendered source; unknown and missing keys are errors."""
        try:
            document = yaml.safe_load(source)
            return cls._of(name, document)
        except (yaml.YAMLError, KeyError, TypeError, AttributeError, ValueError) as error:
            raise SlideError(f"docs/deck/{name} is no slide: {error!r}") from error

    @classmethod
    def _of(cls, name: str, document: Mapping[str, Any]) -> "Slide":
        shaped: Mapping[str, Callable[[Any], Any]] = {
            "points": _texts,
            "cards": _cards,
            "table": _table,
            "chart": _chart,
            "open": _open,
            "drawing": _drawing,
        }
        values: dict[str, Any] = {}
        for key, value in document.items():
            read: Callable[[Any], Any] = shaped.get(key, _text)
            values[key] = read(value)
        return cls(name=name, **values)


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise SlideError(f"{value!r} is no text; quote it")
    return value.strip()


def _texts(values: Any) -> tuple[str, ...]:
    return tuple(_text(value) for value in values)


def _cards(cards: Any) -> tuple[Card, ...]:
    return tuple(Card(_text(card["figure"]), _text(card["text"])) for card in cards)


def _chart(chart: Any) -> Chart:
    return Chart(_text(chart["caption"]), tuple(Bar(**bar) for bar in chart["bars"]))


def _open(panel: Any) -> Open:
    return Open(_text(panel["question"]), _texts(panel["measured"]), _text(panel["state"]))


def _table(table: Any) -> Table:
    head, rows = _texts(table["head"]), tuple(_texts(row) for row in table["rows"])
    if uneven := [row[0] for row in rows if len(row) != len(head)]:
        raise SlideError(f"rows {uneven} have not {len(head)} cells")
    return Table(head, rows)


def _drawing(drawing: Any) -> Drawing:
    areas = tuple(tuple(line.split()) for line in drawing["areas"].splitlines())
    boxes = {
        name: Box(_text(box["title"]), _texts(box.get("lines", ())), box.get("kind", "part"))
        for name, box in drawing["boxes"].items()
    }
    named = {name for line in areas for name in line} - {"."}
    if named != boxes.keys() or len({len(line) for line in areas}) != 1:
        raise SlideError(f"areas name {sorted(named)} in lines of one length, boxes are {sorted(boxes)}")
    arrows = tuple(tuple(arrow.split(" -> ")) for arrow in drawing["arrows"])
    return Drawing(areas, boxes, tuple((start, end) for start, end in arrows), _text(drawing["alt"]))
