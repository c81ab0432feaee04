"""Claims about the sample queries of the documentation, without a lake."""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlfluff

from gridlake_control.documents.checkout import Checkout
from gridlake_control.inventory import Inventory
from gridlake_control.lake_proof import Lake
from gridlake_control.sample_queries import SampleError, read, run

PAGE = """# Page
Words.

## First?
More words.
```sql
SELECT 1
```

## Without

## Second?
```sql
SELECT 2
FROM x
```
"""


@dataclass(frozen=True)
class Answering(Lake):
    """A lake that has its answers ready."""

    answer: tuple[list[str], list[list[Any]]] = (["n"], [])

    def named(self, sql: str) -> tuple[list[str], list[list[Any]]]:  # noqa: ARG002 - as the lake takes it
        return self.answer


def answering(*rows: list[Any]) -> Answering:
    return Answering("host", 1, "analyst", "", Path(), (["a", "b"], list(rows)))


def test_a_sample_is_a_heading_and_the_block_below_it(tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text(PAGE, encoding="utf-8")
    assert read(tmp_path / "page.md") == {"First?": "SELECT 1", "Second?": "SELECT 2\nFROM x"}


def test_a_page_without_samples_is_refused(tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text("# Page\n", encoding="utf-8")
    with pytest.raises(SampleError, match="holds no heading with a block of SQL"):
        read(tmp_path / "page.md")


def test_ten_rows_are_shown_as_text_and_all_are_counted() -> None:
    answers = run(answering(*([date(2016, 3, 21), {"b": 1, "a": None}] for _ in range(11))), {"T": "SELECT"})
    assert answers["T"]["rows"] == [["2016-03-21", '{"a": null, "b": 1}']] * 10
    assert (answers["T"]["columns"], answers["T"]["count"]) == (["a", "b"], 11)


def test_a_sample_that_shows_nothing_is_refused() -> None:
    with pytest.raises(SampleError, match="'T' has no row to show; fill the lake first: make demo"):
        run(answering(), {"T": "SELECT"})


@pytest.mark.parametrize("title", read())
def test_a_sample_of_the_documentation_parses_and_names_tables_that_exist(title: str) -> None:
    sql = read()[title]
    sqlfluff.parse(sql, dialect="trino")
    named = set(re.findall(r"\blake\.(\w+\.\w+)", sql))
    assert named
    assert named - set(Checkout(Inventory("lab")).tables) == set()
