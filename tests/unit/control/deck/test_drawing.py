"""Boxes stand where their areas are, arrows go straight from edge to edge."""

import pytest

from gridlake_control.deck import drawing
from gridlake_control.deck.slide import Box, Drawing, SlideError

# Two columns of 100 and two rows of 50, with 28 between columns and 20 between rows.
AREA = (10.0, 20.0, 228.0, 120.0)


def of(*areas: str) -> Drawing:
    cells = tuple(tuple(line.split()) for line in areas)
    names = {name for line in cells for name in line} - {"."}
    return Drawing(cells, {name: Box(name, (), "part") for name in names}, (), "a drawing")


def test_an_area_spans_its_cells_and_what_lies_between() -> None:
    assert drawing.place(of("a b", "a c"), "a", AREA) == (10, 20, 100, 120)
    assert drawing.place(of("a b", "a c"), "c", AREA) == (138, 90, 100, 50)


def test_an_area_that_is_no_rectangle_is_refused() -> None:
    with pytest.raises(SlideError, match="a is no rectangle"):
        drawing.place(of("a a", "a b"), "a", AREA)


@pytest.mark.parametrize(
    ("start", "end", "line"),
    [
        ("a", "b", (110, 45, 138, 45)),
        ("b", "a", (138, 45, 110, 45)),
        ("b", "c", (188, 70, 188, 90)),
        ("c", "b", (188, 90, 188, 70)),
        ("a", "c", (110, 115, 138, 115)),
    ],
)
def test_arrows_end_at_edges_in_the_middle_of_what_faces(start: str, end: str, line: tuple[float, ...]) -> None:
    subject = of("a b", "a c")
    assert drawing.line({name: drawing.place(subject, name, AREA) for name in subject.boxes}, start, end) == line


def test_an_arrow_to_no_neighbour_is_refused() -> None:
    subject = of("a .", ". b")
    places = {name: drawing.place(subject, name, AREA) for name in subject.boxes}
    with pytest.raises(SlideError, match="no straight arrow leads from a to b"):
        drawing.line(places, "a", "b")
    with pytest.raises(SlideError, match="from a to x"):
        drawing.line(places, "a", "x")
