"""What `make ui` says of an inventory."""

from pathlib import Path

import pytest

from gridlake_control.inventory import Inventory
from gridlake_control.pages import lines


@pytest.fixture
def inventory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Inventory:
    monkeypatch.setenv("GRIDLAKE_STATE", str(tmp_path))
    return Inventory("onprem")


def test_a_password_that_nobody_has_made_yet_is_not_told_as_if_it_were_there(inventory: Inventory) -> None:
    secrets = inventory.lab_state / "secrets"
    secrets.mkdir(parents=True)
    (secrets / "airflow_admin").write_text("secret", encoding="utf-8")
    told = "\n".join(lines(inventory))
    assert f"user admin, password in {secrets}/airflow_admin\n" in told
    missing = "(not there: `make cluster INVENTORY=onprem` writes it)"
    assert f"user analyst, password in {secrets}/trino_analyst {missing}\n" in told
    assert f"trust {secrets}/trino.crt {missing}\n" in told
    assert "secret\n" not in told.replace("/secrets/", "")


def test_a_tunnel_carries_the_port_of_every_page(inventory: Inventory) -> None:
    *pages, tunnel = lines(inventory)
    ports = {line.split()[0].rsplit(":", 1)[1] for line in pages if line.startswith("http")}
    assert len(ports) == 5
    assert all(f":{port} " in tunnel for port in ports)
