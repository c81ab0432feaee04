"""What a daemon's JVM takes, by hand; and that every unit's limit comes from there."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from jvm_memory import daemons_memory_mb, jvm_memory_mb

CHECKOUT = Path(__file__).parents[3]
ROLES = CHECKOUT / "ansible" / "roles"
SETTINGS: dict[str, Any] = yaml.safe_load((CHECKOUT / "hadoop_conf" / "platform.yml").read_text(encoding="utf-8"))
DAEMONS: dict[str, Any] = yaml.safe_load((CHECKOUT / "hadoop_conf" / "daemons.yml").read_text(encoding="utf-8"))[
    "platform_daemons"
]


@pytest.mark.parametrize(
    ("heap_mb", "beside_mb", "expected"),
    [
        (256, 0, 576),  # 320 + 256
        (8192, 0, 10496),  # 10240 + 256
        (30720, 0, 38656),  # 38400 + 256
        (1024, 320, 1856),  # 1280 + 256 + 320
        (1, 0, 258),  # 1.25 rounds up
    ],
)
def test_a_jvm_takes_its_heap_a_quarter_of_it_and_a_fixed_part(heap_mb: int, beside_mb: int, expected: int) -> None:
    assert jvm_memory_mb(heap_mb, beside_mb) == expected


def test_an_eight_gibibyte_namenode_has_two_gibibytes_beside_its_heap() -> None:
    assert jvm_memory_mb(8192) - 8192 > 2048


def test_every_daemon_with_a_heap_is_limited_by_this_formula_and_nothing_else() -> None:
    limits = {
        match
        for path in ROLES.glob("*/tasks/service.yml")
        for match in re.findall(r"memory_max_mb: \"{{ (.*) }}\"", path.read_text(encoding="utf-8"))
        if "_heap_mb" in match
    }
    formula = re.compile(r"\w+_heap_mb \| jvm_memory_mb(\(\w+_mb\))?")
    assert len(limits) == 9
    assert [limit for limit in limits if not formula.fullmatch(limit)] == []


def test_a_host_needs_the_sum_of_its_daemons_with_its_own_settings() -> None:
    groups = {"datanode": ["w", "x"], "kafka": ["w"], "postgresql": ["w"]}
    needed = daemons_memory_mb(groups, {"w": {}, "x": {"hdfs_datanode_heap_mb": 400}, "y": {}}, SETTINGS, DAEMONS)
    # w: 192 x 1.25 + 256 = 496, 320 x 1.25 + 256 + 320 = 976; x: 400 x 1.25 + 256 = 756
    assert needed == {"w": 1472, "x": 756, "y": 0}


def test_limits_of_the_labs_jvms_fit_its_hosts() -> None:
    inventory = yaml.safe_load((CHECKOUT / "ansible/inventories/lab/hosts.yml").read_text(encoding="utf-8"))["all"]
    children = inventory["children"]
    groups = {
        name: list(children["workers"]["hosts"] if "workers" in group.get("children", {}) else group["hosts"])
        for name, group in children.items()
    }
    needed = daemons_memory_mb(groups, inventory["hosts"], SETTINGS, DAEMONS)
    assert min(needed.values()) >= 0
    assert [host for host, facts in inventory["hosts"].items() if needed[host] > facts["lab_memory_mb"]] == []
