"""Hadoop's XML files from the settings in ``hadoop_conf/sites``.

A site is a mapping ``key -> {value, why, read_by}``. Values name other settings as ``@{setting}`` and topology as
``@{<group>_host}`` (first host), ``@{<group>_hosts}`` (comma list) or ``@{<group>_hosts:<port setting>}`` (comma list
of host:port). Keys may hold placeholders too (``dfs.ha.namenodes.@{hdfs_nameservice}``).
Pure functions: Ansible uses them as filters, the golden rendering and the contract tests import them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

_REFERENCE = re.compile(r"@\{([^}]+)\}")
_ENTRY_FIELDS = {"value", "why", "read_by"}


class SettingsError(ValueError):
    """A setting that cannot be rendered; the message names the key and the next step."""


def context(settings: Mapping[str, Any], hosts: Mapping[str, list[str]]) -> dict[str, Any]:
    """Everything that a placeholder can name: flat settings and, by group, the fully qualified host names."""
    derived: dict[str, Any] = {key: value for key, value in settings.items() if not isinstance(value, dict | list)}
    for group, names in hosts.items():
        if names:
            derived[f"{group}_host"] = names[0]
        derived[f"{group}_hosts"] = ",".join(names)
        derived[f"{group}_count"] = len(names)
    return derived


def fully_qualified(groups: Mapping[str, list[str]], hostvars: Mapping[str, Mapping[str, Any]]) -> dict[str, list[str]]:
    """Fully qualified names of the hosts of every inventory group, in inventory order."""
    return {
        group: [str(hostvars[host].get("fqdn", host)) for host in hosts]
        for group, hosts in sorted(groups.items())
        if group not in {"all", "ungrouped"}
    }


def resolve(key: str, value: Any, names: Mapping[str, Any]) -> str:
    """Text of one value with its placeholders replaced; booleans become Hadoop's true and false."""
    if isinstance(value, bool):
        return str(value).lower()

    def named(match: re.Match[str]) -> str:
        name, _, port = match.group(1).partition(":")
        try:
            found = names[name]
            if port:
                return ",".join(f"{host}:{names[port]}" for host in str(found).split(","))
        except KeyError as error:
            raise SettingsError(
                f"{key}: @{{{match.group(1)}}} names {error}, which is neither a setting of hadoop_conf/platform.yml "
                "nor a group of the inventory; correct the name or add the group"
            ) from error
        return resolve(key, found, names)

    return _REFERENCE.sub(named, str(value))


def site_values(
    site: Mapping[str, Mapping[str, Any]], overrides: Mapping[str, Any] | None, names: Mapping[str, Any]
) -> dict[str, str]:
    """Keys and final values of one file, sorted by key.

    Raises:
        SettingsError: an override of a key that the site does not have, or an entry without value, reason or readers.
    """
    if overrides is not None and not isinstance(overrides, Mapping):
        raise SettingsError(
            f"overrides are a mapping of key to value, not {overrides!r}; with -e give them as one JSON object"
        )
    unknown = sorted(set(overrides or {}) - set(site))
    if unknown:
        raise SettingsError(f"unknown keys {unknown}: add them with value, why and read_by to hadoop_conf/sites first")
    values: dict[str, str] = {}
    for key, entry in site.items():
        if set(entry) != _ENTRY_FIELDS or not entry["why"] or not entry["read_by"]:
            raise SettingsError(f"{key}: an entry is exactly value, why (a reason) and read_by (its readers)")
        values[resolve(key, key, names)] = resolve(key, (overrides or {}).get(key, entry["value"]), names)
    return dict(sorted(values.items()))


def site_xml(
    site: Mapping[str, Mapping[str, Any]], overrides: Mapping[str, Any] | None, names: Mapping[str, Any]
) -> str:
    """One Hadoop configuration file as XML, keys sorted, one property a block."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        "<!-- Rendered from hadoop_conf/sites; edit there. -->",
        "<configuration>",
    ]
    for key, value in site_values(site, overrides, names).items():
        lines += [
            "  <property>",
            f"    <name>{escape(key)}</name>",
            f"    <value>{escape(value)}</value>",
            "  </property>",
        ]
    return "\n".join([*lines, "</configuration>", ""])


def site_keys(
    site: Mapping[str, Mapping[str, Any]], overrides: Mapping[str, Any] | None, names: Mapping[str, Any], reader: str
) -> str:
    """Canonical JSON of the keys that ``reader`` reads: what a daemon's fingerprint is made of."""
    read = {key: entry for key, entry in site.items() if reader in entry["read_by"]}
    return json.dumps(
        site_values(read, {key: value for key, value in (overrides or {}).items() if key in read}, names),
        sort_keys=True,
    )


def declared_directories(entries: list[dict[str, Any]], names: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The entries of hadoop_conf/directories.yml with their placeholders replaced."""
    return [
        {
            field: resolve(f"directory {field}", value, names) if isinstance(value, str) else value
            for field, value in entry.items()
        }
        for entry in entries
    ]


class FilterModule:
    """Names under which Ansible offers these functions."""

    def filters(self) -> dict[str, Any]:
        """Filters by name."""
        return {
            "declared_directories": declared_directories,
            "fully_qualified": fully_qualified,
            "settings_context": context,
            "site_xml": site_xml,
            "site_keys": site_keys,
            "site_values": site_values,
        }
