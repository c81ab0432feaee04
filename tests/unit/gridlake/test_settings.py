"""Addresses come from the host's platform file; what is missing is named."""

from pathlib import Path

import pytest

from gridlake.errors import SettingsError
from gridlake.settings import Settings

HOSTS = {"kafka": ["w1.test", "w2.test"], "hive_metastore": ["m1.test"], "postgresql": ["m1.test"]}
PLATFORM = {
    "kafka_broker_port": 9092,
    "hive_metastore_port": 9083,
    "postgresql_port": 5432,
    "hdfs_nameservice": "gridlake",
    "hdfs_warehouse": "/warehouse",
    "hdfs_landing": "/landing",
    "hosts": HOSTS,
}


def test_addresses_are_derived_from_hosts_and_ports() -> None:
    assert Settings.from_mapping(PLATFORM) == Settings(
        kafka_bootstrap="w1.test:9092,w2.test:9092",
        metastore_uri="thrift://m1.test:9083",
        warehouse="hdfs://gridlake/warehouse",
        assets_url="jdbc:postgresql://m1.test:5432/assets",
        landing="hdfs://gridlake/landing",
    )


@pytest.mark.parametrize("key", sorted(PLATFORM))
def test_a_missing_value_is_named(key: str) -> None:
    with pytest.raises(SettingsError, match=key):
        Settings.from_mapping({name: value for name, value in PLATFORM.items() if name != key})


def test_an_empty_group_is_named() -> None:
    with pytest.raises(SettingsError, match="group 'kafka'"):
        Settings.from_mapping(PLATFORM | {"hosts": HOSTS | {"kafka": []}})


@pytest.mark.parametrize(
    ("content", "complaint"), [(None, "is missing"), ("- a\n", "no mapping"), ("a: [", "not YAML")]
)
def test_an_unusable_file_is_named_with_the_next_step(tmp_path: Path, content: str | None, complaint: str) -> None:
    path = tmp_path / "platform.yml"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(SettingsError, match=complaint) as caught:
        Settings.load(path)
    assert str(path) in str(caught.value)
