"""Claims about people who know Hadoop, Spark and Trino, not Gridlake: what they type works from the gateway."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from cluster import Cluster

JOB = Path(__file__).parent / "fixtures" / "outsider_job.py"
WORDS, COUNTS = "/user/analyst/outsider/words.txt", "/user/analyst/outsider/counts"


@pytest.fixture(scope="module")
def gateway(cluster: Cluster) -> Iterator[str]:
    host = cluster.inventory.hosts("gateway")[0]
    yield host
    cluster.figure(host, as_analyst("rm -f job.py; hdfs dfs -rm -r -f -skipTrash /user/analyst/outsider"))


def as_analyst(command: str) -> str:
    """The command line of the ordinary user, in their home."""
    return f"cd /home/analyst && runuser --user analyst -- bash -c '{command}'"


def test_a_job_of_their_own_runs_on_yarn_in_cluster_mode(cluster: Cluster, gateway: str) -> None:
    cluster.figure(gateway, as_analyst("hdfs dfs -mkdir -p /user/analyst/outsider"))
    cluster.figure(gateway, as_analyst(f"echo b a b c b a | hdfs dfs -put -f - {WORDS}"))
    cluster.figure(gateway, f"cat > /home/analyst/job.py <<'JOB'\n{JOB.read_text(encoding='utf-8')}\nJOB")
    cluster.figure(
        gateway,
        as_analyst(f"spark-submit --master yarn --deploy-mode cluster job.py {WORDS} {COUNTS} 2>&1"),
        timeout=600,
    )
    assert cluster.figure(gateway, as_analyst(f'hdfs dfs -cat "{COUNTS}/*"')).splitlines() == ["b,3", "a,2", "c,1"]


def test_kafka_programs_work_under_both_of_their_names(cluster: Cluster, gateway: str) -> None:
    port = cluster.inventory.settings["kafka_broker_port"]
    at, topic = f"--bootstrap-server {cluster.inventory.hosts('kafka')[0]}:{port}", "--topic outsider.words"
    cluster.figure(gateway, as_analyst(f"kafka-topics.sh {at} --create {topic} --partitions 1 --replication-factor 3"))
    try:
        listed = cluster.figure(gateway, as_analyst(f"kafka-topics {at} --list")).splitlines()
        assert {"outsider.words", "meter.reading.v1"} <= set(listed)
        cluster.figure(gateway, as_analyst(f"echo one | kafka-console-producer {at} {topic}"))
        cluster.figure(gateway, as_analyst(f"echo two | kafka-console-producer.sh {at} {topic}"))
        for consumer in ("kafka-console-consumer", "kafka-console-consumer.sh"):
            ending = "--from-beginning --max-messages 2 --timeout-ms 60000"
            assert cluster.figure(gateway, as_analyst(f"{consumer} {at} {topic} {ending}")).split() == ["one", "two"]
    finally:
        cluster.figure(gateway, as_analyst(f"kafka-topics {at} --delete {topic}"))


def test_a_mapreduce_example_runs_on_yarn(cluster: Cluster, gateway: str) -> None:
    counts = "/user/analyst/outsider/mapreduce"
    cluster.figure(gateway, as_analyst("hdfs dfs -mkdir -p /user/analyst/outsider"))
    cluster.figure(gateway, as_analyst(f"echo b a b c b a | hdfs dfs -put -f - {WORDS}"))
    examples = "/opt/hadoop/share/hadoop/mapreduce/hadoop-mapreduce-examples-*.jar"
    cluster.figure(gateway, as_analyst(f"hadoop jar {examples} wordcount {WORDS} {counts} 2>&1"), timeout=600)
    found = cluster.figure(gateway, as_analyst(f'hdfs dfs -cat "{counts}/part-*"'))
    assert [line.split() for line in found.splitlines()] == [["a", "2"], ["b", "3"], ["c", "1"]]
    listed = cluster.figure(gateway, as_analyst("yarn application -list -appStates FINISHED 2>&1"))
    (line,) = [line for line in listed.splitlines() if "MAPREDUCE" in line and "word count" in line][-1:]
    assert line.split()[-3:-1] == ["SUCCEEDED", "100%"]
    assert "Total jobs:0" in cluster.figure(gateway, as_analyst("mapred job -list 2>&1"))
    everything = cluster.figure(gateway, as_analyst("mapred job -list all 2>&1"))
    assert line.split()[0].replace("application", "job") in everything


def test_fsck_is_for_the_superuser_and_tells_others_what_they_may_not_read(cluster: Cluster, gateway: str) -> None:
    whole = cluster.figure(gateway, "cd / && runuser --user hdfs -- hdfs fsck / 2>&1")
    assert whole.endswith("The filesystem under path '/' is HEALTHY")
    # Homes are private, and root is an ordinary user of HDFS.
    as_root = cluster.on(gateway, "hdfs fsck / 2>&1")
    assert as_root.returncode == 255
    assert "Permission denied: user=root, access=READ_EXECUTE, inode=" in as_root.stdout
    assert as_root.stdout.rstrip().endswith("Fsck on path '/' FAILED")


def test_trino_answers_in_their_own_name(cluster: Cluster, gateway: str) -> None:
    assert '"analyst"' in cluster.figure(gateway, as_analyst('trino-shell --execute "SELECT current_user"'))


def test_they_cannot_write_tables(cluster: Cluster, gateway: str) -> None:
    done = cluster.on(gateway, as_analyst('trino-shell --execute "CREATE TABLE lake.ops.mine AS SELECT 1 AS one"'))
    assert done.returncode != 0
    assert "Access Denied" in done.stdout + done.stderr


@pytest.mark.parametrize("group", ["trino_coordinator", "trino_worker"])
def test_nobody_commands_a_server_without_signing_in(cluster: Cluster, gateway: str, group: str) -> None:
    address = f"{cluster.inventory.hosts(group)[0]}:{cluster.inventory.settings['trino_http_port']}"
    headers = "-H 'X-Trino-User: admin' -H 'Content-Type: application/json'"
    request = f"curl -s -o /dev/null -w %{{http_code}} -X PUT {headers} -d '\"SHUTTING_DOWN\"'"
    assert cluster.figure(gateway, f"{request} http://{address}/v1/info/state") == "403"
