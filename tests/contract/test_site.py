"""The documentation site: built without a warning, every link leads somewhere, nothing comes from a network."""

import posixpath
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml
from measured import results

from gridlake_control import paths
from gridlake_control.documents.checkout import Checkout
from gridlake_control.documents.facts import Facts
from gridlake_control.documents.render import Writer
from gridlake_control.inventory import Inventory
from gridlake_control.site import build
from gridlake_control.site.errors import SiteError
from gridlake_control.site.pages import Page
from gridlake_control.site.reference import operate

CHECKOUT = paths.CHECKOUT


class Html(HTMLParser):
    """What one page offers to link to, links to, and loads."""

    def __init__(self) -> None:
        super().__init__()
        self.places = set[str]()
        self.links = list[str]()
        self.loaded = list[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.places.add(given.get("id", ""))
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif tag in {"script", "link", "img", "iframe"}:
            self.loaded += [given[name] for name in ("src", "href") if name in given]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> list[Page]:
    """The site's pages as they are in a fresh clone, where nobody has measured anything."""
    checkout = Checkout(Inventory("lab"))
    return build.collect(Writer(Facts.read(), results(tmp_path_factory.mktemp("nothing"), {}), checkout))


@pytest.fixture(scope="module")
def site(pages: list[Page], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Html]:
    """Every page of the built site by its place; Sphinx fails on any warning."""
    target = tmp_path_factory.mktemp("site") / "site"
    build.html(pages, target)
    found = {}
    for file in target.rglob("*.html"):
        found[str(file.relative_to(target))] = html = Html()
        html.feed(file.read_text(encoding="utf-8"))
    return found


def test_every_markdown_file_of_the_repository_is_a_page(pages: list[Page], site: dict[str, Html]) -> None:
    listed = subprocess.run(["git", "ls-files", "*.md"], check=True, capture_output=True, text=True, cwd=CHECKOUT)
    sources = {page.source for page in pages}
    assert {line for line in listed.stdout.splitlines() if (CHECKOUT / line).is_file()} - sources == set()
    assert {page.place.replace(".md", ".html") for page in pages} == set(site) - {"search.html"}


def test_every_link_of_the_site_finds_its_place(site: dict[str, Html]) -> None:
    count = 0
    for name, html in site.items():
        for link in html.links:
            target, _, place = link.partition("#")
            if target.startswith(("https://", "http://")):
                continue
            page = posixpath.normpath(posixpath.join(posixpath.dirname(name), target)) if target else name
            assert page in site, (name, link)
            assert place == "" or place in site[page].places, (name, link)
            count += 1
    assert count > 1000


def test_a_page_loads_nothing_from_a_network(site: dict[str, Html]) -> None:
    loaded = {source for html in site.values() for source in html.loaded}
    assert {source for source in loaded if source.startswith(("http:", "https:", "//"))} == set()
    assert any(source.endswith("site.css") or "site.css?" in source for source in loaded)


def test_the_first_page_leads_to_what_a_newcomer_looks_for(site: dict[str, Html]) -> None:
    wanted = {"start/quick-start", "start/production", "operate/index", "analyse/queries", "develop/index"}
    assert {f"{page}.html" for page in wanted} <= {link.partition("#")[0] for link in site["index.html"].links}


@pytest.mark.parametrize(
    "words", ["[gone](other.md)", "[gone](#nowhere)", "```{nothing}\n```"], ids=["page", "heading", "directive"]
)
def test_what_sphinx_warns_of_stops_the_build_and_keeps_the_site_that_was_there(words: str, tmp_path: Path) -> None:
    target = tmp_path / "site"
    build.html([Page("index.md", "# Whole\n")], target)
    before = (target / "index.html").read_bytes()
    with pytest.raises(SiteError, match="Sphinx refuses the site"):
        build.html([Page("index.md", f"# Broken\n\n{words}\n")], target)
    assert (target / "index.html").read_bytes() == before


def test_every_verb_has_a_runbook_and_every_runbook_a_verb_that_exists() -> None:
    folder = CHECKOUT / "docs" / "runbooks"
    runbooks = [operate.Runbook.read(file.name, file.read_text(encoding="utf-8")) for file in folder.glob("*.md")]
    verbs = operate.playbooks()
    assert {one.path for one in verbs if not operate.explaining(one, runbooks)} == set(), (
        "write docs/runbooks/<verb>.md"
    )
    known = {word for one in verbs for word in (one.path, *one.targets)}
    known |= {f"make {name}" for name in Checkout(Inventory("lab")).targets}
    assert {verb for book in runbooks for verb in book.verbs} - known == set()


def test_references_hold_what_code_and_data_hold(pages: list[Page]) -> None:
    text = {page.place: page.markdown for page in pages}
    topics = yaml.safe_load((CHECKOUT / "kafka" / "topics.yml").read_text(encoding="utf-8"))["topics"]
    assert [f"## {topic['name']}" in text["reference/topics.md"] for topic in topics] == [True] * len(topics)
    for setting in yaml.safe_load((CHECKOUT / "hadoop_conf" / "platform.yml").read_text(encoding="utf-8")):
        assert f"| `{setting}` |" in text["reference/settings.md"], setting
    for file in (CHECKOUT / "hadoop_conf" / "sites").glob("*.yml"):
        for key, entry in next(iter(yaml.safe_load(file.read_text(encoding="utf-8")).values())).items():
            assert f"| `{key}` |" in text["reference/keys.md"], key
            assert " ".join(entry["why"].split()) in text["reference/keys.md"].replace("\\", ""), key
    for role in (CHECKOUT / "ansible" / "roles").iterdir():
        spec = role / "meta" / "argument_specs.yml"
        options = (
            yaml.safe_load(spec.read_text(encoding="utf-8"))["argument_specs"]["main"]["options"]
            if spec.is_file()
            else {}
        )
        for name in options:
            assert f"| `{name}` |" in text[f"reference/roles/{role.name}.md"], name
    for table, columns in Checkout(Inventory("lab")).tables.items():
        _, _, rest = text["reference/tables.md"].partition(f"\n### {table}\n")
        assert [f"| `{column}` |" in rest.partition("\n### ")[0] for column in columns] == [True] * len(columns), table
    for target in Checkout(Inventory("lab")).targets - {"root", "ready", "lab-only"}:
        assert f"| `make {target}` |" in text["reference/commands.md"]
