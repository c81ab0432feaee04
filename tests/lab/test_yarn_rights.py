"""Claims about who may submit where on YARN, and who ends whose application."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from cluster import Cluster

# Asked without a JVM, as the provider of Airflow asks; whoever gives no name is dr.who.
CALL = "curl -s -w '\\n%{{http_code}}' -X {method} -H 'Content-Type: application/json' -d '{body}' '{url}'"

# What the provider does when a task is cleared or too slow.
KILL = """
import sys
sys.path.insert(0, "/etc/airflow/dags")
from pipeline import SparkJob
SparkJob(task_id="rights", job="curate")._get_hook()._kill_yarn_application(sys.argv[1])
"""
AS_AIRFLOW = "set -a; . /etc/airflow/environment; set +a; cd /tmp; runuser --user airflow -- /opt/airflow/bin/python3 -"


class Yarn:
    """The ResourceManager's REST API, asked from the gateway."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster, self.gateway = cluster, cluster.inventory.hosts("gateway")[0]
        manager = cluster.inventory.address("resourcemanager")
        port = cluster.inventory.settings["yarn_resourcemanager_http_port"]
        self.apps = f"http://{manager}:{port}/ws/v1/cluster/apps"

    def ask(self, method: str, path: str, user: str = "", **body: Any) -> tuple[int, str]:
        """Status and answer."""
        url = f"{self.apps}{path}" + (f"?user.name={user}" if user else "")
        call = CALL.format(method=method, body=json.dumps(body), url=url)
        answer, _, status = self.cluster.figure(self.gateway, call).rpartition("\n")
        return int(status), answer

    def submit(self, user: str, queue: str) -> tuple[str, int, str]:
        """An application that does nothing for a minute: its id, and what YARN said of it."""
        name = str(json.loads(self.ask("POST", "/new-application", user)[1])["application-id"])
        status, answer = self.ask(
            "POST",
            "",
            user,
            **{
                "application-id": name,
                "application-name": "rights",
                "application-type": "SLEEP",
                "queue": queue,
                # Nothing waits for it: an application that is still there when someone tries to kill it.
                "am-container-spec": {"commands": {"command": "sleep 60"}},
                "resource": {"memory": 256, "vCores": 1},
                "max-app-attempts": 1,
            },
        )
        return name, status, answer

    def state(self, name: str) -> str:
        """What anyone may read."""
        return str(json.loads(self.ask("GET", f"/{name}/state")[1])["state"])

    def kill(self, name: str, user: str = "") -> int:
        """Status of the request to end an application."""
        return self.ask("PUT", f"/{name}/state", user, state="KILLED")[0]

    def command(self, user: str, line: str) -> str:
        """Output of a command of YARN's that is to fail."""
        done = self.cluster.on(self.gateway, f"cd / && runuser --user {user} -- yarn {line} 2>&1")
        assert done.returncode != 0, done.stdout
        return done.stdout


@pytest.fixture(scope="module")
def yarn(cluster: Cluster) -> Yarn:
    return Yarn(cluster)


@pytest.fixture(scope="module")
def pipelines(yarn: Yarn) -> Iterator[str]:
    """An application of the pipeline's user in its queue."""
    name, status, answer = yarn.submit("gridlake", "ingest")
    assert status == 202, answer
    yield name
    yarn.kill(name, "yarn")


def test_others_do_not_end_the_pipelines_application(yarn: Yarn, pipelines: str) -> None:
    said = yarn.command("analyst", f"application -kill {pipelines}")
    assert f"User analyst cannot perform operation MODIFY_APP on {pipelines}" in said
    assert [yarn.kill(pipelines), yarn.kill(pipelines, "analyst")] == [403, 403]
    assert yarn.state(pipelines) in {"ACCEPTED", "RUNNING"}


def test_a_task_of_airflow_ends_its_application(yarn: Yarn) -> None:
    name, _, _ = yarn.submit("gridlake", "curate")
    try:
        host = yarn.cluster.inventory.hosts("airflow")[0]
        yarn.cluster.figure(host, f"{AS_AIRFLOW} {name} <<'SCRIPT'\n{KILL}\nSCRIPT")
        # YARN answers before it has done it.
        end = time.monotonic() + 10
        while yarn.state(name) != "KILLED" and time.monotonic() < end:
            time.sleep(0.2)
        assert yarn.state(name) == "KILLED"
    finally:
        yarn.kill(name, "yarn")


@pytest.mark.parametrize("queue", ["ingest", "curate"])
def test_the_pipelines_queues_are_not_for_others(yarn: Yarn, queue: str) -> None:
    name, status, answer = yarn.submit("analyst", queue)
    yarn.kill(name, "yarn")
    assert (status, f"User analyst does not have permission to submit {name} to queue {queue}" in answer) == (400, True)


def test_everyone_submits_into_adhoc_and_ends_what_is_theirs(yarn: Yarn) -> None:
    name, status, answer = yarn.submit("analyst", "adhoc")
    assert status == 202, answer
    assert yarn.kill(name, "analyst") in {200, 202}


def test_queues_are_refreshed_by_administrators_alone(yarn: Yarn) -> None:
    assert "User analyst doesn't have permission to call 'refreshQueues'" in yarn.command(
        "analyst", "rmadmin -refreshQueues"
    )
    yarn.cluster.figure(yarn.gateway, "cd / && runuser --user yarn -- yarn rmadmin -refreshQueues 2>&1")
