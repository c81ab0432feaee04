"""What rendering refuses, before it has written anything."""

from pathlib import Path

import pytest

from gridlake_control import settings


@pytest.mark.parametrize("inventory", ["nosuch", "", "../inventories/lab"])
def test_an_inventory_that_is_not_there_is_refused_and_leaves_no_folder(
    inventory: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "RENDERED", tmp_path / "rendered")
    with pytest.raises(settings.SettingsRefusedError, match=r"^no inventory .*; there are: lab, onprem$"):
        settings.render(inventory)
    assert list(tmp_path.iterdir()) == []
