"""Which keys the sites of hadoop_conf may hold: those that pinned programs know, with a reason and their readers."""

import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import yaml

from gridlake_control import paths
from gridlake_control.errors import ControlError


class SiteError(ControlError):
    """A file of hadoop_conf/sites cannot be read."""


SITES = paths.CHECKOUT / "hadoop_conf" / "sites"
FIELDS = {"value", "why", "read_by"}
READERS = {"namenode", "datanode", "resourcemanager", "nodemanager", "client", "spark", "trino", "hive-metastore"}
READERS |= {"secondary-namenode", "kafka", "submit", "driver", "executor", "spark-history"}

# Jars of the mirror that document the keys of a site in a *-default.xml.
DOCUMENTED = {
    "core_site": ("hadoop", "org/apache/hadoop/hadoop-common", "core-default.xml"),
    "hdfs_site": ("hadoop", "org/apache/hadoop/hadoop-hdfs", "hdfs-default.xml"),
    "yarn_site": ("hadoop", "org/apache/hadoop/hadoop-yarn-common", "yarn-default.xml"),
    "mapred_site": ("hadoop", "org/apache/hadoop/hadoop-mapreduce-client-core", "mapred-default.xml"),
}
# Kafka and the metastore document theirs in code only: a key that exists is a constant in one of these classes.
COMPILED = {
    "kafka_server": ("kafka", "org/apache/kafka/kafka-*", "org/apache/kafka/*.class"),
    "metastore_site": (
        "hive-metastore",
        "org/apache/hive/hive-standalone-metastore-common",
        "org/apache/hadoop/hive/metastore/conf/MetastoreConf*.class",
    ),
}
# Keys that hold a name of ours, or whose program ships neither.
PATTERNS = {
    "hdfs_site": (
        r"dfs\.ha\.namenodes\.@\{hdfs_nameservice\}",
        r"dfs\.namenode\.(rpc|http|https)-address\.@\{hdfs_nameservice\}\.nn\d",
        r"dfs\.client\.failover\.proxy\.provider\.@\{hdfs_nameservice\}",
    ),
    "capacity_scheduler": (
        r"yarn\.scheduler\.capacity\.(resource-calculator|maximum-am-resource-percent|maximum-applications|queue-mappings)",
        r"yarn\.scheduler\.capacity\.(node|rack)-locality-(additional-)?delay",
        r"yarn\.scheduler\.capacity\.root(\.\w+)*\.(queues|capacity|maximum-capacity|user-limit-factor|state)",
        r"yarn\.scheduler\.capacity\.root(\.\w+)*\.(minimum-user-limit-percent|maximum-am-resource-percent|ordering-policy)",
        r"yarn\.scheduler\.capacity\.root(\.\w+)*\.acl_(submit_applications|administer_queue)",
    ),
    # PySpark's jars lie inside its source package, too large to search; Spark warns of none, so mind the spelling.
    "spark_defaults": (r"spark\.[\w.]+",),
}


def sites() -> dict[str, dict[str, dict[str, Any]]]:
    """Every site by its variable name, from hadoop_conf/sites."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for path in sorted(SITES.glob("*.yml")):
        try:
            found.update(yaml.safe_load(path.read_text(encoding="utf-8")))
        except (yaml.YAMLError, UnicodeDecodeError, TypeError, ValueError) as error:
            raise SiteError(f"{path} is no mapping of a site to its keys; correct it: {error}") from error
    return found


def known_keys(found: Mapping[str, Iterable[str]], mirror: Path) -> dict[str, set[str]]:
    """Keys that the pinned programs know, for each site whose jars lie in the mirror."""
    pins = yaml.safe_load(paths.PIN_FILE.read_text(encoding="utf-8"))["pins"]["distributions"]
    known = {}
    for site, (pin, artifact, member) in DOCUMENTED.items():
        for jar in _jars(mirror, artifact, pins[pin]["version"]):
            with zipfile.ZipFile(jar) as archive:
                root = ElementTree.fromstring(archive.read(member))  # noqa: S314 - from a jar whose digest is locked
            known[site] = {str(name.text).strip() for name in root.iter("name")}
    for site, (pin, artifact, classes) in COMPILED.items():
        if jars := _jars(mirror, artifact, pins[pin]["version"]):
            known[site] = _constants(jars, classes, set(found.get(site, ())))
    return known


def _jars(mirror: Path, artifact: str, version: str) -> list[Path]:
    return sorted((mirror / "maven").glob(f"{artifact}/{version}/*-{version}.jar"))


def _constants(jars: Iterable[Path], classes: str, wanted: set[str]) -> set[str]:
    """Those of the wanted keys that occur as constants in the classes."""
    missing = set(wanted)
    for jar in jars:
        with zipfile.ZipFile(jar) as archive:
            for name in archive.namelist():
                if (
                    missing
                    and Path(name).match(classes.rsplit("/", 1)[1])
                    and name.startswith(classes.rsplit("/", 1)[0])
                ):
                    code = archive.read(name)
                    missing -= {key for key in missing if key.encode() in code}
    return wanted - missing


def problems(found: Mapping[str, Mapping[str, Any]], known: Mapping[str, set[str]]) -> Iterator[str]:
    """Every unknown key, missing reason and unknown reader, each as a sentence with the next step."""
    for site, entries in found.items():
        for key, entry in entries.items():
            if not isinstance(entry, dict) or set(entry) != FIELDS:
                yield f"{site}: {key}: an entry is exactly value, why and read_by"
                continue
            if not str(entry["why"] or "").strip():
                yield f"{site}: {key}: no reason; write in `why` what the default would do to us"
            if not entry["read_by"] or set(entry["read_by"]) - READERS:
                yield (
                    f"{site}: {key}: read_by is {entry['read_by']}; "
                    f"name its readers out of {', '.join(sorted(READERS))}"
                )
            declared = any(re.fullmatch(pattern, key) for pattern in PATTERNS.get(site, ()))
            # Without a mirror only the declared patterns can be held against a key.
            checkable = site in known or site not in {*DOCUMENTED, *COMPILED}
            if checkable and not declared and key not in known.get(site, set()):
                yield (
                    f"{site}: {key}: the pinned program has no such key; correct it, "
                    f"or declare its pattern in {Path(__file__).name}"
                )
