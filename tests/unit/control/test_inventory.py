"""Claims about reading an inventory."""

from pathlib import Path

import pytest

from gridlake_control import paths
from gridlake_control.inventory import Inventory, InventoryError

NESTED = """
all:
  children:
    workers:
      hosts: {worker1: {}, worker2: {}}
    kafka:
      hosts: {broker1: {}, worker1: {}}
      children: {workers: {}}
    trino_worker:
      hosts: {}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An inventory `lab-mine` of a checkout that has nothing else."""
    found = tmp_path / "ansible" / "inventories" / "lab-mine"
    found.mkdir(parents=True)
    (tmp_path / "ansible" / "ansible.cfg").write_text("[inventory]\nany_unparsed_is_failed = true\n", encoding="utf-8")
    monkeypatch.setattr(paths, "CHECKOUT", tmp_path)
    return found


def test_an_inventory_that_ansible_cannot_read_is_explained(folder: Path) -> None:
    (folder / "hosts.yml").write_text("all: [\n", encoding="utf-8")
    with pytest.raises(InventoryError, match=r"(?s)cannot read .*hosts\.yml.*[Pp]ars"):
        Inventory("lab-mine").hosts("gateway")


def test_a_group_has_the_hosts_of_the_groups_in_it(folder: Path) -> None:
    (folder / "hosts.yml").write_text(NESTED, encoding="utf-8")
    inventory = Inventory("lab-mine")
    assert inventory.hosts("workers") == ["worker1", "worker2"]
    assert inventory.hosts("kafka") == ["broker1", "worker1", "worker2"]
    assert inventory.hosts("trino_worker") == []
