"""A drawing as native shapes: boxes on a grid of named areas, arrows between neighbours."""

from typing import Any

from pptx.dml.color import RGBColor
from pptx.enum.shapes import MSO_CONNECTOR
from pptx.util import Pt

from gridlake_control.deck import measure
from gridlake_control.deck.slide import Box, Drawing, SlideError
from gridlake_control.deck.template import AMBER, BLUE, FAINT, GREY, INK, PALE, SAND, WHITE
from gridlake_control.deck.text import Area, Paragraph, box, height, plain

ACROSS, DOWN = 28, 20
SIZES = ((22, 18), (20, 16), (17, 14))  # of title and lines, the largest that fits every box
INSET = 6
KINDS: dict[str, tuple[RGBColor, RGBColor, bool]] = {
    "part": (PALE, BLUE, False),
    "store": (FAINT, GREY, False),
    "people": (SAND, AMBER, False),
    "planned": (WHITE, GREY, True),
}


def draw(shapes: Any, area: Area, of: Drawing) -> None:
    """Draw all as one group, which carries the text for people who cannot see it."""
    group = shapes.add_group_shape()
    group.name = "Drawing"
    group._element.nvGrpSpPr.cNvPr.set("descr", of.alt)
    places = {name: place(of, name, area) for name in of.boxes}
    written = _written(of, places)
    for name, part in of.boxes.items():
        _box(group.shapes, places[name], part, written[name])
    for start, end in of.arrows:
        _arrow(group.shapes, *line(places, start, end))


def place(of: Drawing, name: str, area: Area) -> Area:
    """Where a box stands: the cells of its area, which must be a rectangle."""
    rows = [number for number, line in enumerate(of.areas) if name in line]
    columns = [number for line in of.areas for number, cell in enumerate(line) if cell == name]
    first, last, left, right = min(rows), max(rows), min(columns), max(columns)
    if any(cell != name for line in of.areas[first : last + 1] for cell in line[left : right + 1]):
        raise SlideError(f"the area {name} is no rectangle")
    wide = (area[2] + ACROSS) / len(of.areas[0])
    high = (area[3] + DOWN) / len(of.areas)
    return (
        area[0] + left * wide,
        area[1] + first * high,
        (right - left + 1) * wide - ACROSS,
        (last - first + 1) * high - DOWN,
    )


def line(places: dict[str, Area], start: str, end: str) -> tuple[float, float, float, float]:
    """From one box straight to another beside, above or below it."""
    if start not in places or end not in places:
        raise SlideError(f"an arrow leads from {start} to {end}, and the drawing has {sorted(places)}")
    one, other = places[start], places[end]
    for axis in (0, 1):
        across = 1 - axis
        low = max(one[across], other[across])
        high = min(one[across] + one[across + 2], other[across] + other[across + 2])
        if low >= high:
            continue
        middle = (low + high) / 2
        if one[axis] < other[axis]:
            begin, finish = one[axis] + one[axis + 2], other[axis]
        else:
            begin, finish = one[axis], other[axis] + other[axis + 2]
        return (begin, middle, finish, middle) if axis == 0 else (middle, begin, middle, finish)
    raise SlideError(f"no straight arrow leads from {start} to {end}")


def _written(of: Drawing, places: dict[str, Area]) -> dict[str, list[Paragraph]]:
    """What stands in each box, in one size for all."""
    for title, line_size in SIZES:
        written = {
            name: [
                Paragraph(part.title, title, bold=True, centred=True, after=3 if part.lines else 0),
                *(Paragraph(text, line_size, centred=True, after=1) for text in part.lines),
            ]
            for name, part in of.boxes.items()
        }
        full = [name for name, paragraphs in written.items() if not _fits(paragraphs, places[name])]
        if not full:
            return written
    raise SlideError(f"the texts of the boxes {full} do not fit; say less")


def _fits(paragraphs: list[Paragraph], where: Area) -> bool:
    room = where[2] - 2 * INSET
    words = [measure.widest_word(measure.runs(one.text, bold=one.bold), one.size) for one in paragraphs]
    return max(words) <= room and height(paragraphs, room) <= where[3] - 2 * INSET


def _box(shapes: Any, where: Area, part: Box, written: list[Paragraph]) -> None:
    if part.kind not in KINDS:
        raise SlideError(f"{part.title} is of the kind {part.kind!r}; known are {', '.join(KINDS)}")
    fill, edge, dashed = KINDS[part.kind]
    box(shapes, where, written, fill=fill, line=edge, dashed=dashed, middle=True, inset=INSET)


def _arrow(shapes: Any, *ends: float) -> None:
    connector = shapes.add_connector(MSO_CONNECTOR.STRAIGHT, *(Pt(value) for value in ends))
    plain(connector)
    connector.line.color.rgb, connector.line.width = INK, Pt(2)
    edge = connector.line._get_or_add_ln()
    edge.append(edge.makeelement(f"{{{edge.nsmap['a']}}}tailEnd", {"type": "triangle", "w": "med", "len": "med"}))
