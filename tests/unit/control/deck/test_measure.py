"""Room that a text takes, against widths counted by hand from the font's advance widths."""

import pytest

from gridlake_control.deck import measure
from gridlake_control.deck.measure import Run


def test_marks_bold_and_code_become_runs() -> None:
    assert measure.runs("**so** 8ᵃ of `x_y`") == [
        Run("so", bold=True),
        Run(" 8"),
        Run("a", raised=True),
        Run(" of "),
        Run("x_y", code=True),
    ]


def test_a_bold_text_is_bold_to_its_end() -> None:
    assert measure.runs("8ᵃᵖ `x`", bold=True) == [
        Run("8", bold=True),
        Run("a", bold=True, raised=True),
        Run("p", bold=True, raised=True),
        Run(" ", bold=True),
        Run("x", bold=True, code=True),
    ]


# Five letters of 556 thousandths at 10 pt are 27.8 pt, a blank 2.78; each word counts three percent wider.
@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("aaaaa", 10, 1),
        ("aaaaa aaaaa", 60.0, 2),
        ("aaaaa aaaaa", 60.1, 1),
        ("aaaaa\N{NO-BREAK SPACE}aaaaa aaaaa", 62, 2),
        ("aaaaa aaaaa aaaaa aaaaa", 61, 2),
    ],
)
def test_words_wrap_where_they_stop_to_fit(text: str, width: float, lines: int) -> None:
    assert measure.lines(measure.runs(text), 10, width) == lines


def test_the_widest_word_spans_runs() -> None:
    assert measure.widest_word(measure.runs("a **aaaa**aᵃ a"), 10) == pytest.approx(
        (4 * 5.56 * 1.08 + 5.56 + 5.56 * 0.66) * 1.03
    )
