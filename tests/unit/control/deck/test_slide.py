"""A slide is read strictly: what it cannot show is an error that names the slide."""

import pytest

from gridlake_control.deck.slide import Slide, SlideError

DRAWING = """
title: T
notes: N
drawing:
  areas: |-
    a b
    a .
  boxes: {{a: {{title: A}}, {box}: {{title: B, lines: [x]}}}}
  arrows: [a -> b]
  alt: A leads to B
"""


def test_a_slide_is_what_its_source_says() -> None:
    slide = Slide.parse("s", "title: T\nnotes: N\npoints: [one]\ntable: {head: [a, b], rows: [[c, d]]}\n")
    assert (slide.title, slide.points) == ("T", ("one",))
    assert slide.table is not None
    assert slide.table.rows == (("c", "d"),)


def test_areas_boxes_and_arrows_are_read() -> None:
    drawing = Slide.parse("s", DRAWING.format(box="b")).drawing
    assert drawing is not None
    assert (drawing.areas, drawing.arrows) == ((("a", "b"), ("a", ".")), (("a", "b"),))


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("title: T\n", "docs/deck/s is no slide.*notes"),
        ("title: T\nnotes: N\nbody: x\n", "body"),
        ("title: T\nnotes: N\npoints: [8]\n", "8 is no text"),
        ("title: ' '\nnotes: N\n", "is no text"),
        ("title: T\nnotes: N\ntable: {head: [a, b], rows: [[c]]}\n", "have not 2 cells"),
        ("title: T\nnotes: N\nchart: {caption: C, bars: [{label: a}]}\n", "is no slide"),
        ("title: T: U\n", "is no slide"),
        (DRAWING.format(box="c"), "areas name"),
    ],
)
def test_what_is_no_slide_is_refused(source: str, message: str) -> None:
    with pytest.raises(SlideError, match=message):
        Slide.parse("s", source)
