"""The deck's own template, made in code: sizes, colours and fonts of theme, master and the layout that slides use."""

from typing import Any

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.text import MSO_ANCHOR
from pptx.opc.oxml import serialize_part_xml
from pptx.oxml import parse_xml
from pptx.util import Pt

WIDTH, HEIGHT, MARGIN = 960, 540, 40
FONT, CODE_FONT = "Liberation Sans", "Liberation Mono"
INK, BLUE, PALE, FAINT, AMBER, SAND, GREY, WHITE = (
    RGBColor.from_string(value)
    for value in ("1D2733", "2C6391", "E4EEF6", "F4F7FA", "A8741A", "FDF1DC", "5B6670", "FFFFFF")
)
TITLE_BOX = (MARGIN, 26, WIDTH - 2 * MARGIN, 72)
LEGEND_BOX = (MARGIN, 513, 700, 20)
NUMBER_BOX = (WIDTH - MARGIN - 80, 513, 80, 20)
LEGEND = (("a", " assumption of the scenario     "), ("p", " measured once on a prototype"))
LABEL, TITLE = 12, 28

_SCHEME = {
    "dk1": INK, "lt1": WHITE, "dk2": BLUE, "lt2": FAINT, "accent1": BLUE, "accent2": AMBER, "accent3": GREY,
    "accent4": RGBColor.from_string("7FA3BF"), "accent5": RGBColor.from_string("3F7F5F"),
    "accent6": RGBColor.from_string("8A4B6B"), "hlink": BLUE, "folHlink": GREY,
}  # fmt: skip
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"


def presentation() -> Any:
    """An empty deck of 16 to 9 whose only layout is a title with our theme."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = Pt(WIDTH), Pt(HEIGHT)
    _theme(deck.slide_master)
    for layout in list(deck.slide_layouts):
        if layout.name != "Title Only":
            deck.slide_layouts.remove(layout)
    (layout,) = deck.slide_layouts
    for place in (deck.slide_master, layout):
        for shape in list(place.placeholders):
            if "TITLE" in str(shape.placeholder_format.type):
                put(shape, TITLE_BOX)
            else:
                shape._element.getparent().remove(shape._element)
    _title(deck.slide_master)
    layout.name = "Message"
    stripe = deck.slide_master.shapes._spTree
    stripe.append(_box(90, "Stripe", (0, 0, WIDTH, 8), fill="dk2"))
    stripe.append(_box(91, "Legend", LEGEND_BOX, text=LEGEND))
    stripe.append(_box(92, "Slide number", NUMBER_BOX, field="slidenum"))
    return deck


def put(shape: Any, box: tuple[float, float, float, float]) -> None:
    """Place a shape; the box is left, top, width and height in points."""
    shape.left, shape.top, shape.width, shape.height = (Pt(value) for value in box)


def _theme(master: Any) -> None:
    """Colours and fonts of the theme, so that what people add looks like the rest."""
    part = next(relation.target_part for relation in master.part.rels.values() if relation.reltype.endswith("/theme"))
    tree = parse_xml(part.blob)
    for name, colour in _SCHEME.items():
        slot = tree.find(f".//{{{_DRAWING}}}clrScheme/{{{_DRAWING}}}{name}")
        for child in list(slot):
            slot.remove(child)
        slot.append(parse_xml(f'<a:srgbClr xmlns:a="{_DRAWING}" val="{colour}"/>'))
    for latin in tree.iterfind(f".//{{{_DRAWING}}}fontScheme//{{{_DRAWING}}}latin"):
        latin.set("typeface", FONT)
    for named in ("clrScheme", "fontScheme"):
        tree.find(f".//{{{_DRAWING}}}{named}").set("name", "Quellbruck")
    tree.set("name", "Quellbruck")
    part._blob = serialize_part_xml(tree)


def _title(master: Any) -> None:
    shape = next(shape for shape in master.placeholders)
    shape.text_frame.vertical_anchor = MSO_ANCHOR.TOP
    style = master._element.find(f".//{{{_DRAWING}}}lvl1pPr")
    style.set("algn", "l")
    run = style.find(f"{{{_DRAWING}}}defRPr")
    run.set("sz", str(TITLE * 100))
    run.set("b", "1")


def _box(number: int, name: str, box: tuple[float, ...], fill: str = "", text: Any = (), field: str = "") -> Any:
    left, top, width, height = (int(Pt(value)) for value in box)
    paint = f'<a:solidFill><a:schemeClr val="{fill}"/></a:solidFill>' if fill else "<a:noFill/>"
    grey = '<a:solidFill><a:schemeClr val="accent3"/></a:solidFill></a:rPr>'
    style, raised = (f'<a:rPr lang="en-GB" sz="{LABEL * 100}"{more}>{grey}' for more in ("", ' baseline="30000"'))
    body = "".join(f"<a:r>{raised}<a:t>{mark}</a:t></a:r><a:r>{style}<a:t>{words}</a:t></a:r>" for mark, words in text)
    body = body or '<a:endParaRPr lang="en-GB"/>'
    if field:
        mark = "{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}"
        body = f'<a:pPr algn="r"/><a:fld id="{mark}" type="{field}">{style}<a:t>1</a:t></a:fld>'
    # A shape of the master is drawn on every slide.
    return parse_xml(
        f'<p:sp xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" xmlns:a="{_DRAWING}">'
        f'<p:nvSpPr><p:cNvPr id="{number}" name="{name}"/><p:cNvSpPr/><p:nvPr userDrawn="1"/></p:nvSpPr>'
        f'<p:spPr><a:xfrm><a:off x="{left}" y="{top}"/><a:ext cx="{width}" cy="{height}"/></a:xfrm>'
        f'<a:prstGeom prst="rect"><a:avLst/></a:prstGeom>{paint}<a:ln><a:noFill/></a:ln></p:spPr>'
        f'<p:txBody><a:bodyPr lIns="0" tIns="0" rIns="0" bIns="0"/><a:lstStyle/><a:p>{body}</a:p></p:txBody></p:sp>'
    )
