"""The sizing page is current, and what it proposes passes the preflight that the platform runs."""

from typing import Any

import pytest
import yaml
from inventory_problems import SITES, inventory_problems
from jvm_memory import daemons_memory_mb

from gridlake_control import paths, sizing

SETTINGS: dict[str, Any] = sizing.read("platform.yml")
ONPREM = paths.CHECKOUT / "ansible" / "inventories" / "onprem" / "hosts.yml"


def nodes(layout: sizing.Layout) -> int:
    return sum(kind.count for kind in layout)


def test_committed_page_is_current() -> None:
    assert sizing.TARGET.read_text(encoding="utf-8") == sizing.document(), "run: python -m gridlake_control.sizing"


def test_layouts_are_for_4_10_and_40_nodes() -> None:
    assert [nodes(layout) for layout in sizing.LAYOUTS] == [4, 10, 40]


@pytest.mark.parametrize("layout", sizing.LAYOUTS, ids=nodes)
def test_layout_with_its_settings_passes_preflight(layout: sizing.Layout) -> None:
    hosts = {
        host: {"rack": "/rack1", "memory_mb": kind.memory_gib * 1024, "accept_insecure": True}
        for kind in layout
        for host in kind.hosts
    }
    settings = SETTINGS | sizing.chosen(layout, SETTINGS)
    sites: dict[str, dict[str, Any]] = {site: {} for site in SITES}
    daemons = sizing.read("daemons.yml")["platform_daemons"]
    memory = daemons_memory_mb(sizing.members(layout), hosts, settings, daemons)
    assert inventory_problems(sizing.members(layout), hosts, settings, "onprem", sites, memory, daemons) == []


@pytest.mark.parametrize("layout", sizing.LAYOUTS, ids=nodes)
def test_layout_has_the_groups_of_the_on_prem_inventory(layout: sizing.Layout) -> None:
    inventory = yaml.safe_load(ONPREM.read_text(encoding="utf-8"))["all"]["children"]
    assert set(sizing.members(layout)) == set(inventory) - {"masters", "workers", "edges"}


@pytest.mark.parametrize("layout", sizing.LAYOUTS, ids=nodes)
def test_daemons_and_containers_of_a_worker_fit_its_memory(layout: sizing.Layout) -> None:
    settings = SETTINGS | sizing.chosen(layout, SETTINGS)
    daemons = sizing.read("daemons.yml")["platform_daemons"]
    for kind in layout:
        if "nodemanager" in kind.groups:
            groups = {group: ["one"] for group in kind.groups}
            needed = daemons_memory_mb(groups, {"one": {}}, settings, daemons)["one"]
            assert needed + settings["yarn_container_memory_mb"] <= kind.memory_gib * 1024 * 7 / 8


def test_namenode_has_a_gibibyte_for_every_million_objects() -> None:
    # 31 hosts x 12 disks x 8 TB / 3 replicas / 64 MiB = 14.78 million blocks, and as many files
    largest = sizing.LAYOUTS[-1]
    assert sizing.heap_gib("namenode", largest[0], largest, SETTINGS) == 30
