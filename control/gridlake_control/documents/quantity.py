"""A number that knows its unit, where it comes from, and how far it may be trusted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from gridlake_control.errors import ControlError

SPACE = "\N{NO-BREAK SPACE}"
WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")

# Shown after the number. A count shows nothing; `text` is a name, a clock time or a version.
UNITS = {
    "count": "",
    "text": "",
    "percent": "%",
    "EUR": "EUR",
    "EUR/year": "EUR a year",
    "EUR/MWh": "EUR/MWh",
    "GWh/year": "GWh a year",
    "kWh": "kWh",
    "km": "km",
    "seconds": "s",
    "minutes": "min",
    "hours": "h",
    "days": "days",
    "months": "months",
    "years": "years",
    "bytes": "B",
    "MB/second": "MB/s",
    "readings/second": "readings a second",
    "TB": "TB",
}


class Mark(StrEnum):
    """What a reader has to know of a number beside its value; the letter is shown after it."""

    ASSUMPTION = "ᵃ"
    PROTOTYPE = "ᵖ"


class QuantityError(ControlError):
    """A number is asked for in a form that it does not have."""


@dataclass(frozen=True)
class Quantity:
    """A value with unit and origin; `number` is what predicates compare."""

    value: float | str
    unit: str
    origin: str
    """Where it comes from, for a reader."""
    name: str = ""
    """Name of the fact, which the page of facts has a row for."""
    marks: frozenset[Mark] = frozenset()
    form: str = ""
    """How it is shown, where a filter decided that; else the plain value with its unit."""

    @property
    def number(self) -> float:
        """The value, which must be one to count with."""
        if isinstance(self.value, str):
            raise QuantityError(f"{self.name or self.origin} is the text {self.value!r}; only numbers compare")
        return self.value

    @property
    def shown(self) -> str:
        """The number as a reader sees it, without marks."""
        return self.form or with_unit(plain(self.value), self.unit)

    def as_form(self, form: str) -> Quantity:
        """The same number, shown otherwise."""
        return replace(self, form=form)


@dataclass(frozen=True)
class Missing:
    """A result that nobody has measured yet: it is shown as such, and has no number to compare."""

    command: str

    @property
    def shown(self) -> str:
        """What a reader sees in place of a number."""
        return "not measured yet"


def plain(value: float | str) -> str:
    """Digits grouped by thousands; what is no whole number to four digits."""
    if isinstance(value, str):
        return value
    return f"{value:,}" if isinstance(value, int) else f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"


def with_unit(number: str, unit: str) -> str:
    """The number and its unit, never torn apart by a line end."""
    if unit in ("EUR", "EUR/year"):
        return f"€{number}{UNITS[unit].removeprefix('EUR')}"
    return f"{number}{SPACE}{UNITS[unit]}" if UNITS[unit] else number


def words(quantity: Quantity | Missing) -> Quantity | Missing:
    """A small whole number as a word."""
    if isinstance(quantity, Missing):
        return quantity
    if quantity.number not in range(len(WORDS)):
        raise QuantityError(f"{quantity.name or quantity.origin} is {quantity.shown}: no word for it, show the number")
    return quantity.as_form(WORDS[int(quantity.number)])


def rounded(quantity: Quantity | Missing, digits: int) -> Quantity | Missing:
    """With so many decimals; negative digits round to tens, hundreds and so on."""
    if isinstance(quantity, Missing):
        return quantity
    number = f"{round(quantity.number, digits):,.{max(digits, 0)}f}"
    return quantity.as_form(with_unit(number, quantity.unit))


def _scaled(quantity: Quantity | Missing, digits: int, scale: float, name: str) -> Quantity | Missing:
    if isinstance(quantity, Missing):
        return quantity
    return quantity.as_form(with_unit(f"{quantity.number / scale:,.{digits}f}{SPACE}{name}", quantity.unit))


def millions(quantity: Quantity | Missing, digits: int = 1) -> Quantity | Missing:
    """In millions."""
    return _scaled(quantity, digits, 1e6, "million")


def billions(quantity: Quantity | Missing, digits: int = 1) -> Quantity | Missing:
    """In thousand millions."""
    return _scaled(quantity, digits, 1e9, "billion")


def gigabytes(quantity: Quantity | Missing) -> Quantity | Missing:
    """Bytes as GB."""
    if isinstance(quantity, Missing):
        return quantity
    if quantity.unit != "bytes":
        raise QuantityError(f"{quantity.name or quantity.origin} has the unit {quantity.unit}, not bytes")
    return quantity.as_form(f"{quantity.number / 1e9:,.0f}{SPACE}GB")


def bare(quantity: Quantity | Missing) -> Quantity | Missing:
    """Without the unit, where the sentence or the column names it."""
    return quantity if isinstance(quantity, Missing) else quantity.as_form(plain(quantity.value))


def capitalised(quantity: Quantity | Missing) -> Quantity | Missing:
    """At the head of a sentence."""
    return quantity if isinstance(quantity, Missing) else quantity.as_form(quantity.shown.capitalize())


FILTERS: Mapping[str, Callable[..., Quantity | Missing]] = {
    "capitalised": capitalised,
    "words": words,
    "rounded": rounded,
    "millions": millions,
    "billions": billions,
    "gigabytes": gigabytes,
    "bare": bare,
}
