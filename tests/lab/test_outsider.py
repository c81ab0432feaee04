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
