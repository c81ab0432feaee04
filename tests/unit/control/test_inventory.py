"""Claims about reading an inventory."""

from pathlib import Path

import pytest

from gridlake_control import paths
from gridlake_control.inventory import Inventory, InventoryError


def test_an_inventory_that_ansible_cannot_read_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "ansible" / "inventories" / "lab-broken"
    folder.mkdir(parents=True)
    (folder / "hosts.yml").write_text("all: [\n", encoding="utf-8")
    (tmp_path / "ansible" / "ansible.cfg").write_text("[inventory]\nany_unparsed_is_failed = true\n", encoding="utf-8")
    monkeypatch.setattr(paths, "CHECKOUT", tmp_path)
    with pytest.raises(InventoryError, match=r"(?s)cannot read .*hosts\.yml.*[Pp]ars"):
        Inventory("lab-broken").hosts("gateway")
