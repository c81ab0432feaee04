"""The cost model reproduces the worked example of the design study, whose table was computed elsewhere."""

import copy
from dataclasses import astuple, replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from gridlake_bench import cost, document
from gridlake_bench.cost import Scheme, yearly
from gridlake_bench.errors import DocumentError, SampleError

HDD: dict[str, float] = {"disk": 28, "watts": 0.2917}
NVME: dict[str, float] = {"disk": 340, "watts": 0.5}


def scheme(overhead: float, medium: dict[str, float], dedicated: bool) -> Scheme:
    """As in the study: 5 years, 75 % full, PUE 1.5, 0.20 €/kWh, no staff, network or spares."""
    chassis, server_watts = (13.9, 0.35) if dedicated else (5.2, 0.0)
    return Scheme(
        overhead=overhead,
        fill=0.75,
        years=5,
        disk=medium["disk"],
        chassis=chassis,
        watts=medium["watts"] + server_watts,
        pue=1.5,
        kwh=0.20,
    )


@pytest.mark.parametrize(
    ("overhead", "dedicated", "raw", "hdd", "nvme"),
    [
        (3, False, 4.00, 29.6, 281),
        (2, False, 2.67, 19.8, 188),
        (5 / 3, False, 2.22, 16.5, 156),
        (1.5, False, 2.00, 14.8, 141),
        (3, True, 4.00, 40.3, 292),
        (1.5, True, 2.00, 20.1, 146),
        (1.4, True, 1.87, 18.8, 136),
    ],
)
def test_the_table_of_the_design_study(overhead: float, dedicated: bool, raw: float, hdd: float, nvme: float) -> None:
    assert cost.raw_per_usable(scheme(overhead, HDD, dedicated)) == pytest.approx(raw, abs=0.005)
    assert yearly(scheme(overhead, HDD, dedicated)).total == pytest.approx(hdd, abs=0.05)
    assert yearly(scheme(overhead, NVME, dedicated)).total == pytest.approx(nvme, abs=0.5)


def test_every_part_by_hand() -> None:
    full = Scheme(
        overhead=2,
        fill=0.5,
        years=4,
        disk=100,
        chassis=20,
        watts=1,
        pue=1.25,
        kwh=0.2,
        disk_failures=0.01,
        network_per_usable_tb=40,
        licence_per_usable_tb=3,
        staff=0.5,
        staff_cost=80_000,
        usable_tb=1000,
        daemon_cores_per_usable_tb=0.02,
        idle_cores_per_raw_tb=0.01,
        core_year=50,
    )
    # k = 4: 4*120/4, 4*1*8.76*1.25*0.2, 4*100*0.01, 40/4, 3, 0.5*80000/1000, 0.02*50, 4*0.01*50
    parts = yearly(full)
    assert astuple(parts) == pytest.approx((120, 8.76, 4, 10, 3, 40, 1, 2))
    assert parts.total == pytest.approx(188.76)


def test_scanning_is_priced_by_the_hour() -> None:
    # 6 €/h for 30 minutes over half a TB
    assert cost.per_tb_scanned(6, 1800, 500_000) == pytest.approx(6.0)
    assert cost.network_per_usable_tb(10, 300, 600) == 5.0
    with pytest.raises(SampleError, match="nothing was scanned"):
        cost.per_tb_scanned(6, 1, 0)


def test_the_tornado_is_widest_first() -> None:
    base = scheme(3, HDD, dedicated=False)
    swings = cost.tornado(base, ["kwh", "disk", "fill"], share=0.25)
    assert [swing.name for swing in swings] == ["fill", "disk", "kwh"]
    # the disk's part is 4*28/5 = 22.4 €, a quarter of it up and down
    assert swings[1].high - swings[1].low == pytest.approx(11.2)


@pytest.mark.parametrize(
    "change", [{"fill": 0.0}, {"fill": 1.1}, {"overhead": 0.9}, {"disk": -1.0}, {"pue": 0.9}, {"years": 0.0}]
)
def test_what_no_cluster_has_is_refused(change: dict[str, float]) -> None:
    with pytest.raises(SampleError):
        replace(scheme(3, HDD, dedicated=False), **change)


def test_committed_inputs_price_the_triangle() -> None:
    inputs = cost.load()
    totals = {name: yearly(found).total for name, found in inputs.schemes.items()}
    assert totals["hdfs-r3-hdd"] / totals["hdfs-rs-6-3-hdd"] == pytest.approx(2.0)
    assert {name.split("-")[0] for name in totals} == {"hdfs", "s3"}
    assert "hdd" in inputs.assumed
    assert "kwh" not in inputs.assumed


def changed(tmp_path: Path, **entry: Any) -> Path:
    content = copy.deepcopy(document.read_yaml(cost.INPUTS))
    content["prices"]["hdd"] = {"value": 28, "unit": "EUR/TB raw"} | entry
    path = tmp_path / "costs.yml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "entry",
    [
        {},
        {"basis": "assumption"},
        {"basis": "quote", "source": "a distributor's offer"},
        {"basis": "quote", "date": "2026-11-24"},
        {"basis": "quote", "date": "24.11.2026", "source": "a distributor's offer"},
        {"basis": "guess", "reason": "because it looks right"},
        {"basis": "assumption", "reason": "placeholder for now", "date": "2026-11-24"},
        {"basis": "assumption", "reason": "placeholder for now", "value": -28},
    ],
)
def test_a_price_without_origin_is_refused(tmp_path: Path, entry: dict[str, Any]) -> None:
    with pytest.raises(DocumentError, match="/prices/hdd"):
        cost.load(changed(tmp_path, **entry))


def test_a_dated_quote_is_taken(tmp_path: Path) -> None:
    path = changed(tmp_path, basis="quote", date="2026-11-24", source="a distributor's offer", value=31)
    inputs = cost.load(path)
    assert inputs.prices["hdd"].value == 31
    assert "hdd" not in inputs.assumed


def test_a_scheme_that_names_no_price_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "costs.yml"
    path.write_text(cost.INPUTS.read_text(encoding="utf-8").replace("disk: hdd,", "disk: tape,"), encoding="utf-8")
    with pytest.raises(DocumentError, match=r"disk names tape"):
        cost.load(path)
