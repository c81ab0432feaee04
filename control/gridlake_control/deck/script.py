"""The deck as it will be told: slides in their order with their time, each with the origin of every number on it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from gridlake_control import paths
from gridlake_control.deck.slide import Bar, Slide, SlideError
from gridlake_control.documents.checkout import Checkout
from gridlake_control.documents.facts import Facts
from gridlake_control.documents.quantity import Mark, Missing, Quantity
from gridlake_control.documents.render import Thing, Writer, marked
from gridlake_control.documents.results import Results
from gridlake_control.inventory import Inventory

SOURCES = paths.CHECKOUT / "docs" / "deck"
_WORDS = {Mark.ASSUMPTION: "assumption", Mark.PROTOTYPE: "prototype"}


@dataclass(frozen=True)
class Told:
    """A slide, when it is told, and where its numbers come from."""

    slide: Slide
    begins: int
    seconds: int
    origins: tuple[str, ...]

    @property
    def timing(self) -> str:
        """Its time, for the speaker; slides of the appendix have none."""
        if not self.seconds:
            return "Appendix: shown when asked."
        end = self.begins + self.seconds
        return f"{_clock(self.begins)} to {_clock(end)} ({self.seconds} seconds)"


@dataclass(frozen=True)
class Bars:
    """Bars of a chart, with the quantities that they are made of."""

    of: tuple[tuple[str, Quantity | Missing], ...]


class Collector:
    """Shows values as slides do, and keeps which they were."""

    def __init__(self) -> None:
        """Begin with nothing shown."""
        self.kept: dict[tuple[str, str], Quantity] = {}

    def show(self, value: Any) -> Any:
        """A value of a macro as text."""
        match value:
            case bool() | int() | float():
                raise SlideError(f"{value} would be shown without unit and origin; show the quantity itself")
            case Quantity():
                self.keep(value)
                return marked(value.shown, value)
            case Missing():
                return value.shown
            case Thing():
                return f"`{value.name}`" + ("" if value.exists else " (not built yet)")
            case Bars():
                return json.dumps([self._bar(label, quantity) for label, quantity in value.of], ensure_ascii=False)
        return value

    def _bar(self, label: str, quantity: Quantity | Missing) -> dict[str, Any]:
        if isinstance(quantity, Missing):
            return vars(Bar(f"{label} (no result)", None, quantity.shown))
        self.keep(quantity)
        # In words: the deck's font has no raised letters, and charts cannot raise one.
        known = ", ".join(_WORDS[mark] for mark in sorted(quantity.marks))
        return vars(Bar(f"{label} ({known})" if known else label, quantity.number, quantity.shown))

    def keep(self, quantity: Quantity) -> None:
        """Remember a quantity in each form in which it is shown."""
        self.kept[quantity.name or quantity.origin, quantity.shown] = quantity


@dataclass
class Script:
    """Reads docs/deck against the facts, results and checkout that it is given."""

    facts: Facts
    results: Results
    checkout: Checkout
    sources: Path = SOURCES

    @classmethod
    def of_checkout(cls) -> "Script":
        """The deck of this checkout and of what it measured."""
        return cls(Facts.read(), Results(), Checkout(Inventory("lab")))

    @property
    def writer(self) -> Writer:
        """The documents' own writer, on the sources of slides."""
        macros = {"bars": bars, "figures": lambda *of, **named: Bars(tuple(self.results.figures(*of, **named).items()))}
        return Writer(self.facts, self.results, self.checkout, self.sources, ".yml.j2", macros)

    def told(self) -> list[Told]:
        """All slides in order; the talk's seconds are exactly its minutes."""
        order = yaml.safe_load((self.sources / "deck.yml").read_text(encoding="utf-8"))
        talk = [(entry["name"], int(entry["seconds"])) for entry in order["talk"]]
        if (planned := sum(seconds for _, seconds in talk)) != order["minutes"] * 60:
            raise SlideError(f"the talk takes {planned} seconds, not {order['minutes']} minutes")
        wanted = [*talk, *((name, 0) for name in order["appendix"])]
        present = {path.name.removesuffix(".yml.j2") for path in self.sources.glob("*.yml.j2")}
        if odd := present ^ {name for name, _ in wanted}:
            raise SlideError(f"docs/deck/deck.yml and the files beside it differ in {sorted(odd)}")
        return [
            self._tell(name, sum(spent for _, spent in wanted[:place]), seconds)
            for place, (name, seconds) in enumerate(wanted)
        ]

    def _tell(self, name: str, begins: int, seconds: int) -> Told:
        collector, before = Collector(), self.facts.used
        self.facts.used = set()
        slide = Slide.parse(name, self.writer.rendered(name, collector.show))
        # A fact that only a predicate looked at is a source too.
        for fact in sorted(self.facts.used - {name for name, _ in collector.kept}):
            collector.keep(self.facts.quantity(fact))
        self.facts.used |= before
        origins = [self._origin(quantity) for quantity in collector.kept.values()]
        return Told(slide, begins, seconds, tuple(origins))

    def _origin(self, quantity: Quantity) -> str:
        fact = self.facts.by_name.get(quantity.name)
        what = f"{fact.meaning}: " if fact else ""
        origin = quantity.origin.replace("_", " ") if fact and fact.formula else quantity.origin
        return f"{what}{marked(quantity.shown, quantity)} ({origin})"


def bars(**quantities: Quantity | Missing) -> Bars:
    """Bars from facts or results by their labels; an underscore is a blank."""
    return Bars(tuple((label.replace("_", " "), quantity) for label, quantity in quantities.items()))


def _clock(seconds: int) -> str:
    return f"{seconds // 60:02}:{seconds % 60:02}"
