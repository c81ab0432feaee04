"""Numbers are shown with unit and marks, and never in a form that they do not have."""

import pytest

from gridlake_control.documents import quantity
from gridlake_control.documents.quantity import Mark, Missing, Quantity, QuantityError


def of(value: float | str, unit: str = "count", *marks: Mark) -> Quantity:
    return Quantity(value, unit, "a test", "subject", frozenset(marks))


@pytest.mark.parametrize(
    ("subject", "shown"),
    [
        (of(260088), "260,088"),
        (of(2.48, "bytes"), "2.48\N{NO-BREAK SPACE}B"),
        (of(14.6952), "14.7"),
        (of(46875.94), "46,876"),
        (of(5.1, "percent"), "5.1\N{NO-BREAK SPACE}%"),
        (of(1100000, "EUR/year"), "€1,100,000 a year"),
        (of(15000, "EUR"), "€15,000"),
        (of(100, "EUR/MWh"), "100\N{NO-BREAK SPACE}EUR/MWh"),
        (of("07:00", "text"), "07:00"),
    ],
)
def test_a_number_is_grouped_and_keeps_its_unit(subject: Quantity, shown: str) -> None:
    assert subject.shown == shown


def test_filters_change_what_is_shown_and_nothing_else() -> None:
    subject = of(29_531_904, "count", Mark.ASSUMPTION)
    shown = quantity.millions(subject)
    assert isinstance(shown, Quantity)
    assert shown.shown == "29.5\N{NO-BREAK SPACE}million"
    assert shown.number == 29_531_904
    assert shown.marks == {Mark.ASSUMPTION}


@pytest.mark.parametrize(
    ("filtered", "shown"),
    [
        (quantity.words(of(8)), "eight"),
        (quantity.capitalised(quantity.words(of(8))), "Eight"),
        (
            quantity.rounded(of(14.695, "GWh/year"), 0),
            "15\N{NO-BREAK SPACE}GWh a year",
        ),
        (quantity.rounded(of(1256), -1), "1,260"),
        (quantity.billions(of(11_694_633_984)), "11.7\N{NO-BREAK SPACE}billion"),
        (quantity.gigabytes(of(29.0e9, "bytes")), "29\N{NO-BREAK SPACE}GB"),
        (quantity.bare(of(11, "months")), "11"),
    ],
)
def test_a_filter_shows_the_number_its_way(filtered: Quantity | Missing, shown: str) -> None:
    assert filtered.shown == shown


@pytest.mark.parametrize("value", [13, 2.5, -1])
def test_a_number_without_a_word_is_refused(value: float) -> None:
    with pytest.raises(QuantityError, match="no word for it"):
        quantity.words(of(value))


def test_gigabytes_are_made_of_bytes_only() -> None:
    with pytest.raises(QuantityError, match="has the unit percent"):
        quantity.gigabytes(of(5, "percent"))


def test_a_text_has_no_number() -> None:
    with pytest.raises(QuantityError, match="'07:00'"):
        _ = of("07:00", "text").number


@pytest.mark.parametrize("name", quantity.FILTERS)
def test_every_filter_lets_a_missing_result_through(name: str) -> None:
    missing = Missing("make score")
    arguments = (0,) if name == "rounded" else ()
    assert quantity.FILTERS[name](missing, *arguments) is missing
