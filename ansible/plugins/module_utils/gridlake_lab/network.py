"""The lab's bridge: one subnet, the controller on it, no way out.  Containers are plugged in by systemd-nspawn."""

from __future__ import annotations

import hashlib
import json
from ipaddress import IPv4Network, ip_interface, ip_network
from typing import Any

from .model import Changes, Host, Lab, LabError, run


def _links() -> list[dict[str, Any]]:
    links: list[dict[str, Any]] = json.loads(run(["ip", "-json", "-details", "address", "show"]))
    return links


def _bridge(lab: Lab) -> dict[str, Any] | None:
    return next((link for link in _links() if link.get("ifname") == lab.bridge), None)


def _addresses(link: dict[str, Any]) -> set[str]:
    return {f"{entry['local']}/{entry['prefixlen']}" for entry in link.get("addr_info", [])}


def problems(lab: Lab) -> list[str]:
    """Who else uses the lab's addresses or its bridge's name."""
    found = []
    other = "choose another `lab_subnet` and host addresses in the inventory"
    for link in _links():
        for address in sorted(_addresses(link)):
            if link["ifname"] != lab.bridge and _overlaps(lab.subnet, str(ip_interface(address).network)):
                found.append(f"interface {link['ifname']} already has {address} in {lab.subnet}: {other}")
    for route in json.loads(run(["ip", "-json", "-4", "route", "show"])):
        target = route["dst"]
        # The kernel's own routes come with an interface's address, which is told above.
        stranger = route.get("dev") != lab.bridge and route.get("protocol") != "kernel"
        if stranger and target != "default" and _overlaps(lab.subnet, target):
            found.append(f"a route to {target} over {route.get('dev')} covers {lab.subnet}: {other}")
    bridge = _bridge(lab)
    if bridge is not None and bridge.get("ifalias") != lab.alias:
        owner = bridge.get("ifalias", "somebody else")
        found.append(f"interface {lab.bridge} belongs to {owner}: set `lab_bridge` to a free name or delete it")
    if len(lab.bridge) > 15:
        found.append(f"bridge name {lab.bridge} is longer than 15 characters: shorten `lab_bridge`")
    return found


def _overlaps(subnet: IPv4Network, target: str) -> bool:
    network = ip_network(target, strict=False)
    return isinstance(network, IPv4Network) and subnet.overlaps(network)


def ensure(lab: Lab, changes: Changes) -> None:
    """The bridge is there, is up, and carries the controller's address."""
    bridge = _bridge(lab)
    if bridge is None:
        changes.make(f"bridge {lab.bridge} made", _create, lab)
        bridge = _bridge(lab)
    if bridge is None:  # check mode
        return
    address = f"{lab.gateway}/{lab.subnet.prefixlen}"
    if address not in _addresses(bridge):
        changes.make(f"{address} put on {lab.bridge}", run, ["ip", "address", "add", address, "dev", lab.bridge])
    if "UP" not in bridge.get("flags", []):
        changes.make(f"bridge {lab.bridge} switched on", run, ["ip", "link", "set", lab.bridge, "up"])


def _create(lab: Lab) -> None:
    # A bridge without a fixed address takes that of its lowest port, and changes it whenever a host comes or goes.
    digest = hashlib.sha256(lab.alias.encode()).hexdigest()
    mac = ":".join(["02", *(digest[i : i + 2] for i in range(0, 10, 2))])
    run(["ip", "link", "add", "name", lab.bridge, "address", mac, "type", "bridge"])
    run(["ip", "link", "set", lab.bridge, "alias", lab.alias])


def leftover(lab: Lab, host: Host) -> str | None:
    """The link of a host that does not run: nspawn was killed before the pair had moved into the container."""
    name = f"vb-{lab.machine(host)}"
    for link in _links():
        if name in (link["ifname"], *link.get("altnames", [])):
            return str(link["ifname"])
    return None


def unplug(name: str) -> None:
    """Takes a link away, with its other end."""
    run(["ip", "link", "delete", name])


def remove(lab: Lab, changes: Changes) -> None:
    """The bridge and whatever is still plugged into it."""
    bridge = _bridge(lab)
    if bridge is None:
        return
    if bridge.get("ifalias") != lab.alias:
        raise LabError(f"interface {lab.bridge} is not this lab's (alias {bridge.get('ifalias')}): it is left alone")
    for link in _links():
        if link.get("master") == lab.bridge:
            changes.make(f"link {link['ifname']} removed", unplug, str(link["ifname"]))
    changes.make(f"bridge {lab.bridge} removed", unplug, lab.bridge)
