"""The scenario and the Q&A: rendered with and without results, nothing typed, every fact used and true of the code."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from measured import MEASURED, results

from gridlake_control import paths, sizing
from gridlake_control.documents.checkout import Checkout
from gridlake_control.documents.facts import Facts
from gridlake_control.documents.render import DOCUMENTS, DocumentError, Writer, write
from gridlake_control.inventory import Inventory
from headend import fleet

CHECKOUT = Checkout(Inventory("lab"))
SCHEMA = paths.CHECKOUT / "kafka" / "schemas" / "transformer_reading.v1.avsc"


def writer(tmp_path: Path, **measured: dict[str, Any]) -> Writer:
    return Writer(Facts.read(), results(tmp_path, measured), CHECKOUT)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_source_holds_no_literal_number_and_no_comparison(name: str) -> None:
    assert writer(Path("absent")).problems(name) == []


def test_documents_are_rendered_without_any_result_and_say_so(tmp_path: Path) -> None:
    files = write(writer(tmp_path), tmp_path / "docs")
    assert {file.name for file in files} == {
        *("scenario.md", "scenario.html", "qa.md", "qa.html", "facts.md", "facts.html", "architecture.svg")
    }
    scenario, answers = ((tmp_path / "docs" / f"{name}.md").read_text(encoding="utf-8") for name in DOCUMENTS)
    assert "not measured yet (`make demo`)" in scenario
    for command in ("bench-spark", "bench-sql", "bench-storage", "drills", "score"):
        assert f"not measured yet (`make {command}`)" in answers


def test_documents_change_with_the_results(tmp_path: Path) -> None:
    subject = writer(tmp_path, **MEASURED)
    scenario, answers = subject.markdown("scenario"), subject.markdown("qa")
    assert "of 521,315 records 0 were lost and 0 doubled (measured in `proof.json`)" in scenario.replace("\n", " ")
    assert "0.83 at 0.62" in scenario
    assert "| Kafka Connect | 4 |" in answers
    for name in ("spark", "sql", "storage", "ingest"):
        assert f"measured in `{name}.json`" in answers


def test_a_claim_that_a_result_contradicts_stops_the_build(tmp_path: Path) -> None:
    subject = writer(tmp_path, demo=MEASURED["demo"] | {"oracle_hash_equal": False})
    with pytest.raises(DocumentError, match="every value as it was sent"):
        subject.markdown("scenario")


def test_every_fact_is_used(tmp_path: Path) -> None:
    subject = writer(tmp_path)
    for name in DOCUMENTS:
        subject.markdown(name)
    assert set(subject.facts.by_name) - subject.facts.needed() == set()


def test_facts_agree_with_the_code_they_are_read_from() -> None:
    facts, schema = Facts.read(), [field["name"] for field in json.loads(SCHEMA.read_text(encoding="utf-8"))["fields"]]
    channels = schema[schema.index("import_wh") : schema.index("status") + 1]
    assert facts.transformer_channels.number == len(channels)
    assert facts.replication.number == CHECKOUT.settings.hdfs_replication.number
    assert facts.site_hosts.number == CHECKOUT.smallest["nodes"].number == sum(kind.count for kind in sizing.LAYOUTS[0])
    assert facts.day_minutes.number == facts.interval.number * facts.day_intervals.number
    window = (fleet._SEND_AFTER_S, fleet._SEND_AFTER_S + fleet._SEND_WITHIN_S)
    assert tuple(f"{second // 3600:02}:{second // 60 % 60:02}" for second in window) == (
        facts.first_collection.value,
        facts.last_collection.value,
    )


def test_the_size_of_the_organisation_is_that_of_the_design() -> None:
    facts = Facts.read()
    assert (facts.metering_points.number, facts.plants.number, facts.substations.number) == (260_088, 21_168, 3_296)
    assert facts.daily_readings.number == 29_531_904
    assert facts.team.number == 8
    assert facts.finds.number == 48


def test_every_link_of_a_page_finds_its_place(tmp_path: Path) -> None:
    pages = {
        file.name: file.read_text(encoding="utf-8") for file in write(writer(tmp_path), tmp_path / "build" / "docs")
    }
    places = {name: set(re.findall(r' id="([^"]+)"', text)) for name, text in pages.items()}
    links = {
        (name, *target.partition("#")[::2])
        for name, text in pages.items()
        for target in re.findall(r'href="([^"]+)"', text)
    }
    assert len(links) > 100
    for name, target, place in sorted(links):
        if target.startswith("../../docs/"):
            assert (paths.CHECKOUT / target.removeprefix("../../")).is_file(), (name, target)
        else:
            assert target in pages, (name, target)
            assert place == "" or place in places[target], (name, target, place)


def test_three_questions_come_first() -> None:
    headings = re.findall(r"^## (.+)$", (paths.CHECKOUT / "docs" / "qa.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert [re.findall(r"Spark|SQL|S3", heading) for heading in headings[:3]] == [["Spark"], ["SQL"], ["S3"]]
