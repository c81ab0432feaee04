"""Claims about what stands below a sample query."""

import json
from pathlib import Path

import pytest

from gridlake_control import sample_queries
from gridlake_control.documents.results import Results
from gridlake_control.site.answers import with_answers
from gridlake_control.site.errors import SiteError

PAGE = sample_queries.PAGE.read_text(encoding="utf-8")


def measured(folder: Path, titles: list[str]) -> Results:
    """A lake's answers to these samples: two rows of eleven."""
    answer = {"columns": ["a", "b"], "rows": [["1", "x|y"], ["2", ""]], "count": 11, "seconds": 0.5}
    (folder / "queries").mkdir()
    document = {"inventory": "lab", "answers": dict.fromkeys(titles, answer)}
    (folder / "queries" / "queries.json").write_text(json.dumps(document), encoding="utf-8")
    return Results(folder, folder / "committed")


def test_every_sample_shows_its_answer_and_where_it_was_measured(tmp_path: Path) -> None:
    titles = list(sample_queries.read())
    page = with_answers(PAGE, measured(tmp_path, titles))
    assert page.count("```\n\n| a | b |\n| --- | --- |\n| 1 | x\\|y |\n| 2 |  |\n") == len(titles)
    assert page.count("\n\nThe first 2 of 11 rows, 0.5 s (measured in `queries.json`).\n") == len(titles)


def test_without_a_lake_the_page_says_so_below_every_sample(tmp_path: Path) -> None:
    page = with_answers(PAGE, Results(tmp_path, tmp_path))
    assert page.count("```\n\n*not measured yet* (`make queries`)\n") == len(sample_queries.read())


def test_an_answer_to_another_page_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SiteError, match=r"has no answer to .*; run `make queries` again"):
        with_answers(PAGE, measured(tmp_path, ["Something else?"]))
