"""Profiles: what is committed holds together, and what contradicts itself is refused with its place."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from gridlake_bench import study
from gridlake_bench.errors import BenchError, ProfileError

# NIC in Gbit/s and cores of the server that a rate stands for; disks, MB/s of one, cores.
SERVERS = {"94": (10, 32), "234": (25, 32), "469": (100, 64)}
DISKS = {"hdd": (12, 200, 32), "nvme": (4, 3000, 64)}


def test_every_tier_has_a_profile() -> None:
    assert [study.load(name).tier for name in study.names()] == ["T0", "T1", "T2"]


def test_an_unknown_profile_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ProfileError, match="storage-t0, storage-t1, storage-t2"):
        study.load("storage-t9")


def test_rates_and_throttles_keep_the_ratio_of_a_server_per_core() -> None:
    profile = study.load("storage-t1").profile
    cores = profile["requires"]["cores_per_compute_host"]
    for level, (gigabits, server_cores) in SERVERS.items():
        assert profile["rates"][level]["mbit_per_s"] == pytest.approx(gigabits * 1000 / server_cores * cores, abs=0.5)
    for level, (disks, speed, server_cores) in DISKS.items():
        assert profile["disks"][level]["mb_per_s"] == pytest.approx(disks * speed / server_cores * cores, abs=0.6)


def test_the_complete_core_of_the_lab_is_planned() -> None:
    designs = study.load("storage-t1").designs
    for name in ("spark-scan", "spark-queries", "spark-ingest", "spark-planning", "trino-scan", "trino-queries"):
        assert designs[name].arms == ("H-loc", "H-blind", "H-dis", "S-dis", "S-col")
        assert designs[name].vary["rate"] == ("94", "234", "469")


def test_a_setting_names_every_factor() -> None:
    of = study.load("storage-t1")
    settings = of.settings(of.designs["spark-scan"])
    assert len(settings) == 12
    assert all(setting.keys() == of.levels.keys() for setting in settings)
    assert {setting["file_size"] for setting in settings} == {"128MB"}


@pytest.mark.parametrize(
    ("arm", "factors", "required"),
    [
        ("H-loc", {"engine": "spark"}, (0.90, 1.0)),
        # replicas ÷ hosts = 2 ÷ 5
        ("H-loc", {"engine": "trino"}, (0.30, 0.50)),
        ("H-blind", {"engine": "spark", "redundancy": "r3"}, (0.50, 0.70)),
        ("S-dis", {"engine": "spark"}, (0.0, 0.01)),
        ("S-col", {"engine": "spark"}, None),
        ("H-EC", {"engine": "spark"}, None),
        # small files are what the labels design asks about
        ("H-loc", {"engine": "spark", "file_size": "16MB"}, None),
    ],
)
def test_local_share_that_a_run_must_show(
    arm: str, factors: dict[str, str], required: tuple[float, float] | None
) -> None:
    of = study.load("storage-t1")
    found = of.local_share(arm, {**of.centre, **factors})
    assert found == (None if required is None else pytest.approx(required))


@pytest.mark.parametrize(
    ("factors", "checks"),
    [
        ({"workload": "W2-full"}, {"answer", "cold", "goodput", "locality", "neighbours"}),
        ({"workload": "W2-full", "cache": "warm"}, {"answer", "goodput", "locality", "neighbours"}),
        ({"workload": "W3-q9"}, {"answer", "cold", "goodput", "neighbours"}),
        ({"workload": "W1-write"}, {"answer", "goodput", "neighbours"}),
    ],
)
def test_checks_are_those_that_mean_something(factors: dict[str, str], checks: set[str]) -> None:
    of = study.load("storage-t1")
    assert set(of.checks({**of.centre, "rate": "94", **factors})) == checks


def test_an_unshaped_link_has_no_rate_to_miss() -> None:
    of = study.load("storage-t2")
    assert "goodput" not in of.checks({**of.centre, "rate": "native", "workload": "W2-full"})


def design(**changes: Any) -> Callable[[dict[str, Any]], None]:
    """A change of the design spark-scan."""
    return lambda config: config["profile"]["designs"]["spark-scan"].update(changes)


def check_left_out(config: dict[str, Any]) -> None:
    config["profile"]["checks"].remove("cold")


def unknown_key(config: dict[str, Any]) -> None:
    config["profile"]["skip_checks"] = True


def pinned_to_nothing(config: dict[str, Any]) -> None:
    config["arms"]["arms"]["H-EC"]["redundancy"] = "rs-9-9"


def speaks_of_nothing(config: dict[str, Any]) -> None:
    config["arms"]["arms"]["H-loc"]["local_share"]["spark"]["where"] = {"file_size": "2GB"}


def silent_about_trino(config: dict[str, Any]) -> None:
    del config["arms"]["arms"]["S-col"]["local_share"]["trino"]


def three_hosts(config: dict[str, Any]) -> None:
    config["profile"]["requires"]["storage_hosts"] = 3


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (design(arms=["H-loc", "H-EC"]), "survive different losses: H-loc 1, H-EC 2"),
        (design(arms=["H-loc", "H-far"]), "unknown arms H-far"),
        (design(twin="H-dis"), "/profile/designs/spark-scan/twin"),
        (design(arms=["H-dis", "S-dis"]), "/profile/designs/spark-scan/arms"),
        (design(hold={"engine": "spark"}), "leaves disk open"),
        (design(hold={"engine": "hive", "disk": "hdd"}), "engine has no level hive"),
        (design(hold={"engine": "spark", "disk": "hdd", "colour": "red"}), "unknown factor colour"),
        (design(hold={"engine": "spark", "disk": "hdd", "rate": "94"}), "holds and varies rate"),
        (design(blocks=4), "/profile/designs/spark-scan/blocks: 4 is less than the minimum of 5"),
        (design(twin=None), "/profile/designs/spark-scan/twin"),
        (check_left_out, "/profile/checks"),
        (unknown_key, "skip_checks"),
        (pinned_to_nothing, "H-EC pins the unknown redundancy rs-9-9"),
        (speaks_of_nothing, "H-loc speaks of file_size 2GB"),
        (silent_about_trino, "S-col does not say what share trino must read locally"),
        (three_hosts, "H-EC needs 5 storage hosts, not 3"),
    ],
)
def test_a_study_that_does_not_hold_together_is_refused(change: Callable[[dict[str, Any]], None], message: str) -> None:
    config = copy.deepcopy(dict(study.load("storage-t1").config))
    change(config)
    with pytest.raises(BenchError, match=message):
        study.of_config(config, "changed")
