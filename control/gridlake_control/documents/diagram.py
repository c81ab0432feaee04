"""The architecture as an SVG: places are drawn by hand, every number and host in it comes from the checkout."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape

from gridlake_control.documents.checkout import Checkout
from gridlake_control.documents.facts import Facts
from gridlake_control.documents.quantity import Quantity

WIDTH, HEIGHT = 900, 470
TITLE, TEXT, LEADING = 15, 13, 17
MARGIN = 9

# Advance widths of Helvetica, which Arial and Liberation Sans share, in thousandths of the size.
_WIDTHS = {
    **dict.fromkeys("abdeghnopqu0123456789_", 556),
    **dict.fromkeys("cksvxyzJ", 500),
    **dict.fromkeys("ft .,:/", 278),
    **dict.fromkeys("ijl", 222),
    **dict.fromkeys("r()-", 333),
    **dict.fromkeys("CDHNRUw", 722),
    **dict.fromkeys("GOQ", 778),
    **dict.fromkeys("mM", 833),
    **dict.fromkeys("FTZ", 611),
    "I": 278,
    "L": 556,
    "W": 944,
}
_OTHER = 667
_BOLD = 1.08
WIDER_FONT = 1.12  # DejaVu Sans, where none of the three is installed


@dataclass(frozen=True)
class Box:
    """A rectangle with a title and lines under it."""

    x: int
    y: int
    width: int
    height: int
    title: str
    lines: tuple[str, ...] = ()
    kind: str = "part"

    def overflow(self) -> list[str]:
        """Texts that do not fit, also in a font that runs wider."""
        room = self.width - MARGIN
        wide = [line for line in self.lines if text_width(line, TEXT) * WIDER_FONT > room]
        wide += [self.title for _ in range(1) if text_width(self.title, TITLE) * _BOLD * WIDER_FONT > room]
        deep = MARGIN + TITLE + LEADING * len(self.lines) > self.height
        return [*wide, *([f"{len(self.lines)} lines of {self.title}"] if deep else [])]

    def svg(self) -> Iterator[str]:
        """The rectangle and its texts."""
        x, y = self.x, self.y
        yield f'<rect class="{self.kind}" x="{x}" y="{y}" width="{self.width}" height="{self.height}" rx="6"/>'
        yield f'<text class="title" x="{x + MARGIN}" y="{y + MARGIN + TITLE - 3}">{escape(self.title)}</text>'
        for number, line in enumerate(self.lines, 1):
            yield f'<text x="{x + MARGIN}" y="{y + MARGIN + TITLE - 3 + LEADING * number}">{escape(line)}</text>'


def text_width(text: str, size: float) -> float:
    """How wide a text runs."""
    return sum(_WIDTHS.get(letter, _OTHER) for letter in text) * size / 1000


def _shown(quantity: Quantity) -> str:
    return quantity.shown + "".join(sorted(quantity.marks))


def boxes(checkout: Checkout, facts: Facts) -> list[Box]:
    """Everything in the drawing that has a frame; frames that hold others come first."""
    meters, transformers = checkout.topic("meter.reading.v1"), checkout.topic("transformer.reading.v1")
    racks = checkout.racks.shown
    copies = checkout.settings.hdfs_replication.shown
    store = "" if checkout.exists("role", "seaweedfs") else "not built yet"
    return [
        Box(192, 8, 696, 50, f"Airflow on {checkout.names('airflow')}", ("submits, watches and repeats every job",)),
        Box(12, 76, 156, 84, "Customers", (f"{_shown(facts.metering_points)} points", "a bundle each night")),
        Box(12, 172, 156, 82, "Transformers", (f"{_shown(facts.substations)} meters", f"every {facts.interval.shown}")),
        Box(12, 274, 156, 84, "Asset register", (f"PostgreSQL, {checkout.names('postgresql')}", "and its mistakes")),
        Box(
            *(192, 76, 156, 178, "Kafka"),
            (
                f"on {checkout.names('kafka')}",
                f"bundles: {meters.partitions.shown} partitions",
                f"transformers: {transformers.partitions.shown}",
                f"each {meters.replication.shown} times",
                f"{meters.days.shown} to replay",
            ),
        ),
        Box(372, 76, 156, 282, "Spark on YARN", kind="frame"),
        Box(380, 104, 140, 74, "ingest", ("every record,", "byte for byte"), "inner"),
        Box(380, 190, 140, 74, "curate", ("rules, versions,", "current state"), "inner"),
        Box(380, 276, 140, 74, "sync", ("points, registers,", "substations"), "inner"),
        Box(552, 76, 156, 282, "Iceberg tables", kind="frame"),
        Box(560, 104, 140, 74, "raw", ("append only",), "inner"),
        Box(560, 190, 140, 74, "curated, ops", ("versions, rejected,", "manifests"), "inner"),
        Box(560, 276, 140, 74, "marts", ("what people read",), "inner"),
        Box(
            *(732, 76, 156, 178, "Trino and dbt"),
            (
                f"coordinator: {checkout.names('trino_coordinator')}",
                f"worker: {checkout.names('trino_worker')}",
                "SQL over the lake",
                "and PostgreSQL",
            ),
        ),
        Box(732, 274, 156, 84, "People", ("settlement clerks", "inspectors", "grid planners"), "people"),
        Box(
            *(192, 382, 516, 74, "HDFS and Hive Metastore"),
            (
                f"NameNode {checkout.names('namenode')}; DataNodes {checkout.names('datanode')} on {racks} racks",
                f"every block {copies} times; names of tables in the metastore on {checkout.names('hive_metastore')}",
            ),
        ),
        Box(732, 382, 156, 74, "S3 store", ("published copy", store), "planned"),
    ]  # fmt: skip


# From point to point.
_ARROWS = (
    ((168, 118), (190, 118)),
    ((168, 213), (190, 213)),
    ((168, 314), (378, 314)),
    ((348, 141), (378, 141)),
    ((520, 141), (558, 141)),
    ((560, 168), (522, 200)),
    ((520, 232), (558, 232)),
    ((520, 300), (558, 256)),
    ((700, 220), (730, 200)),
    ((732, 240), (702, 300)),
    ((810, 254), (810, 272)),
    ((450, 58), (450, 74)),
    ((810, 58), (810, 74)),
    ((630, 358), (630, 380)),
)

_STYLE = """\
text{font:13px "Liberation Sans",Arial,Helvetica,sans-serif;fill:#1d2733}
.title{font-size:15px;font-weight:bold}
rect{stroke-width:1.4}
.part{fill:#e4eef6;stroke:#2c6391}.frame{fill:#f4f7fa;stroke:#2c6391}.inner{fill:#fff;stroke:#7fa3bf}
.people{fill:#fdf1dc;stroke:#a8741a}.planned{fill:#fff;stroke:#6b7783;stroke-dasharray:6 4}
line{stroke:#1d2733;stroke-width:1.6;marker-end:url(#tip)}"""


def architecture(checkout: Checkout, facts: Facts) -> str:
    """The platform on the lab's hosts, and the way of a reading through it."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="drawn">',
        '<title id="drawn">Readings flow from meters through Kafka and Spark into Iceberg tables on HDFS, '
        "which Trino serves to people; Airflow runs the jobs</title>",
        f"<style>{_STYLE}</style>",
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0,0 L8,4 L0,8 z" fill="#1d2733"/></marker></defs>',
    ]
    for box in boxes(checkout, facts):
        parts += box.svg()
    parts += [f'<line x1="{a}" y1="{b}" x2="{c}" y2="{d}"/>' for (a, b), (c, d) in _ARROWS]
    return "\n".join([*parts, "</svg>"]) + "\n"


DRAWINGS: dict[str, Callable[[Checkout, Facts], str]] = {"architecture": architecture}
