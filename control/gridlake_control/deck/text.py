"""Text in shapes: every run with its font and size said, every text measured against its box before it is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pptx.dml.color import RGBColor
from pptx.enum.dml import MSO_LINE
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE, PP_ALIGN
from pptx.util import Pt

from gridlake_control.deck import measure
from gridlake_control.deck.slide import SlideError
from gridlake_control.deck.template import CODE_FONT, FONT, INK

Area = tuple[float, float, float, float]
INSET = 8
BULLET_INDENT = 18


@dataclass(frozen=True)
class Paragraph:
    """One paragraph and how it looks."""

    text: str
    size: float
    bold: bool = False
    colour: RGBColor = INK
    bullet: bool = False
    centred: bool = False
    after: float = 0

    def height(self, width: float) -> float:
        """Height in a width, with the room after it."""
        room = width - (BULLET_INDENT if self.bullet else 0)
        return measure.height(measure.runs(self.text, bold=self.bold), self.size, room) + self.after


def height(paragraphs: Sequence[Paragraph], width: float) -> float:
    """Height of paragraphs, one below the other."""
    return sum(paragraph.height(width) for paragraph in paragraphs)


def largest(texts: Sequence[str], area: Area, sizes: Sequence[float], **look: Any) -> list[Paragraph]:
    """Paragraphs in the largest of the sizes that fits; none fits: the slide says too much."""
    for size in sizes:
        paragraphs = [Paragraph(text, size, **look) for text in texts]
        if height(paragraphs, area[2]) <= area[3]:
            return paragraphs
    raise SlideError(f"{texts[0][:40]!r} and what follows do not fit at {min(sizes)} pt; say less")


def write(frame: Any, paragraphs: Sequence[Paragraph], inset: float = 0, *, middle: bool = False) -> None:
    """Fill a text frame."""
    frame.word_wrap, frame.auto_size = True, MSO_AUTO_SIZE.NONE
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = Pt(inset)
    frame.vertical_anchor = MSO_ANCHOR.MIDDLE if middle else MSO_ANCHOR.TOP
    for place, paragraph in enumerate(paragraphs):
        target = frame.paragraphs[0] if place == 0 else frame.add_paragraph()
        target.alignment = PP_ALIGN.CENTER if paragraph.centred else PP_ALIGN.LEFT
        target.space_after, target.space_before = Pt(paragraph.after), Pt(0)
        if paragraph.bullet:
            _bullet(target)
        for run in measure.runs(paragraph.text, bold=paragraph.bold):
            _run(target, run, paragraph)


def box(shapes: Any, area: Area, paragraphs: Sequence[Paragraph], **style: Any) -> Any:
    """A shape with text in it; `fill`, `line`, `dashed`, `middle`, `inset` say how it looks."""
    inset = style.get("inset", INSET)
    if height(paragraphs, area[2] - 2 * inset) > area[3] - 2 * inset:
        raise SlideError(f"{paragraphs[0].text[:40]!r} and what follows do not fit their box; say less")
    if style.get("fill") is None:
        shape = shapes.add_textbox(*(Pt(value) for value in area))
    else:
        shape = _filled(shapes, area, style["fill"], style.get("line"), dashed=style.get("dashed", False))
    write(shape.text_frame, paragraphs, inset, middle=style.get("middle", False))
    return shape


def plain(shape: Any) -> None:
    """Without the theme's style of shapes, which brings a shadow, also below letters."""
    shape._element.remove(shape._element.find(f"{{{shape._element.nsmap['p']}}}style"))


def _filled(shapes: Any, area: Area, fill: RGBColor, line: RGBColor | None, *, dashed: bool) -> Any:
    kind = MSO_SHAPE.RECTANGLE if line is None else MSO_SHAPE.ROUNDED_RECTANGLE
    shape = shapes.add_shape(kind, *(Pt(value) for value in area))
    plain(shape)
    shape.fill.solid()
    shape.fill.fore_color.rgb = fill
    if line is None:
        shape.line.fill.background()
        return shape
    shape.adjustments[0] = 6 / min(area[2:])
    shape.line.color.rgb, shape.line.width = line, Pt(1.5)
    if dashed:
        shape.line.dash_style = MSO_LINE.DASH
    return shape


def _run(target: Any, run: measure.Run, paragraph: Paragraph) -> None:
    made = target.add_run()
    made.text = run.text
    made.font.name = CODE_FONT if run.code else FONT
    made.font.size, made.font.bold = Pt(paragraph.size), run.bold
    made.font.color.rgb = paragraph.colour
    if run.raised:
        made.font._element.set("baseline", "30000")


def _bullet(target: Any) -> None:
    properties = target._p.get_or_add_pPr()
    indent = int(Pt(BULLET_INDENT))
    properties.set("marL", str(indent))
    properties.set("indent", str(-indent))
    mark = properties.makeelement(f"{{{properties.nsmap['a']}}}buChar", {"char": "•"})
    properties.append(mark)
