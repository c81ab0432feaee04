"""Claims about the filters that turn hadoop_conf/sites into XML and fingerprints."""

from typing import Any

import hadoop_settings
import pytest

SITE: dict[str, dict[str, Any]] = {
    "dfs.replication": {"value": "@{hdfs_replication}", "why": "three copies", "read_by": ["client"]},
    "dfs.namenode.rpc-address": {
        "value": "@{namenode_host}:@{port}",
        "why": "fixed",
        "read_by": ["namenode", "client"],
    },
    "dfs.permissions.enabled": {"value": True, "why": "always", "read_by": ["namenode"]},
}
NAMES = hadoop_settings.context(
    {"hdfs_replication": 3, "port": 8020}, {"namenode": ["m1.example"], "kafka": ["k1", "k2"], "empty": []}
)


def test_context_derives_first_host_comma_list_and_count() -> None:
    assert NAMES["namenode_host"] == "m1.example"
    assert NAMES["kafka_hosts"] == "k1,k2"
    assert NAMES["kafka_count"] == 2
    assert "empty_host" not in NAMES


def test_values_are_resolved_and_sorted_by_key() -> None:
    assert hadoop_settings.site_values(SITE, None, NAMES) == {
        "dfs.namenode.rpc-address": "m1.example:8020",
        "dfs.permissions.enabled": "true",
        "dfs.replication": "3",
    }


def test_host_list_with_port_names_every_host() -> None:
    assert hadoop_settings.resolve("k", "@{kafka_hosts:port}", NAMES) == "k1:8020,k2:8020"


def test_override_replaces_exactly_one_value() -> None:
    values = hadoop_settings.site_values(SITE, {"dfs.replication": 2}, NAMES)
    assert values["dfs.replication"] == "2"
    assert values["dfs.permissions.enabled"] == "true"


def test_falsy_override_counts() -> None:
    assert (
        hadoop_settings.site_values(SITE, {"dfs.permissions.enabled": False}, NAMES)["dfs.permissions.enabled"]
        == "false"
    )


def test_unknown_override_is_refused_by_name() -> None:
    with pytest.raises(hadoop_settings.SettingsError, match=r"dfs\.replicatoin"):
        hadoop_settings.site_values(SITE, {"dfs.replicatoin": 2}, NAMES)


def test_key_without_reason_is_refused() -> None:
    with pytest.raises(hadoop_settings.SettingsError, match="why"):
        hadoop_settings.site_values({"a.b": {"value": 1, "why": "", "read_by": ["client"]}}, None, NAMES)


def test_unknown_placeholder_names_key_and_placeholder() -> None:
    with pytest.raises(hadoop_settings.SettingsError, match=r"a\.b.*no_such"):
        hadoop_settings.resolve("a.b", "@{no_such}", NAMES)


def test_hadoops_own_placeholders_stay() -> None:
    assert hadoop_settings.resolve("k", "/data/${user.name}", NAMES) == "/data/${user.name}"


def test_xml_escapes_markup() -> None:
    site = {"a": {"value": "<&>", "why": "w", "read_by": ["client"]}}
    assert "<value>&lt;&amp;&gt;</value>" in hadoop_settings.site_xml(site, None, NAMES)


def test_fingerprint_holds_only_keys_of_its_reader() -> None:
    assert hadoop_settings.site_keys(SITE, None, NAMES, "namenode") == (
        '{"dfs.namenode.rpc-address": "m1.example:8020", "dfs.permissions.enabled": "true"}'
    )
