"""Facts keep one schema, formulas compute, and a mark follows a number wherever it goes."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from gridlake_control.documents.facts import FactError, Facts
from gridlake_control.documents.quantity import Mark

SOURCED = {"meaning": "m", "unit": "count", "value": 6, "source": "s"}
ASSUMED = {"meaning": "m", "unit": "count", "value": 7, "assumption": True, "reason": "r"}
PROTOTYPE = {"meaning": "m", "unit": "count", "value": 2, "source": "s", "prototype": True}


def computed(formula: str) -> dict[str, Any]:
    return {"meaning": "m", "unit": "count", "formula": formula}


def read(tmp_path: Path, **entries: Any) -> Facts:
    file = tmp_path / "facts.yml"
    file.write_text(yaml.safe_dump({"facts": {"group": entries}}), encoding="utf-8")
    return Facts.read(file)


def test_a_formula_computes_and_carries_the_marks_of_its_inputs(tmp_path: Path) -> None:
    facts = read(
        tmp_path, a=SOURCED, b=ASSUMED, c=PROTOTYPE, half=computed("a / c"), all=computed("100 * half + b - 1")
    )
    assert facts.half.number == 3
    assert facts.half.marks == {Mark.PROTOTYPE}
    assert facts.all.number == 306
    assert facts.all.marks == {Mark.PROTOTYPE, Mark.ASSUMPTION}
    assert facts.a.marks == frozenset()


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (SOURCED | {"assumption": True}, "no kind of fact"),
        ({"meaning": "m", "unit": "count", "value": 6}, "no kind of fact"),
        (ASSUMED | {"formula": "1"}, "no kind of fact"),
        (6, "no kind of fact"),
        (SOURCED | {"unit": "furlongs"}, "unit 'furlongs'"),
        (SOURCED | {"source": ""}, "leaves .'source'. empty"),
        (ASSUMED | {"assumption": False}, "leaves .'assumption'. empty"),
        (SOURCED | {"value": "six"}, "does not go with the unit"),
        (SOURCED | {"unit": "text"}, "does not go with the unit"),
    ],
)
def test_an_entry_of_no_kind_is_refused(tmp_path: Path, broken: Any, message: str) -> None:
    with pytest.raises(FactError, match=message):
        read(tmp_path, subject=broken)


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("absent + 1", "no fact 'absent'"),
        ("a **", "is no formula"),
        ("a ** 2", "neither a number, a fact nor one of"),
        ("abs(a)", "neither a number, a fact nor one of"),
        ("x", "x -> x goes round in a circle"),
    ],
)
def test_a_formula_is_four_operations_over_known_facts(tmp_path: Path, formula: str, message: str) -> None:
    with pytest.raises(FactError, match=message):
        read(tmp_path, a=SOURCED, x=computed(formula)).quantity("x")


def test_zero_is_a_value(tmp_path: Path) -> None:
    assert read(tmp_path, none=SOURCED | {"value": 0}).none.number == 0


def test_a_name_stands_once(tmp_path: Path) -> None:
    file = tmp_path / "facts.yml"
    file.write_text(yaml.safe_dump({"facts": {"one": {"a": SOURCED}, "two": {"a": SOURCED}}}), encoding="utf-8")
    with pytest.raises(FactError, match="'one' and 'two'"):
        Facts.read(file)


def test_what_a_document_uses_needs_its_inputs_too(tmp_path: Path) -> None:
    facts = read(tmp_path, a=SOURCED, b=ASSUMED, c=PROTOTYPE, sum=computed("a + b"))
    assert facts.sum.number == 13
    assert facts.needed() == {"sum", "a", "b"}
