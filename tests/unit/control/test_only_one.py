"""Who may work where."""

from pathlib import Path
from typing import Any

import pytest

from gridlake_control.errors import PlaceError
from gridlake_control.only_one import only_one


def test_a_place_of_another_account_is_refused_with_the_next_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, *_: Any) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "touch", refuse)  # file modes do not stop root, who runs `make test`
    told = r"\.lock belongs to another account.*sudo make.*GRIDLAKE_CACHE"
    with pytest.raises(PlaceError, match=told), only_one(tmp_path / ".lock", "mirror"):
        pass
