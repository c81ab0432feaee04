"""hadoop_conf: keys exist, have reasons and readers, every setting is read, and the golden XML is what hosts get."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hadoop_settings import SettingsError, site_keys, site_values, site_xml

from gridlake_control import paths, setting_keys, settings

CHECKOUT = Path(__file__).parents[2]
# Where a setting may be read; not the places where it is only set.
SOURCES = (
    "ansible/roles",
    "ansible/plugins",
    "hadoop_conf/sites",
    "hadoop_conf/directories.yml",
    "control",
    "kafka",
    "spark",
    "dags",
    "sql",
)
READ_SUFFIXES = {".yml", ".yaml", ".j2", ".py", ".sql", ".sh", ""}


def entry(value: Any = "1", why: str = "a reason", read_by: tuple[str, ...] = ("namenode",)) -> dict[str, Any]:
    return {"value": value, "why": why, "read_by": list(read_by)}


@pytest.fixture(scope="module")
def known() -> dict[str, set[str]]:
    return setting_keys.known_keys(setting_keys.sites(), paths.mirror())


def test_every_site_is_known_reasoned_and_read(known: dict[str, set[str]]) -> None:
    assert {*setting_keys.DOCUMENTED, *setting_keys.COMPILED, *setting_keys.PATTERNS} == set(setting_keys.sites())
    assert list(setting_keys.problems(setting_keys.sites(), known)) == []


def test_a_key_that_hadoop_does_not_have_fails() -> None:
    known = {"hdfs_site": {"dfs.replication"}}
    found = list(setting_keys.problems({"hdfs_site": {"dfs.replication": entry(), "dfs.replicaton": entry()}}, known))
    assert len(found) == 1
    assert "dfs.replicaton: the pinned program has no such key" in found[0]


def test_a_scheduler_key_must_follow_a_declared_pattern() -> None:
    site = {
        "yarn.scheduler.capacity.root.adhoc.capacity": entry(),
        "yarn.scheduler.capacity.root.adhoc.capasity": entry(),
    }
    found = list(setting_keys.problems({"capacity_scheduler": site}, {}))
    assert [problem.split(": ")[1] for problem in found] == ["yarn.scheduler.capacity.root.adhoc.capasity"]


@pytest.mark.parametrize(
    "broken",
    [
        {"value": "1", "why": "a reason"},
        entry(why=" "),
        entry() | {"why": None},
        entry(read_by=()),
        entry(read_by=("zookeeper",)),
        "1",
    ],
)
def test_a_key_without_reason_or_reader_fails(broken: Any) -> None:
    assert len(list(setting_keys.problems({"hdfs_site": {"dfs.replication": broken}}, {}))) == 1


@pytest.mark.parametrize("content", [b"hdfs_site: [", b"hdfs_site", b"", b"# \xff"])
def test_a_site_that_cannot_be_read_is_named(content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "hdfs.yml").write_bytes(content)
    monkeypatch.setattr(setting_keys, "SITES", tmp_path)
    with pytest.raises(setting_keys.SiteError, match=r"hdfs\.yml is no mapping of a site to its keys; correct it"):
        setting_keys.sites()


def test_an_override_of_a_key_that_no_site_has_fails() -> None:
    with pytest.raises(SettingsError, match=r"unknown keys \['dfs.nonsense'\]"):
        site_values({"dfs.replication": entry()}, {"dfs.nonsense": 1}, {})


def test_placeholders_in_keys_and_values_are_replaced() -> None:
    site = {"dfs.ha.namenodes.@{hdfs_nameservice}": entry("@{namenode_host}:@{port}")}
    names = {"hdfs_nameservice": "lake", "namenode_host": "a.example", "port": 8020}
    assert site_values(site, {}, names) == {"dfs.ha.namenodes.lake": "a.example:8020"}
    with pytest.raises(SettingsError, match="neither a setting"):
        site_values({"k": entry("@{absent}")}, {}, {})


def test_a_changed_key_changes_one_block_and_only_its_readers() -> None:
    site = {"a": entry("1", read_by=("namenode", "datanode")), "b": entry("2", read_by=("client",))}
    before, after = site_xml(site, {}, {}).splitlines(), site_xml(site, {"a": "3"}, {}).splitlines()
    assert [pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]] == [
        ("    <value>1</value>", "    <value>3</value>")
    ]
    restarted = {r for r in setting_keys.READERS if site_keys(site, {}, {}, r) != site_keys(site, {"a": "3"}, {}, r)}
    assert restarted == {"namenode", "datanode"}


def test_golden_files_are_what_hosts_get() -> None:
    golden = {path.name: path.read_text(encoding="utf-8") for path in (settings.RENDERED / "lab").glob("*.xml")}
    assert settings.rendered("lab") == golden, "run: python -m gridlake_control.settings render --inventory lab"


def unread(settings_of_platform: Iterable[str]) -> list[str]:
    """Settings that no source mentions."""
    text = "\n".join(
        path.read_text(encoding="utf-8", errors="ignore")
        for source in SOURCES
        for path in [CHECKOUT / source, *(CHECKOUT / source).rglob("*")]
        if path.is_file() and path.suffix in READ_SUFFIXES
    )
    words = set(re.findall(r"\w+", text))
    return [name for name in settings_of_platform if name not in words]


def test_every_platform_setting_is_read() -> None:
    assert unread(yaml.safe_load((CHECKOUT / "hadoop_conf" / "platform.yml").read_text(encoding="utf-8"))) == []


def test_a_setting_that_nothing_reads_is_named() -> None:
    assert unread(["hdfs_replication", "hdfs_replication_of_nothing"]) == ["hdfs_replication_of_nothing"]


def test_platform_settings_are_flat_and_without_jinja() -> None:
    flat = yaml.safe_load((CHECKOUT / "hadoop_conf" / "platform.yml").read_text(encoding="utf-8"))
    assert {name for name, value in flat.items() if isinstance(value, dict | list) or "{{" in str(value)} == set()


def test_declared_directories_have_their_parents_before_them() -> None:
    declared = yaml.safe_load((CHECKOUT / "hadoop_conf" / "directories.yml").read_text(encoding="utf-8"))[
        "hdfs_directories"
    ]
    flat = yaml.safe_load((CHECKOUT / "hadoop_conf" / "platform.yml").read_text(encoding="utf-8"))
    seen: set[str] = set()
    for directory in declared:
        path = re.sub(r"@\{(\w+)\}", lambda match: str(flat[match.group(1)]), directory["path"])
        parent = str(Path(path).parent)
        assert path == "/" or parent in seen, f"declare {parent} before {path}"
        seen.add(path)
