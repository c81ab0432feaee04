"""The deck itself needs no office programs; what does names the packages."""

import pytest

from gridlake_control.deck import __main__ as program
from gridlake_control.deck.slide import SlideError


def test_a_missing_program_is_named_with_its_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SlideError, match=r"quellbruck\.pptx is written.*soffice: apt-get install libreoffice-impress"):
        program._need("soffice", program.TARGET)
