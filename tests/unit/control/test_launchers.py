"""Launchers, run for real against a JVM that prints what it was started with."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from gridlake_control import paths
from gridlake_control.recipes import kafka

HADOOP = paths.LAUNCHERS / "hadoop"
KAFKA = paths.LAUNCHERS / "kafka"
# The JVM of the tests: its arguments one by one, then the variables that launchers set, and an exit code of its own.
JAVA = """#!/bin/bash
printf 'arg %s\\n' "$@"
printf 'env %s\\n' "CLASSPATH=$CLASSPATH" "HADOOP_CONF_DIR=$HADOOP_CONF_DIR" "PWD=$PWD"
exit 42
"""


@dataclass(frozen=True)
class Started:
    """What a launcher started."""

    code: int
    arguments: list[str]
    environment: dict[str, str]
    error: str

    @property
    def options(self) -> list[str]:
        """Options of the JVM, before the class."""
        return self.arguments[: self.arguments.index(self.main)]

    @property
    def main(self) -> str:
        """The class: the first argument that is no option."""
        return next(argument for argument in self.arguments if not argument.startswith("-"))

    @property
    def rest(self) -> list[str]:
        """Arguments of the class."""
        return self.arguments[self.arguments.index(self.main) + 1 :]


@pytest.fixture
def java_home(tmp_path: Path) -> Path:
    java = tmp_path / "jdk" / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.write_text(JAVA)
    java.chmod(0o755)
    return tmp_path / "jdk"


def start(java_home: Path, launcher: Path, *arguments: str, **environment: str) -> Started:
    clean = {"PATH": os.environ["PATH"], "JAVA_HOME": str(java_home), "TRINO_JAVA_HOME": str(java_home)}
    result = subprocess.run(
        [launcher, *arguments], env={**clean, **environment}, capture_output=True, text=True, check=False
    )
    lines = [line.split(" ", 1) for line in result.stdout.splitlines()]
    arguments_seen = [text for kind, text in lines if kind == "arg"]
    variables = dict(text.split("=", 1) for kind, text in lines if kind == "env")
    return Started(result.returncode, arguments_seen, variables, result.stderr)


def table(file: Path) -> list[tuple[str, str, str]]:
    rows = [line.split() for line in file.read_text().splitlines() if not line.startswith("#")]
    return [(name, kind, main) for name, kind, main in rows]


SUBCOMMANDS = [
    (command, *row)
    for command in ("hadoop", "hdfs", "yarn", "mapred")
    for row in table(HADOOP / "libexec" / f"{command}.commands")
]


@pytest.mark.parametrize(("command", "subcommand", "kind", "main"), SUBCOMMANDS)
def test_every_hadoop_subcommand_starts_its_class(
    java_home: Path, command: str, subcommand: str, kind: str, main: str
) -> None:
    started = start(java_home, HADOOP / "bin" / command, subcommand, "-x", "a b")
    assert started.main == main
    expected = {
        "application": [subcommand, "-x", "a b"],
        "top": ["-rows", "24", "-cols", "80", "-x", "a b"],
    }
    assert started.rest == expected.get(kind, ["-x", "a b"])
    assert started.code == 42, "the exit code is the JVM's"
    assert "--add-opens=java.base/java.lang=ALL-UNNAMED" in started.options
    assert f"-Djava.library.path={HADOOP}/lib/native" in started.options
    level = "INFO,console" if kind == "daemon" else "WARN,console"
    assert f"-Dhadoop.root.logger={level}" in started.options
    assert ("-XX:TieredStopAtLevel=1" in started.options) == (kind != "daemon")


@pytest.mark.parametrize(
    ("command", "classes"),
    [
        (
            "hdfs",
            "namenode=NameNode datanode=DataNode journalnode=JournalNode zkfc=DFSZKFailoverController dfs=FsShell "
            "dfsadmin=DFSAdmin haadmin=DFSHAAdmin fsck=DFSck ec=ECAdmin balancer=Balancer mover=Mover "
            "oiv=OfflineImageViewerPB oev=OfflineEditsViewer getconf=GetConf storagepolicies=StoragePolicyAdmin "
            "cacheadmin=CacheAdmin crypto=CryptoAdmin groups=GetGroups lsSnapshottableDir=LsSnapshottableDir "
            "snapshotDiff=SnapshotDiff debug=DebugAdmin classpath=Classpath",
        ),
        (
            "yarn",
            "resourcemanager=ResourceManager nodemanager=NodeManager application=ApplicationCLI app=ApplicationCLI "
            "applicationattempt=ApplicationCLI container=ApplicationCLI node=NodeCLI logs=LogsCLI rmadmin=RMAdminCLI "
            "queue=QueueCLI top=TopCLI jar=RunJar classpath=Classpath cluster=ClusterCLI",
        ),
        ("mapred", "job=JobClient queue=JobQueueClient historyserver=JobHistoryServer classpath=Classpath"),
        (
            "hadoop",
            "fs=FsShell distcp=DistCp jar=RunJar checknative=NativeLibraryChecker classpath=Classpath "
            "version=VersionInfo daemonlog=LogLevel key=KeyShell credential=CredentialShell",
        ),
    ],
)
def test_what_a_hadoop_person_types_means_what_it_does_elsewhere(command: str, classes: str) -> None:
    known = {name: main.rpartition(".")[2] for owner, name, _, main in SUBCOMMANDS if owner == command}
    wanted = dict(pair.split("=") for pair in classes.split())
    assert {name: known.get(name) for name in wanted} == wanted


def test_daemons_and_clients_take_their_own_options(java_home: Path) -> None:
    options = {
        "HADOOP_OPTS": "-Dall=1 -Dmore=2",
        "HADOOP_CLIENT_OPTS": "-Dclient=1",
        "HDFS_NAMENODE_OPTS": "-Xmx384m -Dnn=1",
        "HDFS_DATANODE_OPTS": "-Ddn=1",
    }
    daemon = start(java_home, HADOOP / "bin" / "hdfs", "namenode", **options)
    client = start(java_home, HADOOP / "bin" / "hdfs", "dfs", **options)
    assert daemon.options[-4:] == ["-Dall=1", "-Dmore=2", "-Xmx384m", "-Dnn=1"]
    assert client.options[-3:] == ["-Dall=1", "-Dmore=2", "-Dclient=1"]


def test_the_configuration_comes_first_and_can_be_another(java_home: Path) -> None:
    default = start(java_home, HADOOP / "bin" / "hdfs", "dfs")
    variable = start(java_home, HADOOP / "bin" / "hdfs", "dfs", HADOOP_CONF_DIR="/x/conf", HADOOP_CLASSPATH="/x/a.jar")
    option = start(java_home, HADOOP / "bin" / "hdfs", "--config", "/y", "--loglevel", "DEBUG", "dfs", "-ls")
    assert default.environment["CLASSPATH"].startswith(f"/etc/hadoop:{HADOOP}/etc/launcher:")
    assert variable.environment["CLASSPATH"].startswith("/x/conf:")
    assert variable.environment["CLASSPATH"].endswith(":/x/a.jar")
    assert option.environment["HADOOP_CONF_DIR"] == "/y"
    assert "-Dhadoop.root.logger=DEBUG,console" in option.options
    assert option.rest == ["-ls"]


@pytest.mark.usefixtures("java_home")
def test_classpath_alone_starts_no_jvm() -> None:
    result = subprocess.run([HADOOP / "bin" / "hadoop", "classpath"], capture_output=True, text=True, check=True)
    assert "share/hadoop/common/*" in result.stdout


def test_a_class_name_stands_for_a_subcommand(java_home: Path) -> None:
    started = start(java_home, HADOOP / "bin" / "hadoop", "org.example.Main", "x")
    assert (started.main, started.rest) == ("org.example.Main", ["x"])


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ((), "Usage: hdfs"),
        (("nonsense",), "unknown subcommand nonsense"),
        (("--nonsense", "dfs"), "unknown option --nonsense"),
        (("--daemon", "start", "namenode"), "daemons are systemd units here"),
    ],
)
def test_a_wrong_call_is_refused_with_its_reason(java_home: Path, arguments: tuple[str, ...], reason: str) -> None:
    started = start(java_home, HADOOP / "bin" / "hdfs", *arguments)
    assert started.code == 1
    assert reason in started.error


@pytest.mark.parametrize(("name", "kind", "main"), table(KAFKA / "libexec" / "kafka.commands"))
@pytest.mark.parametrize("suffix", ["", ".sh"])
def test_every_kafka_name_starts_its_class(
    java_home: Path, tmp_path: Path, name: str, kind: str, main: str, suffix: str
) -> None:
    link = tmp_path / f"{name}{suffix}"
    link.symlink_to(KAFKA / "libexec" / "kafka-launcher")
    started = start(java_home, link, "--option", "a b")
    assert started.main == main
    assert started.rest == ["--option", "a b"]
    assert started.code == 42
    assert started.environment["CLASSPATH"] == f"{KAFKA}/libs/*"
    assert ("-Xmx512m" if kind == "daemon" else "-Xmx256m") in started.options


def test_kafkas_own_variables_are_honoured(java_home: Path, tmp_path: Path) -> None:
    link = tmp_path / "kafka-server-start"
    link.symlink_to(KAFKA / "libexec" / "kafka-launcher")
    started = start(java_home, link, "s.properties", KAFKA_HEAP_OPTS="-Xmx300m -Xms300m", KAFKA_OPTS="-Da=b")
    assert started.options[:2] == ["-Xmx300m", "-Xms300m"]
    assert "-Da=b" in started.options
    assert "-Xmx512m" not in started.options


def test_kafkas_names_mean_what_they_do_elsewhere() -> None:
    known = {name: main.rpartition(".")[2] for name, _, main in table(KAFKA / "libexec" / "kafka.commands")}
    wanted = (
        "server-start=Kafka storage=StorageTool topics=TopicCommand configs=ConfigCommand "
        "console-producer=ConsoleProducer console-consumer=ConsoleConsumer consumer-groups=ConsumerGroupCommand "
        "metadata-quorum=MetadataQuorumCommand broker-api-versions=BrokerApiVersionsCommand "
        "producer-perf-test=ProducerPerformance reassign-partitions=ReassignPartitionsCommand "
        "leader-election=LeaderElectionCommand get-offsets=GetOffsetShell log-dirs=LogDirsCommand acls=AclCommand "
        "dump-log=DumpLogSegments features=FeatureCommand metadata-shell=MetadataShell "
        "delete-records=DeleteRecordsCommand"
    )
    expected = {f"kafka-{name}": main for name, main in (pair.split("=") for pair in wanted.split())}
    assert {name: known.get(name) for name in expected} == expected
    assert set(kafka.commands(KAFKA / "libexec" / "kafka.commands")) == set(known)


def test_the_metastore_reads_its_own_configuration_and_hadoops(java_home: Path) -> None:
    home = paths.LAUNCHERS / "hive-metastore"
    service = start(java_home, home / "bin" / "hive-metastore", "-p", "9083", HIVE_METASTORE_OPTS="-Xmx512m")
    tool = start(java_home, home / "bin" / "schematool", "-dbType", "postgres", HIVE_METASTORE_OPTS="-Xmx512m")
    assert service.main == "org.apache.hadoop.hive.metastore.HiveMetaStore"
    assert service.rest == ["-p", "9083"]
    assert "-Xmx512m" in service.options
    assert "-Xmx512m" not in tool.options
    assert tool.main == "org.apache.hadoop.hive.metastore.tools.schematool.MetastoreSchemaTool"
    assert service.environment["CLASSPATH"] == f"/etc/hive-metastore:/etc/hadoop:{home}/lib/*"


def test_the_trino_server_runs_in_its_data_directory(java_home: Path, tmp_path: Path) -> None:
    etc, data = tmp_path / "etc", tmp_path / "data"
    etc.mkdir()
    (etc / "jvm.config").write_text("# heap\n-Xmx1G\n\n-XX:+UseG1GC\n")
    (etc / "node.properties").write_text(f"node.id=one\nnode.data-dir={data}\n")
    (etc / "config.properties").write_text("coordinator=true\n")
    started = start(java_home, paths.LAUNCHERS / "trino" / "bin" / "trino-server", TRINO_ETC_DIR=str(etc))
    assert started.main == "io.trino.server.TrinoServer"
    assert started.options == [
        "-Xmx1G",
        "-XX:+UseG1GC",
        "-Dnode.id=one",
        f"-Dnode.data-dir={data}",
        f"-Dconfig={etc}/config.properties",
    ]
    assert started.environment["PWD"] == str(data)
    assert (data / "etc").readlink() == etc
    assert (data / "plugin").readlink() == paths.LAUNCHERS / "trino" / "plugin"


def test_a_trino_server_without_configuration_is_refused(java_home: Path, tmp_path: Path) -> None:
    started = start(java_home, paths.LAUNCHERS / "trino" / "bin" / "trino-server", TRINO_ETC_DIR=str(tmp_path))
    assert started.code == 1
    assert "cannot read" in started.error
    assert "jvm.config" in started.error


def test_the_trino_client_passes_arguments_on(java_home: Path) -> None:
    home = paths.LAUNCHERS / "trino"
    started = start(java_home, home / "bin" / "trino", "--execute", "select 1")
    assert started.arguments[-3:] == [f"{home}/lib/cli/trino-cli.jar", "--execute", "select 1"]
    assert started.code == 42


@pytest.mark.parametrize("name", ["spark-submit", "spark-shell", "spark-sql", "pyspark"])
def test_spark_gets_the_clusters_environment(tmp_path: Path, name: str) -> None:
    """Through a link, as on a host's PATH; Spark's own script is one that prints what it sees."""
    home = tmp_path / "spark-1"
    for folder in ("bin", "libexec"):
        for file in (paths.LAUNCHERS / "spark" / folder).iterdir():
            (home / folder).mkdir(parents=True, exist_ok=True)
            (home / folder / file.name).write_bytes(file.read_bytes())
            (home / folder / file.name).chmod(0o755)
    upstream = home / "libexec" / name
    upstream.write_text('#!/bin/sh\necho "$SPARK_HOME|$SPARK_CONF_DIR|$HADOOP_CONF_DIR|$PYSPARK_PYTHON|$*"\nexit 42\n')
    upstream.chmod(0o755)
    (tmp_path / name).symlink_to(home / "bin" / name)
    result = subprocess.run(
        [tmp_path / name, "a", "b"], env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, check=False
    )
    assert result.stdout == f"{home}|/etc/spark|/etc/hadoop|python3|a b\n"
    assert result.returncode == 42
