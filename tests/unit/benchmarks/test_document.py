"""Files are read strictly and hashed in one form."""

from pathlib import Path

import pytest

from gridlake_bench import document
from gridlake_bench.errors import DocumentError


def file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "file"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_hash_is_that_of_sorted_keys_without_spaces() -> None:
    # printf '{"a":[1,null],"ü":0.5}' | sha256sum
    expected = "e45a51d7b708bffbeaee135efb046a22471707c7fd6c28cb8cd90089c224d829"
    assert document.canonical({"ü": 0.5, "a": [1, None]}) == '{"a":[1,null],"ü":0.5}'.encode()
    assert document.digest({"ü": 0.5, "a": [1, None]}) == expected


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {1, 2}])
def test_what_json_cannot_spell_has_no_hash(value: object) -> None:
    with pytest.raises(DocumentError, match="no canonical form"):
        document.digest({"x": value})


@pytest.mark.parametrize("text", ['{"a": 1, "a": 2}', '{"a": NaN}', '{"a": -Infinity}', '{"a": 1'])
def test_json_that_hides_or_lacks_something_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(DocumentError, match="cannot be read"):
        document.read_json(file(tmp_path, text))


def test_a_yaml_key_that_stands_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="blocks stands twice"):
        document.read_yaml(file(tmp_path, "a: {blocks: 1, blocks: 2}\n"))


def test_all_problems_of_a_schema_come_in_one_list_with_their_places() -> None:
    problems = document.schema_problems("costs", {"prices": {"a": {"value": -1, "unit": "", "basis": "quote"}}})
    assert [problem.split(":")[0] for problem in problems] == ["/"] + ["/prices/a"] * 2 + [
        "/prices/a/unit",
        "/prices/a/value",
    ]
