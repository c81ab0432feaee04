"""What a lab asks of the machine before anything is touched."""

import dataclasses
import shutil
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

import pytest
from gridlake_lab import preflight
from gridlake_lab.model import Lab

MEBIBYTE = 1 << 20


@pytest.mark.parametrize(
    ("existing", "free_mb", "refused"),
    [
        (0, 5999, ["6000"]),
        (0, 6000, []),
        # One of six is new: its share, a sixth.
        (5, 2047, ["2048"]),
        (4, 2048, []),
        # All are there: room to go on.
        (6, 2047, ["2048"]),
    ],
)
def test_a_host_that_joins_asks_for_its_share_of_the_disk(
    existing: int, free_mb: int, refused: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = IPv4Network("10.0.0.0/24")
    empty = Lab("lab", "x.test", tmp_path, "b", network, IPv4Address("10.0.0.1"), hosts=(), disk_needed_mb=6000)
    hosts = tuple(empty.host(f"h{number}") for number in range(6))
    for host in hosts[:existing]:
        host.directory.mkdir(parents=True)
        host.image_record.touch()
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(0, 0, free_mb * MEBIBYTE))
    found = preflight._disk(dataclasses.replace(empty, hosts=hosts))
    assert len(found) == len(refused)
    assert all(f"{wanted} are needed" in text for text, wanted in zip(found, refused, strict=True))
