"""When a master is told to read its list of leaving hosts again."""

import json

import pytest
from host_lists import Hosts, namenode_hosts, needed, resourcemanager_hosts

MEMBERS = ["a", "b", "c"]
SERVING = {"a": "RUNNING", "b": "RUNNING", "c": "RUNNING"}
LEFT = SERVING | {"b": "DECOMMISSIONED"}


@pytest.mark.parametrize(
    ("states", "leaving", "expected"),
    [
        (SERVING, [], []),
        (SERVING, ["b"], ["b"]),
        (SERVING | {"b": "DECOMMISSION IN PROGRESS"}, ["b"], []),
        (SERVING | {"a": "DECOMMISSIONED"}, ["b"], ["a", "b"]),
        # One that the daemon does not know cannot be judged, and one that the inventory does not know is nobody's.
        ({"a": "RUNNING"}, ["b"], []),
        (SERVING | {"gone": "DECOMMISSIONED"}, [], []),
        # It left the other groups, and is on the list.
        (SERVING | {"d": "RUNNING"}, ["d"], ["d"]),
    ],
)
def test_a_host_differs_when_it_leaves_and_should_not_or_the_reverse(
    states: dict[str, str], leaving: list[str], expected: list[str]
) -> None:
    assert Hosts(states, frozenset(states)).differing(MEMBERS, leaving) == expected


@pytest.mark.parametrize(
    ("states", "living", "recorded", "leaving", "expected"),
    [
        ({**SERVING}, "abc", [], [], (False, False)),
        # A run was killed before the list was read.
        ({**SERVING}, "abc", [], ["b"], (True, True)),
        ({**LEFT}, "abc", ["b"], ["b"], (False, False)),
        # Not known to the daemon yet: read once, and remembered.
        ({"a": "RUNNING"}, "a", [], ["b"], (True, True)),
        ({"a": "RUNNING"}, "a", ["b"], ["b"], (False, False)),
        # It comes back.
        ({**LEFT}, "abc", ["b"], [], (True, True)),
        # It left the inventory: nothing while it counts as living, then the list is cleared, which changes no host.
        (SERVING | {"gone": "DECOMMISSIONED"}, ["a", "gone"], ["gone"], [], (False, False)),
        (SERVING | {"gone": "DECOMMISSIONED"}, ["a"], ["gone"], [], (True, False)),
    ],
)
def test_the_list_is_read_again_when_that_is_needed(
    states: dict[str, str], living: str, recorded: list[str], leaving: list[str], expected: tuple[bool, bool]
) -> None:
    assert needed(Hosts(states, frozenset(living)), recorded, MEMBERS, leaving) == expected


def test_datanodes_are_read_from_live_and_dead_ones() -> None:
    live, dead = {"a:9866": {"adminState": "In Service"}}, {"b:9866": {"adminState": "Decommissioned"}}
    document = {"beans": [{"LiveNodes": json.dumps(live), "DeadNodes": json.dumps(dead)}]}
    assert namenode_hosts(document) == Hosts({"a": "IN SERVICE", "b": "DECOMMISSIONED"}, frozenset("a"))


def test_nodemanagers_that_are_lost_cannot_be_judged() -> None:
    nodes = [("a", "RUNNING"), ("b", "LOST"), ("c", "DECOMMISSIONED")]
    document = {"nodes": {"node": [{"nodeHostName": name, "state": state} for name, state in nodes]}}
    assert resourcemanager_hosts(document) == Hosts({"a": "RUNNING", "c": "DECOMMISSIONED"}, frozenset("a"))
    assert resourcemanager_hosts({"nodes": None}) == Hosts({}, frozenset())
