"""docs/facts.yml: every number of the scenario, with its unit and a source, an assumption's reason or a formula."""

import ast
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from gridlake_control import paths
from gridlake_control.documents.quantity import UNITS, Mark, Quantity
from gridlake_control.errors import ControlError

FACT_FILE = paths.CHECKOUT / "docs" / "facts.yml"

# One schema: what each kind of fact must say, and nothing else.
_KINDS: dict[str, set[str]] = {
    "from a source": {"meaning", "unit", "value", "source"},
    "measured on a prototype": {"meaning", "unit", "value", "source", "prototype"},
    "assumed": {"meaning", "unit", "value", "assumption", "reason"},
    "computed": {"meaning", "unit", "formula"},
}
_FLAGS = {"assumption": Mark.ASSUMPTION, "prototype": Mark.PROTOTYPE}
_OPERATORS: dict[type, Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


class FactError(ControlError):
    """A fact is malformed, unknown, or computed from something that is no number."""


@dataclass(frozen=True)
class Fact:
    """One number of the scenario, or the formula that gives it."""

    name: str
    group: str
    meaning: str
    unit: str
    value: float | str | None
    formula: str
    source: str
    marks: frozenset[Mark]

    @classmethod
    def parse(cls, group: str, name: str, entry: Mapping[str, Any]) -> "Fact":
        """Read one entry; it must be of exactly one kind."""
        if not isinstance(entry, Mapping) or set(entry) not in _KINDS.values():
            kinds = "; ".join(f"{kind}: {', '.join(sorted(keys))}" for kind, keys in _KINDS.items())
            found = sorted(entry) if isinstance(entry, Mapping) else entry
            raise FactError(f"{name} has {found}, which is no kind of fact. Kinds are {kinds}")
        empty = [key for key, value in entry.items() if value is None or value is False or value == ""]
        if empty:
            raise FactError(f"{name} leaves {empty} empty; a flag that is not true is left out")
        if entry["unit"] not in UNITS:
            raise FactError(f"{name} has the unit {entry['unit']!r}; known are {', '.join(UNITS)}")
        value = entry.get("value")
        if "value" in entry and isinstance(value, str) != (entry["unit"] == "text"):
            raise FactError(f"{name}: the value {value!r} does not go with the unit {entry['unit']}")
        marks = frozenset(mark for key, mark in _FLAGS.items() if key in entry)
        source = entry.get("source", entry.get("reason", ""))
        formula = str(entry.get("formula", ""))
        return cls(name, group, entry["meaning"], entry["unit"], value, formula, source, marks)

    @cached_property
    def tree(self) -> ast.expr:
        """The formula, parsed."""
        try:
            return ast.parse(self.formula, mode="eval").body
        except SyntaxError as error:
            raise FactError(f"{self.name}: {self.formula!r} is no formula") from error

    @cached_property
    def inputs(self) -> list[str]:
        """Facts that the formula names, in order."""
        return [node.id for node in ast.walk(self.tree) if isinstance(node, ast.Name)] if self.formula else []


class Facts:
    """All facts by name; `facts.metering_points` is its quantity, and an unknown name is an error."""

    def __init__(self, facts: Mapping[str, Fact]) -> None:
        """Take facts by name."""
        self.by_name = dict(facts)
        self.used: set[str] = set()
        self._computing: list[str] = []

    @classmethod
    def read(cls, path: Path = FACT_FILE) -> "Facts":
        """Read the file: groups of facts, whose names are unique over all groups."""
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        facts: dict[str, Fact] = {}
        for group, entries in document["facts"].items():
            for name, entry in entries.items():
                if name in facts:
                    raise FactError(f"{name} stands in the groups {facts[name].group!r} and {group!r}; keep one")
                facts[name] = Fact.parse(group, name, entry)
        return cls(facts)

    def __getattr__(self, name: str) -> Quantity:
        """A fact that a document uses."""
        if name.startswith("_"):
            raise AttributeError(name)
        self.used.add(name)
        return self.quantity(name)

    def quantity(self, name: str) -> Quantity:
        """The number behind a name, computed if it has a formula."""
        if name not in self.by_name:
            raise FactError(f"no fact {name!r} in {FACT_FILE.relative_to(paths.CHECKOUT)}; add it with its source")
        fact = self.by_name[name]
        if not fact.formula:
            assert fact.value is not None  # noqa: S101 - Fact.parse refuses a fact with neither
            return Quantity(fact.value, fact.unit, self.origin(fact), name, fact.marks)
        if name in self._computing:
            raise FactError(f"{' -> '.join([*self._computing, name])} goes round in a circle")
        self._computing.append(name)
        try:
            value, marks = self._compute(fact, fact.tree)
        finally:
            self._computing.pop()
        return Quantity(value, fact.unit, self.origin(fact), name, marks)

    def _compute(self, fact: Fact, node: ast.expr) -> tuple[float, frozenset[Mark]]:
        match node:
            case ast.Constant(value=int() | float() as number):
                return number, frozenset()
            case ast.Name(id=name):
                quantity = self.quantity(name)
                return quantity.number, quantity.marks
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
                (first, one), (second, other) = self._compute(fact, left), self._compute(fact, right)
                return _OPERATORS[type(op)](first, second), one | other
            case _:
                raise FactError(f"{fact.name}: {ast.unparse(node)!r} is neither a number, a fact nor one of + - * /")

    def origin(self, fact: Fact) -> str:
        """Where the number comes from, in a sentence's length."""
        if fact.formula:
            return fact.formula
        if Mark.ASSUMPTION in fact.marks:
            return f"assumption: {fact.source}"
        return f"prototype: {fact.source}" if Mark.PROTOTYPE in fact.marks else fact.source

    def needed(self) -> set[str]:
        """Facts that the documents use, and what those are computed from."""
        waiting, found = sorted(self.used), set[str]()
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += self.by_name[name].inputs
        return found

    def groups(self) -> Iterator[tuple[str, list[Fact]]]:
        """Facts by group, in the order of the file."""
        for group in dict.fromkeys(fact.group for fact in self.by_name.values()):
            yield group, [fact for fact in self.by_name.values() if fact.group == group]
