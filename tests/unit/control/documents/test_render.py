"""Pages are rendered from what is true: a false claim, an unknown name or a bare number stops the build."""

from pathlib import Path

import pytest

from gridlake_control.documents.checkout import Checkout
from gridlake_control.documents.facts import Facts
from gridlake_control.documents.render import DocumentError, Writer, page
from gridlake_control.documents.results import Results
from gridlake_control.errors import ControlError
from gridlake_control.inventory import Inventory

CHECKOUT = Checkout(Inventory("lab"))


def writer(tmp_path: Path, source: str) -> Writer:
    (tmp_path / "scenario.md").write_text(source, encoding="utf-8")
    return Writer(Facts.read(), Results(tmp_path / "build", tmp_path / "results"), CHECKOUT, tmp_path)


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("{{ f.grid_points }} points", "32,511 points"),
        ("{{ f.copies|words }} copies", "eightᵃ copies"),
        ("{{ f.sorted_bytes|bare }}", "2.48ᵖ"),
        ("{{ pin('spark') }}, {{ pin('airflow') }}", "4.1.1, 3.3.2"),
        (
            "{{ s.hdfs_replication }} copies for {{ topic('meter.reading.v1').days }}",
            "3 copies for 14\N{NO-BREAK SPACE}days",
        ),
        ("{{ hosts('datanode')|words }} on {{ racks }}", "three on 3"),
        ("{{ table('ops.run_manifest') }}", "`ops.run_manifest`"),
        ("{{ table('ops.never') }}", "`ops.never` (not built yet)"),
        ("{{ command('demo') }}, {{ command('never') }}", "`make demo`, `make never` (not built yet)"),
        ("{{ column('ops.run_manifest', 'ledger') }}", "`ledger`"),
        ("{{ result('score', 'mapping.recall') }}", "*not measured yet*"),
        ("{{ where('score') }}", "not measured yet (`make score`)"),
        ("{{ claim(f.energy.number > 1, 'some') }}", "some"),
    ],
)
def test_a_macro_shows_what_it_stands_for(tmp_path: Path, source: str, shown: str) -> None:
    assert writer(tmp_path, source).markdown("scenario") == shown


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("{{ claim(f.grid_points.number < f.grid_plants.number, 'so few') }}", "'so few' is not true"),
        ("{{ claim(f.grid_points.number, 'some') }}", "neither true nor false"),
        ("{{ f.grid_point }}", "no fact 'grid_point'"),
        ("{{ s.hdfs_replicas }}", "no setting hdfs_replicas"),
        ("{{ pin('hbase') }}", "no pin 'hbase'"),
        ("{{ topic('meter') }}", "no topic 'meter'"),
        ("{{ hosts('hbase') }}", "no host in group hbase"),
        ("{{ column('ops.run_manifest', 'end') }}", "has no column end"),
        ("{{ exists('view', 'x') }}", "'view' is no kind of thing"),
        ("{{ grid_points }}", "is undefined"),
        ("{{ f.grid_points.number }}", "without unit and origin"),
        ("{{ claim(result('score', 'x').number > 1, 'good') }}", "no attribute 'number'"),
        ("{{ f.grid_points", "cannot be read: unexpected end"),
        ("412 grids", "literal number"),
    ],
)
def test_what_is_not_true_or_not_known_stops_the_build(tmp_path: Path, source: str, message: str) -> None:
    with pytest.raises(ControlError, match=message):
        writer(tmp_path, source).markdown("scenario")


def test_html_says_where_a_number_comes_from(tmp_path: Path) -> None:
    html = writer(tmp_path, "# Title\n\n| a |\n|---|\n| {{ f.copies }} of {{ racks }} |\n").html("scenario")
    assert '<a class="number" href="facts.html#copies" title="assumption: makes a distribution operator' in html
    assert ">8<sup>a</sup></a>" in html
    assert '<span class="number" title="racks of inventory lab">3</span>' in html
    assert "<title>Title</title>" in html


def test_html_is_one_file_that_asks_the_network_for_nothing(tmp_path: Path) -> None:
    html = writer(tmp_path, "{{ drawing('architecture', 'The platform') }}\n").html("scenario")
    assert "<svg" in html
    assert "<figcaption>The platform</figcaption>" in html
    for outside in ("<script", "<link", "<img", "src=", "@import", "url(http"):
        assert outside not in html


def test_marks_inside_a_picture_stay_letters() -> None:
    assert "<svg><text>8ᵃ</text></svg></p>" in page("8ᵃ <svg><text>8ᵃ</text></svg>")
    assert "8<sup>a</sup>" in page("8ᵃ <svg><text>8ᵃ</text></svg>")


def test_links_lead_on_from_the_folder_of_pages(tmp_path: Path) -> None:
    source = "[a](qa.md#x) [b](facts.yml) [c](runbooks/lab.md#y)"
    text = writer(tmp_path, source).markdown("scenario")
    assert text == "[a](qa.md#x) [b](facts.md) [c](../../docs/runbooks/lab.md#y)"
    assert '<a href="qa.html#x">' in page(text)


def test_the_page_of_facts_has_a_row_for_every_fact_with_its_reason(tmp_path: Path) -> None:
    subject = writer(tmp_path, "")
    text = subject.fact_page()
    assert text.count('<a id="') == len(subject.facts.by_name)
    assert '<a id="energy"></a>Energy distributed a year | 1,256' in text
    assert "copies &times; grid energy" in text
    assert "assumption: order of magnitude of forward prices" in text
    with pytest.raises(DocumentError, match="literal number"):
        writer(tmp_path, "7").markdown("scenario")
