"""What stands below a title: points, cards, a table, a chart, or the panel of a measurement that is open."""

from collections.abc import Sequence
from typing import Any

from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_TICK_LABEL_POSITION
from pptx.enum.text import MSO_ANCHOR
from pptx.util import Pt

from gridlake_control.deck import measure
from gridlake_control.deck.slide import Card, Chart, Open, SlideError, Table
from gridlake_control.deck.template import AMBER, BLUE, FAINT, FONT, GREY, INK, PALE, SAND, WHITE
from gridlake_control.deck.text import Area, Paragraph, box, height, largest, write

BODY = 18
GAP = 16
CELL, CARD = 5, 14
SHORT = 28


def points(shapes: Any, area: Area, texts: Sequence[str]) -> None:
    """Sentences with bullets."""
    box(shapes, area, largest(texts, area, (24, 22, 20, BODY), bullet=True, after=14), inset=0)


def cards(shapes: Any, area: Area, of: Sequence[Card]) -> None:
    """Large figures with their words below, side by side, and more than three in two rows."""
    left, top, width, deep = area
    columns = len(of) if len(of) <= 3 else (len(of) + 1) // 2
    rows = -(-len(of) // columns)
    wide, high = ((whole - GAP * (count - 1)) / count for whole, count in ((width, columns), (deep, rows)))
    size = next((size for size in (40, 34, 28) if all(_one_line(card.figure, size, wide) for card in of)), None)
    if size is None:
        raise SlideError(f"a figure of {[card.figure for card in of]} is too wide for its card")
    for place, card in enumerate(of):
        row, column = divmod(place, columns)
        where = (left + column * (wide + GAP), top + row * (high + GAP), wide, high)
        paragraphs = [Paragraph(card.figure, size, bold=True, colour=BLUE, after=6), Paragraph(card.text, 20)]
        box(shapes, where, paragraphs, fill=PALE, line=BLUE, inset=CARD, middle=True)


def _one_line(text: str, size: float, width: float) -> bool:
    written, room = measure.runs(text, bold=True), width - 2 * CARD
    return measure.lines(written, size, room) == 1 and measure.widest_word(written, size) <= room


def takeaway(shapes: Any, area: Area, text: str) -> None:
    """The sentence to remember."""
    box(shapes, area, [Paragraph(text, 20, bold=True, colour=WHITE)], fill=BLUE, middle=True, inset=10)


def panel(shapes: Any, area: Area, of: Open) -> None:
    """A measurement that is open, in the place of its chart."""
    paragraphs = [
        Paragraph(of.question, 22, bold=True, colour=AMBER, after=10),
        Paragraph(of.state, 20, after=14),
        *(Paragraph(text, 20, bullet=True, after=10) for text in of.measured),
    ]
    box(shapes, area, paragraphs, fill=SAND, line=AMBER, dashed=True, inset=14)


def table(shapes: Any, area: Area, of: Table) -> None:
    """A native table; columns share the width so that it becomes as low as it can."""
    left, top, width, deep = area
    rows = [of.head, *of.rows]
    columns = _columns(rows, width)
    heights = [_row_height(row, columns, head=place == 0) for place, row in enumerate(rows)]
    if sum(heights) > deep:
        raise SlideError(f"the table of {of.head[0]!r} is {sum(heights) - deep:.0f} pt too high; say less")
    spare = min(16.0, (deep - sum(heights)) / len(rows))
    frame = shapes.add_table(
        len(rows), len(of.head), Pt(left), Pt(top), Pt(width), Pt(sum(heights) + spare * len(rows))
    )
    frame.name = "Table"
    frame._element.nvGraphicFramePr.cNvPr.set("descr", f"Table: {', '.join(of.head)}")
    for column, wide in zip(frame.table.columns, columns, strict=True):
        column.width = Pt(wide)
    for place, (row, high) in enumerate(zip(rows, heights, strict=True)):
        frame.table.rows[place].height = Pt(high + spare)
        for column, text in enumerate(row):
            cell = frame.table.cell(place, column)
            cell.fill.solid()
            cell.fill.fore_color.rgb = BLUE if place == 0 else (FAINT if place % 2 else WHITE)
            cell.margin_left = cell.margin_right = cell.margin_top = cell.margin_bottom = Pt(CELL)
            cell.vertical_anchor = MSO_ANCHOR.MIDDLE
            write(cell.text_frame, [_cell(text, head=place == 0, first=column == 0)], CELL)


def _cell(text: str, *, head: bool, first: bool = False) -> Paragraph:
    return Paragraph(
        text, 16 if head else BODY, bold=head or (first and len(text) <= SHORT), colour=WHITE if head else INK
    )


def _row_height(row: Sequence[str], columns: Sequence[float], *, head: bool) -> float:
    cells = [_cell(text, head=head, first=place == 0) for place, text in enumerate(row)]
    return 2 * CELL + max(cell.height(wide - 2 * CELL) for cell, wide in zip(cells, columns, strict=True))


def _columns(rows: Sequence[Sequence[str]], width: float) -> list[float]:
    """Widths by descent: what one column gives to another, as long as the table gets lower or its room evener."""
    least, natural = [], []
    for place in range(len(rows[0])):
        cells = [_cell(row[place], head=number == 0, first=place == 0) for number, row in enumerate(rows)]
        words = [measure.widest_word(measure.runs(cell.text, bold=cell.bold), cell.size) for cell in cells]
        least.append(max(words) + 2 * CELL + 1)
        natural.append(max(sum(run.width(cell.size) for run in measure.runs(cell.text)) for cell in cells))
    if sum(least) > width:
        raise SlideError(f"the words of the table of {rows[0][0]!r} are wider than the slide")
    spare = (width - sum(least)) / sum(natural)
    found = [wide + spare * whole for wide, whole in zip(least, natural, strict=True)]

    def low(columns: Sequence[float]) -> float:
        return sum(_row_height(row, columns, head=place == 0) for place, row in enumerate(rows))

    best, step = low(found), 40.0
    while step >= 5:
        moved = False
        for giver in range(len(found)):
            for taker in range(len(found)):
                if giver == taker or found[giver] - step < least[giver]:
                    continue
                other = list(found)
                other[giver], other[taker] = other[giver] - step, other[taker] + step
                if (now := low(other)) < best:
                    found, best, moved = other, now, True
        step = step if moved else step / 2
    return found


def chart(shapes: Any, area: Area, of: Chart) -> None:
    """A native bar chart that people can edit, with what it shows above it."""
    left, top, width, deep = area
    caption = [Paragraph(of.caption, 16, bold=True, colour=GREY)]
    above = height(caption, width) + 4
    box(shapes, (left, top, width, above), caption, inset=0).name = "Caption"
    number_format = _format([bar.value for bar in of.bars if bar.value is not None])
    data = CategoryChartData(number_format=number_format)
    data.categories = [bar.label for bar in of.bars]
    data.add_series(of.caption, [bar.value for bar in of.bars])
    place = (Pt(left), Pt(top + above), Pt(width), Pt(deep - above))
    frame = shapes.add_chart(XL_CHART_TYPE.BAR_CLUSTERED, *place, data)
    frame.name = "Chart"
    told = "; ".join(f"{bar.label} {bar.shown}" for bar in of.bars)
    frame._element.nvGraphicFramePr.cNvPr.set("descr", f"Bar chart. {of.caption}: {told}")
    drawn = frame.chart
    drawn.has_legend = drawn.has_title = False
    drawn.font.name, drawn.font.size, drawn.font.color.rgb = FONT, Pt(16), INK
    drawn.category_axis.reverse_order = True
    drawn.category_axis.format.line.color.rgb = GREY
    drawn.category_axis.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    drawn.category_axis.has_major_gridlines = False
    drawn.value_axis.visible = drawn.value_axis.has_major_gridlines = False
    drawn.value_axis.minimum_scale = 0
    plot = drawn.plots[0]
    plot.gap_width, plot.vary_by_categories, plot.has_data_labels = 60, False, True
    plot.series[0].format.fill.solid()
    plot.series[0].format.fill.fore_color.rgb = BLUE
    labels = plot.data_labels
    labels.position, labels.number_format = XL_LABEL_POSITION.OUTSIDE_END, number_format
    labels.font.size, labels.font.bold = Pt(18), True
    # python-pptx numbers axes with negative ids, which the schema does not know.
    for axis in drawn._chartSpace.xpath(".//c:axId | .//c:crossAx"):
        axis.set("val", str(int(axis.get("val")) & 0xFFFFFFFF))


def _format(values: Sequence[float]) -> str:
    whole = all(value == int(value) or value >= 1000 for value in values)
    return "#,##0" if whole else "0.00"
