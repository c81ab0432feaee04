"""How much room a text takes: words wrapped by the advance widths of the deck's font, before any program draws them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from gridlake_control.documents.diagram import text_width
from gridlake_control.documents.quantity import SPACE, Mark

LEADING = 1.17
BOLD = 1.08
CODE = 0.6
MARKS = {Mark.ASSUMPTION.value: "a", Mark.PROTOTYPE.value: "p"}
# Programs that draw the slides break lines a little differently.
SAFETY = 1.03


@dataclass(frozen=True)
class Run:
    """Letters of one kind."""

    text: str
    bold: bool = False
    code: bool = False
    raised: bool = False

    def width(self, size: float) -> float:
        """How wide it runs."""
        if self.code:
            return len(self.text) * CODE * size
        factor = (BOLD if self.bold else 1) * (0.66 if self.raised else 1)
        return text_width(self.text.replace(SPACE, " "), size) * factor


def runs(text: str, *, bold: bool = False) -> list[Run]:
    """A text with **bold**, `code` and marks as runs."""
    found = []
    for part in re.split(r"(\*\*.+?\*\*|`[^`]+`)", text):
        if part.startswith("`"):
            found.append(Run(part.strip("`"), bold, code=True))
            continue
        strong = bold or part.startswith("**")
        for piece in re.split(f"([{''.join(MARKS)}])", part.strip("*") if strong and not bold else part):
            if piece:
                found.append(Run(MARKS.get(piece, piece), strong, raised=piece in MARKS))
    return found


def lines(text: list[Run], size: float, width: float) -> int:
    """Lines that a paragraph takes in a width."""
    count, at = 1, 0.0
    for word, space in _words(text, size):
        if at and at + word > width:
            count, at = count + 1, 0.0
        at += word + space
    return count


def _words(text: list[Run], size: float) -> Iterator[tuple[float, float]]:
    """Widths of words, with the blank behind each; a word may consist of several runs."""
    word = 0.0
    for run in text:
        for piece in re.split(r"( )", run.text):
            if piece == " ":
                yield word * SAFETY, Run(" ").width(size)
                word = 0.0
            elif piece:
                word += Run(piece, run.bold, run.code, run.raised).width(size)
    yield word * SAFETY, 0.0


def widest_word(text: list[Run], size: float) -> float:
    """The least width in which no word is torn apart."""
    return max(word for word, _ in _words(text, size))


def height(text: list[Run], size: float, width: float) -> float:
    """Height of a paragraph."""
    return lines(text, size, width) * size * LEADING
