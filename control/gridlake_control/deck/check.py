"""What is wrong with a presentation, read back from its shapes: overflow, overlap, small letters, missing notes."""

from collections.abc import Iterator
from typing import Any

from pptx.enum.shapes import MSO_SHAPE_TYPE

from gridlake_control.deck import measure
from gridlake_control.deck.template import CODE_FONT, FONT, HEIGHT, LABEL, WIDTH

# A drawing's box may carry lines that are labels; everything else is read as body.
BODY = 18
HEAD = 16


def problems(deck: Any) -> Iterator[str]:
    """Everything that keeps the deck from being shown."""
    for number, slide in enumerate(deck.slides, 1):
        for problem in slide_problems(slide):
            yield f"slide {number}: {problem}"


def slide_problems(slide: Any) -> Iterator[str]:
    """What is wrong with one slide."""
    if not slide.shapes.title.text_frame.text.strip():
        yield "has no message in its title"
    if not slide.has_notes_slide or not slide.notes_slide.notes_text_frame.text.strip():
        yield "has no notes"
    shapes = list(_shapes(slide.shapes))
    for shape, least in shapes:
        yield from _outside(shape)
        yield from _texts(shape, least)
        yield from _described(shape)
    solid = [shape for shape, _ in shapes if not _is_line(shape) and shape.shape_type != MSO_SHAPE_TYPE.GROUP]
    for place, one in enumerate(solid):
        for other in solid[place + 1 :]:
            if _overlap(one, other):
                yield f"{one.name} and {other.name} overlap"


def _shapes(shapes: Any, least: int = BODY) -> Iterator[tuple[Any, int]]:
    for shape in shapes:
        yield shape, least
        if shape.shape_type == MSO_SHAPE_TYPE.GROUP:
            yield from _shapes(shape.shapes, LABEL)


def _is_line(shape: Any) -> bool:
    return bool(shape.shape_type == MSO_SHAPE_TYPE.LINE)


def _edges(shape: Any) -> tuple[float, float, float, float]:
    return (
        shape.left.pt,
        shape.top.pt,
        shape.left.pt + shape.width.pt,
        shape.top.pt + shape.height.pt,
    )


def _outside(shape: Any) -> Iterator[str]:
    left, top, right, bottom = _edges(shape)
    if left < 0 or top < 0 or right > WIDTH + 0.5 or bottom > HEIGHT + 0.5:
        yield f"{shape.name} leaves the slide"


def _overlap(one: Any, other: Any) -> bool:
    a, b = _edges(one), _edges(other)
    return min(a[2], b[2]) - max(a[0], b[0]) > 0.5 and min(a[3], b[3]) - max(a[1], b[1]) > 0.5


def _described(shape: Any) -> Iterator[str]:
    if shape.shape_type in (MSO_SHAPE_TYPE.GROUP, MSO_SHAPE_TYPE.TABLE, MSO_SHAPE_TYPE.CHART):
        properties = shape._element.xpath("./*/p:cNvPr")[0]
        if len(properties.get("descr", "")) < 10:
            yield f"{shape.name} has no text for people who cannot see it"


def _texts(shape: Any, least: int) -> Iterator[str]:
    if shape.has_text_frame:
        frame = shape.text_frame
        # The sentence above a chart is its label.
        least = LABEL if shape.name == "Caption" else least
        yield from _frame(shape.name, frame, shape.width.pt, shape.height.pt, least)
    if getattr(shape, "has_table", False) and shape.has_table:
        table = shape.table
        for number, row in enumerate(table.rows):
            for column, cell in zip(table.columns, row.cells, strict=True):
                least = BODY if number else HEAD
                yield from _frame(f"a cell of row {number}", cell.text_frame, column.width.pt, row.height.pt, least)


def _frame(name: str, frame: Any, width: float, height: float, least: int) -> Iterator[str]:
    room = width - frame.margin_left.pt - frame.margin_right.pt
    need = 0.0
    for paragraph in frame.paragraphs:
        runs = []
        for run in paragraph.runs:
            if run.font.size is None or run.font.name not in (FONT, CODE_FONT):
                yield f"{name}: {run.text!r} has no size or a font that Debian may lack"
                return
            if run.font.size.pt < least:
                yield f"{name}: {run.text!r} is smaller than {least} pt"
            raised = run.font._element.get("baseline") is not None
            runs.append(measure.Run(run.text, bool(run.font.bold), run.font.name == CODE_FONT, raised))
        if not runs:
            continue
        size = max(run.font.size.pt for run in paragraph.runs)
        indent = int(paragraph._p.pPr.get("marL", 0)) / 12700 if paragraph._p.pPr is not None else 0
        after = paragraph.space_after.pt if paragraph.space_after is not None else 0
        if measure.widest_word(runs, size) > room - indent:
            yield f"{name}: a word of {paragraph.text!r} is wider than its box"
        need += measure.height(runs, size, room - indent) + after
    if need > height - frame.margin_top.pt - frame.margin_bottom.pt + 0.5:
        yield f"{name}: {frame.text[:40]!r} overflows its box by {need - height:.0f} pt"
