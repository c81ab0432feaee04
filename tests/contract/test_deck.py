"""The presentation: twenty minutes, nothing typed, nothing that overflows, and charts as soon as there are results."""

import json
import re
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from measured import MEASURED, results
from pptx import Presentation
from pptx.util import Pt

from gridlake_control import locked_environment, paths
from gridlake_control.deck.build import presentation
from gridlake_control.deck.check import problems
from gridlake_control.deck.script import Script
from gridlake_control.deck.template import CODE_FONT
from gridlake_control.documents.checkout import Checkout
from gridlake_control.documents.facts import Facts
from gridlake_control.documents.render import DocumentError
from gridlake_control.documents.results import Results
from gridlake_control.inventory import Inventory

CHECKOUT = Checkout(Inventory("lab"))
MESSAGES = {"why-spark": "spark", "which-sql": "sql", "hdfs-or-s3": "storage"}


def script(folder: Path, **measured: dict[str, Any]) -> Script:
    return Script(Facts.read(), results(folder, measured), CHECKOUT)


class Deck:
    """A deck that was written and opened again, its slides by name."""

    def __init__(self, subject: Script, file: Path) -> None:
        self.told, self.file = subject.told(), file
        presentation(self.told).save(str(file))
        self.opened = Presentation(str(file))
        self.slides = {told.slide.name: slide for told, slide in zip(self.told, self.opened.slides, strict=True)}

    def bars(self, name: str) -> dict[str, float | None]:
        """Figures of the one chart of a slide."""
        (chart,) = (shape.chart for shape in self.slides[name].shapes if shape.has_chart)
        return dict(zip(chart.plots[0].categories, chart.series[0].values, strict=True))


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Deck:
    folder = tmp_path_factory.mktemp("bare")
    return Deck(script(folder), folder / "deck.pptx")


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Deck:
    folder = tmp_path_factory.mktemp("measured")
    return Deck(script(folder, **MEASURED), folder / "deck.pptx")


def runs(shapes: Any) -> Iterator[Any]:
    """Every run of letters on a slide but those of charts."""
    for shape in shapes:
        frames = [shape.text_frame] if shape.has_text_frame else []
        if getattr(shape, "has_table", False) and shape.has_table:
            frames = [cell.text_frame for row in shape.table.rows for cell in row.cells]
        for frame in frames:
            yield from (run for paragraph in frame.paragraphs for run in paragraph.runs)
        yield from runs(getattr(shape, "shapes", ()))


def schema_errors(file: Path) -> list[str]:
    """What the schemas of Office say against a presentation, each with its part and place."""
    checker = locked_environment.python("deck-schema").with_name("openxml-audit")
    command = [
        str(checker),
        "--format",
        "office2019",
        "--policy",
        "strict",
        "--max-errors",
        "0",
        "--output",
        "json",
        str(file),
    ]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stderr
    (report,) = json.loads(done.stdout)
    return [f"{one['part_uri']} {one['path']}: {one['description']}" for one in report["errors"]]


def spoiled(file: Path, part: str, good: str, bad: str) -> Path:
    """A copy with one place of one part changed."""
    copy = file.with_name("spoiled.pptx")
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(copy, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            assert name != part or good.encode() in content
            target.writestr(name, content.replace(good.encode(), bad.encode(), 1) if name == part else content)
    return copy


def text(slide: Any) -> str:
    return " ".join(run.text for run in runs(slide.shapes))


@pytest.mark.parametrize("name", sorted(path.name.split(".")[0] for path in Script.of_checkout().sources.glob("*.j2")))
def test_a_slide_holds_no_literal_number_and_no_comparison(name: str) -> None:
    assert script(Path("absent")).writer.problems(name) == []


@pytest.mark.parametrize("which", ["bare", "measured"])
def test_nothing_overflows_overlaps_or_is_too_small_to_read(which: str, request: pytest.FixtureRequest) -> None:
    assert list(problems(request.getfixturevalue(which).opened)) == []


@pytest.mark.parametrize("which", ["bare", "measured"])
def test_the_file_obeys_the_schemas_of_office(which: str, request: pytest.FixtureRequest) -> None:
    assert schema_errors(request.getfixturevalue(which).file) == []


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("<a:bodyPr", "<a:nonsense/><a:bodyPr"),
        ("<p:nvSpPr>", "<p:spPr/><p:nvSpPr>"),
        ("<p:cSld", '<p:cSld unknown="1"'),
        (' x="', ' x="wide'),
    ],
    ids=["unknown element", "wrong order", "unknown attribute", "no number"],
)
def test_a_slide_that_breaks_its_schema_is_found(bare: Deck, good: str, bad: str) -> None:
    (found,) = {error.split()[0] for error in schema_errors(spoiled(bare.file, "ppt/slides/slide2.xml", good, bad))}
    assert found == "/ppt/slides/slide2.xml"


def test_the_talk_takes_twenty_minutes_and_no_slide_two(bare: Deck) -> None:
    notes = [slide.notes_slide.notes_text_frame.text for slide in bare.opened.slides]
    seconds = [
        int(found[1]) for note in notes if (found := re.match(r"\d\d:\d\d to \d\d:\d\d \((\d+) seconds\)", note))
    ]
    assert 14 <= len(seconds) <= 18
    assert sum(seconds) == 20 * 60
    assert max(seconds) < 120
    assert [note.split("\n")[0] for note in notes[len(seconds) :]] == ["Appendix: shown when asked."] * 9


@pytest.mark.parametrize("which", ["bare", "measured"])
def test_every_number_on_a_slide_stands_with_its_source_in_the_notes(
    which: str, request: pytest.FixtureRequest
) -> None:
    deck: Deck = request.getfixturevalue(which)
    seen = 0
    for name, slide in deck.slides.items():
        sources = slide.notes_slide.notes_text_frame.text.partition("\nSources\n")[2]
        known = set(re.findall(r"\d[\d.,:]*\d|\d", sources))
        plain = " ".join(run.text for run in runs(slide.shapes) if run.font.name != CODE_FONT)
        shown = re.findall(r"(?<![A-Za-z\d])(?:\d[\d.,:]*\d|\d)", plain)
        assert set(shown) - known == set(), name
        seen += len(shown)
    assert seen > 60


def test_what_is_not_measured_says_so_and_names_the_command(bare: Deck) -> None:
    for name, result in MESSAGES.items():
        assert "not measured yet ( make bench-" + result in text(bare.slides[name]).replace("(make", "( make"), name
    assert not any(shape.has_chart for name in MESSAGES for shape in bare.slides[name].shapes)


def test_open_measurements_become_charts_of_what_was_measured(measured: Deck) -> None:
    assert measured.bars("why-spark") == MEASURED["spark"]["summary"]
    assert measured.bars("which-sql") == {"Trino": 2.25, "PostgreSQL (no result)": None}
    assert measured.bars("hdfs-or-s3") == MEASURED["storage"]["summary"]
    assert "521,315 records lost" in text(measured.slides["nothing-lost"])
    assert "0.83 at 0.62" in text(measured.slides["losses"])
    for name in (*MESSAGES, "nothing-lost", "losses", "objectives"):
        assert "not measured" not in text(measured.slides[name]), name


def test_a_result_changes_its_own_slide_only(tmp_path: Path) -> None:
    told = script(tmp_path, sql=MEASURED["sql"]).told()
    assert {one.slide.name for one in told if one.slide.chart} == {"bytes", "losses", "cost", "which-sql"}
    assert {one.slide.name for one in told if one.slide.open} == {"why-spark", "hdfs-or-s3", "nothing-lost"}


def test_the_statements_of_the_live_demo_ask_for_columns_that_exist(bare: Deck) -> None:
    code = [run.text for run in runs(bare.slides["ask-demo"].shapes) if run.font.name == CODE_FONT]
    statements = [found for one in code if (found := re.match(r"SELECT (.+?) FROM lake\.(\w+\.\w+)", one))]
    assert len(statements) == 4
    for found in statements:
        wanted = set(found[1].split(", ")) - {"count(*)"}
        assert wanted - set(CHECKOUT.tables[found[2]]) == set(), found[0]


def test_charts_of_facts_show_the_facts_and_say_what_they_are(bare: Deck) -> None:
    assert bare.bars("bytes") == {
        "order of arrival (prototype)": 7.15,
        "sorted by meter (prototype)": 2.48,
        "a day in one row (prototype)": 1.31,
    }
    assert list(bare.bars("losses").values()) == [0.84, 0.13]


def test_a_claim_that_a_result_contradicts_stops_the_build(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="every value is as it was sent"):
        script(tmp_path, demo=MEASURED["demo"] | {"oracle_hash_equal": False}).told()


def test_a_claim_that_a_fact_contradicts_stops_the_build(tmp_path: Path) -> None:
    source = (paths.CHECKOUT / "docs" / "facts.yml").read_text(encoding="utf-8")
    changed = tmp_path / "facts.yml"
    changed.write_text(source.replace("value: 2.48", "value: 24.8"), encoding="utf-8")
    subject = Script(Facts.read(changed), Results(tmp_path, tmp_path), CHECKOUT)
    with pytest.raises(DocumentError, match="a laptop could hold the history"):
        subject.told()


def test_the_template_is_ours_in_fonts_that_debian_has(bare: Deck) -> None:
    assert [layout.name for layout in bare.opened.slide_layouts] == ["Message"]
    assert (bare.opened.slide_width, bare.opened.slide_height) == (Pt(960), Pt(540))
    theme = next(
        relation.target_part.blob.decode()
        for relation in bare.opened.slide_master.part.rels.values()
        if relation.reltype.endswith("/theme")
    )
    assert set(re.findall(r'<a:latin typeface="([^"]+)"', theme)) == {"Liberation Sans"}
    assert {run.font.name for slide in bare.opened.slides for run in runs(slide.shapes)} == {
        "Liberation Sans",
        "Liberation Mono",
    }


def test_each_slide_has_a_message_of_its_own(bare: Deck) -> None:
    titles = [slide.shapes.title.text_frame.text for slide in bare.opened.slides]
    assert len(set(titles)) == len(titles)
    assert [title for title in titles if "?" in title] == []
    assert bare.slides["architecture"].shapes[-1].shapes[0].has_text_frame
