"""What a job needs to know about its cluster, read from the one file that every host has."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from gridlake.errors import SettingsError

PLATFORM_FILE = Path("/etc/gridlake/platform.yml")


@dataclass(frozen=True)
class Settings:
    """Addresses of the services that jobs talk to."""

    kafka_bootstrap: str
    metastore_uri: str
    warehouse: str
    assets_url: str
    landing: str

    @classmethod
    def load(cls, path: Path = PLATFORM_FILE) -> "Settings":
        """Read the platform file; a missing file or value is an error that names it."""
        try:
            document = yaml.safe_load(path.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise SettingsError(f"{path} is missing; converge this host with site.yml, or pass --platform") from error
        except yaml.YAMLError as error:
            raise SettingsError(f"{path} is not YAML ({error}); converge this host again") from error
        if not isinstance(document, dict):
            raise SettingsError(f"{path} holds no mapping; converge this host again")
        return cls.from_mapping(document, path)

    @classmethod
    def from_mapping(cls, document: Mapping[str, Any], origin: Path = PLATFORM_FILE) -> "Settings":
        """Derive the addresses from flat settings and the `hosts` mapping of the inventory's groups."""

        def value(key: str) -> Any:
            if document.get(key) is None:
                raise SettingsError(f"{origin} has no {key!r}; it comes from hadoop_conf/platform.yml")
            return document[key]

        def hosts(group: str) -> list[str]:
            names = value("hosts").get(group)
            if not names:
                raise SettingsError(f"{origin} names no host of group {group!r}; add one to the inventory")
            return list(names)

        def addresses(group: str, port_key: str) -> list[str]:
            return [f"{host}:{value(port_key)}" for host in hosts(group)]

        return cls(
            kafka_bootstrap=",".join(addresses("kafka", "kafka_broker_port")),
            metastore_uri=",".join(f"thrift://{a}" for a in addresses("hive_metastore", "hive_metastore_port")),
            warehouse=f"hdfs://{value('hdfs_nameservice')}{value('hdfs_warehouse')}",
            assets_url=f"jdbc:postgresql://{addresses('postgresql', 'postgresql_port')[0]}/assets",
            landing=f"hdfs://{value('hdfs_nameservice')}{value('hdfs_landing')}",
        )
