"""All pages, from their sources to a folder of static HTML that needs neither a server nor a network."""

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from gridlake_control import locked_environment, paths
from gridlake_control.documents.render import DOCUMENTS, Writer
from gridlake_control.site import answers, links, pages
from gridlake_control.site.errors import SiteError
from gridlake_control.site.pages import Page
from gridlake_control.site.reference import commands, dags, operate, roles, settings, tables

HERE = Path(__file__).parent
RUNBOOKS = "docs/runbooks/"
_SPHINX = ("-m", "sphinx", "--builder", "html", "--fail-on-warning", "--keep-going", "--quiet", "--fresh-env")


def collect(writer: Writer) -> list[Page]:
    """Every page of the site as Markdown, links and menu included."""
    files = pages.sources()
    places = {source: pages.place(source) for source in files}
    written = [_written(source, places, writer) for source in files]
    runbooks = {Path(one.place).name: one.markdown for one in written if one.source.startswith(RUNBOOKS)}
    found = [*written, operate.operate_page(runbooks), *references(writer)]
    twice = {one.place for one in found if [other.place for other in found].count(one.place) > 1}
    if twice:
        raise SiteError(f"two pages have the place {', '.join(sorted(twice))}; give one of them another name")
    return [_with_menu(one, found) if one.place == "index.md" else one for one in found]


def references(writer: Writer) -> list[Page]:
    """Pages that nobody writes."""
    return [
        commands.commands_page(),
        operate.playbooks_page(),
        commands.modules_page(),
        roles.index(),
        settings.settings_page(),
        settings.keys_page(),
        settings.topics_page(),
        settings.pins_page(),
        dags.page(),
        tables.page(writer.checkout),
        tables.reasons(),
    ]


def write(found: list[Page], folder: Path) -> None:
    """Leave the sources as Sphinx reads them."""
    for one in found:
        target = folder / one.place
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(one.markdown, encoding="utf-8")
    shutil.copy(HERE / "conf.py", folder)
    shutil.copytree(HERE / "static", folder / "static")


def html(found: list[Page], target: Path) -> None:
    """Have Sphinx make the target, which is replaced only by a whole site.

    Raises:
        SiteError: Sphinx warns of anything.
    """
    source, unfinished = target.with_name(f"{target.name}-source"), target.with_name(f".{target.name}.unfinished")
    for folder in (source, unfinished):
        shutil.rmtree(folder, ignore_errors=True)
    write(found, source)
    folders = ["--doctree-dir", str(source / ".doctrees"), str(source), str(unfinished)]
    command = [str(locked_environment.python("site")), *_SPHINX, *folders]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode or done.stderr:
        raise SiteError(f"Sphinx refuses the site:\n{done.stderr.strip()}")
    (unfinished / ".buildinfo").unlink()
    shutil.rmtree(target, ignore_errors=True)
    unfinished.rename(target)


def _written(source: str, places: Mapping[str, str], writer: Writer) -> Page:
    name = Path(source).stem
    if source == "docs/facts.yml":
        return Page(places[source], writer.fact_page(), source)
    if source in {f"docs/{document}.md" for document in DOCUMENTS}:
        text = writer.embedded(name)
    else:
        text = (paths.CHECKOUT / source).read_text(encoding="utf-8")
    if source == "docs/analyse.md":
        text = answers.with_answers(text, writer.results)
    text = links.led(text, source, places[source], places)
    if source.startswith("ansible/roles/"):
        text += f"\n{roles.variables(Path(source).parent.name)}"
    return Page(places[source], text, source)


def _with_menu(home: Page, found: list[Page]) -> Page:
    trees = [
        f"```{{toctree}}\n:hidden:\n:caption: {caption}\n\n" + "\n".join(places) + "\n```\n"
        for caption, places in pages.menu([one.place for one in found])
    ]
    return Page(home.place, "\n".join([home.markdown, *trees]), home.source)
