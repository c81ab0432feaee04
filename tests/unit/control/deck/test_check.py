"""A presentation is read back from its shapes, and each fault of one is named."""

from collections.abc import Callable
from typing import Any

import pytest
from pptx.util import Pt

from gridlake_control.deck import build, template
from gridlake_control.deck.check import problems
from gridlake_control.deck.script import Told
from gridlake_control.deck.slide import Slide, SlideError
from gridlake_control.deck.text import Paragraph, box

SOURCE = """
title: A message
notes: Words
chart: {caption: Bytes a reading, bars: [{label: a, value: 1.5, shown: "1.5"}, {label: b, value: null, shown: none}]}
points: [one, two]
takeaway: Remember
"""


def deck(source: str = SOURCE) -> Any:
    return build.presentation([Told(Slide.parse("s", source), 0, 60, ("1.5 (a source)",))])


def test_a_slide_as_it_is_built_has_no_problem() -> None:
    assert list(problems(deck())) == []


def test_notes_say_time_words_and_sources() -> None:
    (slide,) = deck().slides
    assert slide.notes_slide.notes_text_frame.text == (
        "00:00 to 01:00 (60 seconds)\n\nWords\n\nSources\n- 1.5 (a source)"
    )


def test_a_chart_is_native_and_holds_the_figures() -> None:
    (slide,) = deck().slides
    (chart,) = (shape.chart for shape in slide.shapes if shape.has_chart)
    assert list(chart.plots[0].categories) == ["a", "b"]
    assert list(chart.series[0].values) == [1.5, None]


def _longer(slide: Any) -> None:
    named(slide, "TextBox").text_frame.paragraphs[0].runs[0].text = "much too long for its box " * 60


def _wider(slide: Any) -> None:
    named(slide, "TextBox").text_frame.paragraphs[0].runs[0].text = "w" * 60


def _smaller(slide: Any) -> None:
    named(slide, "TextBox").text_frame.paragraphs[0].runs[0].font.size = Pt(17)


def _other_font(slide: Any) -> None:
    named(slide, "TextBox").text_frame.paragraphs[0].runs[0].font.name = "Calibri"


def _over(slide: Any) -> None:
    box(slide.shapes, (300, 200, 200, 40), [Paragraph("over the chart", 18)])


def _beyond(slide: Any) -> None:
    slide.shapes.title.left = Pt(template.WIDTH - 100)


def _undescribed(slide: Any) -> None:
    named(slide, "Chart")._element.nvGraphicFramePr.cNvPr.set("descr", "")


def _silent(slide: Any) -> None:
    slide.notes_slide.notes_text_frame.text = ""


def _nameless(slide: Any) -> None:
    slide.shapes.title.text_frame.clear()


def named(slide: Any, name: str) -> Any:
    return [shape for shape in slide.shapes if shape.name.startswith(name)][-1]


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (_longer, "overflows its box"),
        (_wider, "is wider than its box"),
        (_smaller, "is smaller than 18 pt"),
        (_other_font, "font that Debian may lack"),
        (_over, "overlap"),
        (_beyond, "leaves the slide"),
        (_undescribed, "has no text for people who cannot see it"),
        (_silent, "has no notes"),
        (_nameless, "has no message in its title"),
    ],
)
def test_a_fault_is_named(spoil: Callable[[Any], None], problem: str) -> None:
    subject = deck()
    spoil(subject.slides[0])
    found = list(problems(subject))
    assert found
    assert all(problem in one for one in found), found


def test_a_table_is_as_high_as_its_text_needs() -> None:
    rows = "".join(f"[row {number}, {'words ' * 30}], " for number in range(3))
    subject = deck(f"title: T\nnotes: N\ntable: {{head: [a, b], rows: [{rows}]}}\n")
    assert list(problems(subject)) == []
    table = named(subject.slides[0], "Table").table
    table.rows[1].height = Pt(20)
    assert ["overflows its box" in one for one in problems(subject)] == [True, True]


@pytest.mark.parametrize(
    "source",
    [
        f"title: {'long title ' * 20}\nnotes: N\npoints: [a]\n",
        f"title: T\nnotes: N\npoints: [{'many words ' * 200}]\n",
        f"title: T\nnotes: N\ntable: {{head: [a], rows: [[{'many words ' * 400}]]}}\n",
        f"title: T\nnotes: N\ncards: [{{figure: {'x' * 60}, text: a}}]\n",
        f"title: T\nnotes: N\npoints: [a]\ntakeaway: {'many words ' * 30}\n",
    ],
)
def test_a_slide_that_says_too_much_stops_the_build(source: str) -> None:
    with pytest.raises(SlideError, match="docs/deck/s: "):
        deck(source)
