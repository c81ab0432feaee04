"""From a source in docs/ to a page: macros replaced, claims checked, as Markdown and as HTML that prints."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError
from markdown_it import MarkdownIt

from gridlake_control import paths
from gridlake_control.documents import diagram, language
from gridlake_control.documents.checkout import Checkout
from gridlake_control.documents.facts import Facts
from gridlake_control.documents.quantity import FILTERS, Mark, Missing, Quantity
from gridlake_control.documents.results import Results
from gridlake_control.errors import ControlError
from gridlake_control.inventory import Inventory

SOURCES = paths.CHECKOUT / "docs"
DOCUMENTS = ("scenario", "qa")
HERE = Path(__file__).parent
_LETTERS = {Mark.ASSUMPTION: "a", Mark.PROTOTYPE: "p"}


class DocumentError(ControlError):
    """A source cannot be rendered, or says what is not true."""


@dataclass(frozen=True)
class Drawing:
    """A picture: a file beside the Markdown page, part of the HTML page."""

    name: str
    svg: str
    caption: str


@dataclass(frozen=True)
class Thing:
    """A table, DAG, job or command, with whether it exists."""

    name: str
    exists: bool


@dataclass
class Writer:
    """Renders sources against the facts, results and checkout that it is given."""

    facts: Facts = field(default_factory=Facts.read)
    results: Results = field(default_factory=Results)
    checkout: Checkout = field(default_factory=lambda: Checkout(Inventory("lab")))
    sources: Path = SOURCES
    ending: str = ".md"
    macros: Mapping[str, Any] = field(default_factory=dict)
    """Beyond the language that all sources share."""

    def markdown(self, name: str) -> str:
        """A page as Markdown."""
        return _links(self.rendered(name, _as_markdown))

    def html(self, name: str) -> str:
        """A page as HTML of one file."""
        return page(_links(self.rendered(name, _as_html)))

    def embedded(self, name: str) -> str:
        """A page as Markdown for another frame: values carry their origin as HTML, links lead as in the source."""
        return self.rendered(name, _as_html)

    def problems(self, name: str) -> list[str]:
        """What the source may not say itself."""
        text = (self.sources / f"{name}{self.ending}").read_text(encoding="utf-8")
        try:
            return list(language.problems(self.environment(_as_markdown), text))
        except TemplateError as error:
            raise DocumentError(f"{self._place(name)} cannot be read: {error}") from error

    def rendered(self, name: str, show: Callable[[Any], Any]) -> str:
        """A source with its macros replaced, each value as `show` shows it."""
        if found := self.problems(name):
            raise DocumentError(f"{self._place(name)}:\n" + "\n".join(found))
        try:
            text = self.environment(show).get_template(f"{name}{self.ending}").render()
        except (TemplateError, TypeError) as error:
            raise DocumentError(f"{self._place(name)} cannot be rendered: {error}") from error
        return text.lstrip("\n")

    def _place(self, name: str) -> str:
        path = self.sources / f"{name}{self.ending}"
        return str(path.relative_to(paths.CHECKOUT) if path.is_relative_to(paths.CHECKOUT) else path.name)

    def environment(self, show: Callable[[Any], Any]) -> Environment:
        """The language of the sources."""
        environment = Environment(
            loader=FileSystemLoader(self.sources),
            undefined=StrictUndefined,
            finalize=show,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            autoescape=False,  # noqa: S701 - Markdown, from our own sources
        )
        environment.filters.update(FILTERS)
        environment.globals.clear()
        environment.globals.update(self._language())
        return environment

    def _language(self) -> Mapping[str, Any]:
        checkout = self.checkout
        things = ("table", "dag", "job", "command", "playbook")
        return {
            "f": self.facts,
            "s": checkout.settings,
            "pin": checkout.pin,
            "topic": checkout.topic,
            "hosts": checkout.hosts,
            "racks": checkout.racks,
            "smallest": checkout.smallest,
            "reasons": checkout.reasons,
            "reason": checkout.reason,
            "column": checkout.column,
            "exists": checkout.exists,
            "have": self.results.have,
            "result": self.results.figure,
            "holds": self.results.holds,
            "where": self._where,
            "claim": claim,
            "drawing": self._drawing,
            **{kind: self._thing(kind) for kind in things},
            **self.macros,
        }

    def _thing(self, kind: str) -> Callable[[str], Thing]:
        def named(name: str) -> Thing:
            return Thing(f"make {name}" if kind == "command" else name, self.checkout.exists(kind, name))

        return named

    def _where(self, name: str) -> str:
        """Which file a result was read from, or the command that makes it."""
        if self.results.have(name):
            return f"measured in `{self.results.place(name)}`"
        return f"not measured yet (`{self.results.missing(name).command}`)"

    def _drawing(self, name: str, caption: str) -> Drawing:
        return Drawing(name, diagram.DRAWINGS[name](self.checkout, self.facts), caption)

    def fact_page(self) -> str:
        """Every fact with its unit and where it comes from, as Markdown."""
        lines = [
            "# Facts behind the documents",
            "",
            f"Generated from `docs/facts.yml`. {Mark.ASSUMPTION} is an assumption of the scenario. {Mark.PROTOTYPE}",
            "was measured once on a prototype and has no result file. A number computed from one carries its mark.",
        ]
        for group, facts in self.facts.groups():
            lines += [
                "",
                f"## {group.replace('_', ' ').capitalize()}",
                "",
                "| fact | value | where from |",
                "|---|---|---|",
            ]
            for fact in facts:
                quantity = self.facts.quantity(fact.name)
                origin = quantity.origin.replace("_", " ") if fact.formula else quantity.origin
                value = marked(quantity.shown, quantity)
                lines.append(f'| <a id="{fact.name}"></a>{fact.meaning} | {value} | {origin.replace("*", "&times;")} |')
        return "\n".join(lines) + "\n"


def claim(holds: bool, phrase: str) -> str:
    """A comparison in words, which the build refuses when it is not true."""
    if not isinstance(holds, bool):
        raise DocumentError(f"the claim {phrase!r} rests on {holds!r}, which is neither true nor false")
    if not holds:
        raise DocumentError(f"the claim {phrase!r} is not true of the facts and results; rewrite the sentence")
    return phrase


def marked(shown: str, quantity: Quantity) -> str:
    """A number as it is shown, with its marks."""
    return shown + "".join(sorted(quantity.marks))


def _as_markdown(value: Any) -> Any:
    match value:
        case bool() | int() | float():
            raise DocumentError(f"{value} would be shown without unit and origin; show the quantity itself")
        case Quantity():
            return marked(value.shown, value)
        case Missing():
            return f"*{value.shown}*"
        case Thing():
            return f"`{value.name}`" + ("" if value.exists else " (not built yet)")
        case Drawing():
            return f"![{value.caption}]({value.name}.svg)\n\n*{value.caption}*"
    return value


def _as_html(value: Any) -> Any:
    match value:
        case bool() | int() | float():
            raise DocumentError(f"{value} would be shown without unit and origin; show the quantity itself")
        case Quantity():
            origin = escape(value.origin, quote=True).replace("|", "&#124;")
            target = f'<a class="number" href="facts.html#{value.name}"' if value.name else '<span class="number"'
            end = "</a>" if value.name else "</span>"
            marks = "".join(f"<sup>{_LETTERS[mark]}</sup>" for mark in sorted(value.marks))
            return f'{target} title="{origin}">{value.shown}{marks}{end}'
        case Missing():
            return f'<span class="open" title="{escape(value.command)}">{value.shown}</span>'
        case Thing():
            return f"`{value.name}`" + ("" if value.exists else ' <span class="open">(not built yet)</span>')
        case Drawing():
            return f"<figure>\n{value.svg}\n<figcaption>{value.caption}</figcaption>\n</figure>"
    return value


def _links(text: str) -> str:
    """Links as they lead from build/docs: to the other pages there, to everything else in docs/."""
    pages = {*DOCUMENTS, "facts"}

    def led(match: re.Match[str]) -> str:
        target, part = match[1], match[2] or ""
        if target == "facts.yml":
            return f"](facts.md{part})"
        if target.removesuffix(".md") in pages or target.endswith(".svg"):
            return f"]({target}{part})"
        return f"](../../docs/{target}{part})"

    return re.sub(r"\]\(([^)#:]+)(#[^)]*)?\)", led, text)


def page(markdown: str) -> str:
    """A Markdown page as one self-contained HTML file."""
    pages = "|".join((*DOCUMENTS, "facts"))
    linked = re.sub(rf"\]\(({pages})\.md", r"](\1.html", markdown)
    body = MarkdownIt("commonmark", {"html": True}).enable("table").render(linked)
    outside_pictures = re.split(r"(<svg.*?</svg>)", body, flags=re.DOTALL)
    for mark, letter in _LETTERS.items():
        outside_pictures[::2] = [part.replace(mark, f"<sup>{letter}</sup>") for part in outside_pictures[::2]]
    body = "".join(outside_pictures)
    # Long names may break where people would break them, so that tables keep their columns.
    body = re.sub(r"<code>[\w.]+</code>", lambda name: re.sub(r"([._])", r"\1<wbr>", name[0]), body)
    body = re.sub(r"<h([23])>(.*?)</h\1>", _with_anchor, body)
    title = re.search(r"^# (.+)$", markdown, re.M)
    environment = Environment(loader=FileSystemLoader(HERE), undefined=StrictUndefined, autoescape=True)
    return environment.get_template("page.html.j2").render(title=title[1] if title else "", body=body)


def _with_anchor(heading: re.Match[str]) -> str:
    """The heading with the id by which Markdown viewers know it too."""
    words = re.sub(r"<[^>]*>|[^\w\s-]", "", heading[2]).lower()
    return f'<h{heading[1]} id="{words.replace(" ", "-")}">{heading[2]}</h{heading[1]}>'


def write(writer: Writer, target: Path) -> list[Path]:
    """Render every page below the target and return the files."""
    target.mkdir(parents=True, exist_ok=True)
    files = {f"{name}.md": writer.markdown(name) for name in DOCUMENTS}
    files |= {f"{name}.html": writer.html(name) for name in DOCUMENTS}
    files |= {"facts.md": writer.fact_page(), "facts.html": page(writer.fact_page())}
    files |= {f"{name}.svg": draw(writer.checkout, writer.facts) for name, draw in diagram.DRAWINGS.items()}
    for name, text in files.items():
        (target / name).write_text(text, encoding="utf-8")
    return [target / name for name in files]
