"""Sources hold words; a number or a comparison that is typed is found, wherever it hides."""

import pytest
from jinja2 import Environment

from gridlake_control.documents import language


def problems(source: str) -> list[str]:
    return list(language.problems(Environment(autoescape=True), source))


@pytest.mark.parametrize(
    "source",
    [
        "It takes {{ f.seconds }} and {{ f.share|rounded(1) }}.",
        "## 3 ways\n1. first\n2. then",
        "Decided on 2026-11-23, see [there](decisions/0001-a.md).",
        "S3, NIS2 and `meter.reading.v1` are names; so is `1-0:1.8.0/A`.",
        "```sql\nSELECT 1 LIMIT 3\n```",
        "{# 3 of them, twice #}Fine.",
        "It is {{ claim(f.a.number > 2 * f.b.number, 'more than twice as fast') }}.",
        "{% if hosts('namenode').number == 1 %}It runs once.{% endif %}",
        "{{ topic('meter.reading.v1').partitions }} partitions, {{ result('demo', 'seconds.ingest', 'seconds') }}",
    ],
)
def test_words_macros_and_code_pass(source: str) -> None:
    assert problems(source) == []


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("All\nof the 412 grids.", "line 2: '412' is a literal number"),
        ("About 3 %.", "'3' is a literal number"),
        ("| `x` | 7 |", "'7' is a literal number"),
        ("{{ f.a }}0 readings", "'0' is a literal number"),
        ("A value of `29.5` here.", "'29.5' is a literal number"),
        ("Eight people and two sites.", "'Eight' is a literal number"),
        ("Several millions.", "'millions' is a literal number"),
        ("It is faster than Python.", "'faster than' compares"),
        ("It needs fewer rows than before.", "'fewer rows than' compares"),
        ("The cheapest way.", "'cheapest' compares"),
        ("It takes twice the time.", "'twice' compares"),
        ("At least a day.", "'At least' compares"),
    ],
)
def test_a_typed_number_or_comparison_is_found(source: str, message: str) -> None:
    found = problems(source)
    assert len([problem for problem in found if message in problem]) == 1, found


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("{{ 29.5 }}", "29.5 inside a macro is a literal"),
        ("{% set x = 3 %}", "3 inside a macro is a literal"),
        ("{{ '412 grids' }}", "holds a literal number"),
        ("{{ drawing('a', 'all 412 grids') }}", "'all 412 grids' inside a macro holds a literal number"),
        ("{{ claim(true, 'faster') }}", "a claim about nothing"),
        ("{{ claim(2 > 1, 'faster') }}", "a claim about nothing"),
        ("{{ claim(f.a.number > 1, '3 times as fast') }}", "holds a literal number"),
    ],
)
def test_a_number_or_claim_smuggled_into_a_macro_is_found(source: str, message: str) -> None:
    found = problems(source)
    assert any(message in problem for problem in found), found
