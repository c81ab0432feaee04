"""From the script to a presentation: each slide's parts on their areas, the speaker's notes below."""

from collections.abc import Iterable
from typing import Any

from gridlake_control.deck import drawing, parts, template
from gridlake_control.deck.script import Told
from gridlake_control.deck.slide import Slide, SlideError
from gridlake_control.deck.template import BLUE, GREY, MARGIN, TITLE_BOX, WIDTH
from gridlake_control.deck.text import Area, Paragraph, box, height, write

TOP, BOTTOM = 106, 506
BAR, GAP, BESIDE = 46, 14, 24
SHARE = 0.54


def presentation(told: Iterable[Told]) -> Any:
    """All slides on our template."""
    deck = template.presentation()
    deck.core_properties.title = "Quellbruck Netz: readings one can settle on"
    deck.core_properties.author = "Gridlake"
    for one in told:
        slide = deck.slides.add_slide(deck.slide_layouts[0])
        try:
            _fill(slide, one.slide)
        except SlideError as error:
            raise SlideError(f"docs/deck/{one.slide.name}: {error}") from error
        slide.notes_slide.notes_text_frame.text = notes(one)
    return deck


def notes(told: Told) -> str:
    """What the speaker reads: the time, the words, and where every number comes from."""
    sources = [f"- {origin}" for origin in told.origins] or ["- no number on this slide"]
    return "\n".join([told.timing, "", told.slide.notes, "", "Sources", *sources])


def _fill(slide: Any, of: Slide) -> None:
    shapes = slide.shapes
    if of.subtitle:
        _cover(slide, of)
        return
    _title(slide, of.title, template.TITLE, TITLE_BOX)
    bottom = BOTTOM - (BAR + GAP if of.takeaway else 0)
    area: Area = (MARGIN, TOP, WIDTH - 2 * MARGIN, bottom - TOP)
    if of.takeaway:
        parts.takeaway(shapes, (MARGIN, BOTTOM - BAR, area[2], BAR), of.takeaway)
    if of.chart or of.open:
        left = (area[0], area[1], area[2] * SHARE, area[3]) if of.points else area
        area = (area[0] + left[2] + BESIDE, area[1], area[2] - left[2] - BESIDE, area[3])
        if of.chart:
            parts.chart(shapes, left, of.chart)
        if of.open:
            parts.panel(shapes, left, of.open)
    if of.points:
        parts.points(shapes, area, of.points)
    if of.cards:
        parts.cards(shapes, area, of.cards)
    if of.table:
        parts.table(shapes, area, of.table)
    if of.drawing:
        drawing.draw(shapes, area, of.drawing)


def _title(slide: Any, text: str, size: float, area: Area) -> None:
    paragraph = Paragraph(text, size, bold=True, colour=BLUE)
    if height([paragraph], area[2]) > area[3]:
        raise SlideError("the title does not fit; say less")
    slide.shapes.title.text_frame.clear()
    write(slide.shapes.title.text_frame, [paragraph])
    template.put(slide.shapes.title, area)


def _cover(slide: Any, of: Slide) -> None:
    _title(slide, of.title, 44, (MARGIN + 40, 160, WIDTH - 2 * MARGIN - 80, 60))
    paragraphs = [
        Paragraph(of.subtitle, 24, after=40),
        *(Paragraph(text, 18, colour=GREY, after=10) for text in of.points),
    ]
    box(slide.shapes, (MARGIN + 40, 230, WIDTH - 2 * MARGIN - 80, 180), paragraphs, inset=0)
