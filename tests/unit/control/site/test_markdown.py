"""Claims about generated Markdown: text stays text, in a table too."""

from gridlake_control.site import markdown


def test_text_of_code_is_neither_html_nor_emphasis_nor_a_link() -> None:
    assert markdown.text("set <name> to\n a*b*c_d_ [x](y)") == r"set \<name\> to a\*b\*c\_d\_ \[x\](y)"


def test_backticks_in_text_stay_code() -> None:
    assert markdown.text("`a_b` is `x|y` or <z>") == r"`a_b` is `x\|y` or \<z\>"


def test_code_survives_backticks_bars_and_nothing() -> None:
    assert [markdown.code(value) for value in ("a|b", "a`b", "", 0)] == [r"`a\|b`", "`` a`b ``", "", "`0`"]


def test_a_table_has_a_line_for_each_row() -> None:
    assert markdown.table(["a", "b"], [("1", "2"), ("3", "")]) == "| a | b |\n| --- | --- |\n| 1 | 2 |\n| 3 |  |\n"


def test_parts_of_a_section_stand_apart_and_empty_ones_are_left_out() -> None:
    assert markdown.section(2, "T", "one", "", "two\n") == "## T\n\none\n\ntwo\n"
