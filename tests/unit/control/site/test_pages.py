"""Claims about where a file of the repository stands on the site."""

import pytest

from gridlake_control.site.pages import menu, place


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("README.md", "index.md"),
        ("docs/runbooks/lab.md", "operate/lab.md"),
        ("docs/decisions/0001-x.md", "decisions/0001-x.md"),
        ("ansible/roles/hdfs/README.md", "reference/roles/hdfs.md"),
        ("tests/faults/README.md", "develop/tests-faults.md"),
        ("kafka/README.md", "develop/kafka.md"),
        ("benchmarks/RULES.md", "develop/benchmarks-rules.md"),
        ("docs/facts.yml", "exercise/facts.md"),
    ],
)
def test_a_file_stands_in_the_section_of_its_readers(source: str, wanted: str) -> None:
    assert place(source) == wanted


def test_a_new_page_is_offered_behind_those_with_a_fixed_place_and_a_role_by_its_index() -> None:
    places = ["develop/zoo.md", "develop/contributing.md", "develop/index.md", "develop/ansible.md"]
    sections = dict(menu([*places, "reference/roles/hdfs.md", "reference/roles/index.md", "index.md"]))
    assert sections["Develop"] == ["develop/index", "develop/contributing", "develop/ansible", "develop/zoo"]
    assert "reference/roles/hdfs" not in sections["Reference"]
