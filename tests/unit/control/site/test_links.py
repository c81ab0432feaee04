"""Claims about links between files that become links between pages."""

import pytest

from gridlake_control.site.errors import SiteError
from gridlake_control.site.links import led

PAGES = {
    "README.md": "index.md",
    "ansible/README.md": "develop/ansible.md",
    "docs/runbooks/lab.md": "operate/lab.md",
    "docs/facts.yml": "exercise/facts.md",
}


@pytest.mark.parametrize(
    ("source", "place", "words", "wanted"),
    [
        ("README.md", "index.md", "[lab](docs/runbooks/lab.md#symptoms)", "[lab](operate/lab.md#symptoms)"),
        ("README.md", "index.md", "[ansible/](ansible)", "[ansible/](develop/ansible.md)"),
        ("docs/runbooks/lab.md", "operate/lab.md", "[first](../../README.md)", "[first](../index.md)"),
        ("docs/README.md", "develop/docs.md", "[facts](facts.yml)", "[facts](../exercise/facts.md)"),
        ("README.md", "index.md", "[licence](LICENSE)", "licence (`LICENSE`)"),
        ("README.md", "index.md", "[`LICENSE`](LICENSE)", "`LICENSE`"),
        ("README.md", "index.md", "[there](https://example.org/a.md), [here](#here)", None),
        ("README.md", "index.md", "```text\n[lab](docs/runbooks/lab.md)\n```", None),
        ("README.md", "index.md", "over\n[two\nlines](ansible/README.md)", "over\n[two\nlines](develop/ansible.md)"),
    ],
)
def test_a_link_leads_where_it_led_in_the_repository(source: str, place: str, words: str, wanted: str | None) -> None:
    assert led(words, source, place, PAGES) == (wanted or words)


def test_a_link_to_nothing_is_refused_naming_its_page() -> None:
    with pytest.raises(SiteError, match=r"docs/README\.md links to gone\.md, which is not there"):
        led("[x](gone.md)", "docs/README.md", "develop/docs.md", PAGES)
