"""Claims about the shells that people work in: a prompt comes, a statement is answered, and leaving ends well."""

from contextlib import closing

import pytest
from cluster import CHECKOUT, Cluster
from terminal import Terminal

# Target: prompt, what is typed, what is answered, how one leaves.
SHELLS = {
    "shell-trino": (r"trino> $", "SELECT current_user || '!' AS me;", r"admin!", "quit"),
    "shell-psql": (r"assets=# $", "SELECT 40 + 2 AS answer;", r"\s42\s", r"\q"),
    "shell-kafka": (
        r"[#$] $",
        "kafka-topics --bootstrap-server $(hostname):9092 --list",
        r"meter\.reading\.v1\r",
        "exit",
    ),
    "shell-spark": (r">>> $", "spark.range(42).count() + 1000", r"\s1042\s", "exit()"),
}


def shell(target: str, cluster: Cluster, kind: str = "xterm-256color") -> closing[Terminal]:
    command = ["make", "--no-print-directory", target, f"INVENTORY={cluster.inventory.name}"]
    return closing(Terminal(command, CHECKOUT, kind))


@pytest.mark.parametrize("target", SHELLS)
def test_a_shell_answers_and_is_left_without_an_error(cluster: Cluster, target: str) -> None:
    prompt, statement, answer, leave = SHELLS[target]
    with shell(target, cluster) as person:
        person.see(prompt)
        person.type(statement)
        person.see(answer)
        person.see(prompt)
        person.type(leave)
        assert person.ended() == 0


@pytest.mark.parametrize("kind", ["dumb", "unknown", "xterm-of-tomorrow"])
def test_trino_needs_no_terminal_that_the_host_knows_and_takes_what_is_typed_ahead(cluster: Cluster, kind: str) -> None:
    with shell("shell-trino", cluster, kind) as person:
        person.see("trino> ")
        # Long enough for the client to show progress, which is when it used to read the keyboard.
        person.type("SELECT count(*) AS n FROM tpch.sf1.lineitem;")
        person.type("SELECT 40 + 2 AS answer;")
        person.type("quit")
        person.see(r"\s6001215\s")
        person.see(r"\s42\s")
        assert person.ended() == 0
        assert "Exception" not in person.seen


def test_ui_names_every_page_and_where_passwords_lie(cluster: Cluster) -> None:
    said = cluster.make("ui")
    for page in ("8080", "9870", "8088", "18080", "8443"):
        assert f":{page}  " in said
    assert f"From a laptop: ssh -L 8080:{cluster.inventory.address('airflow')}:8080 " in said
    for secret in ("airflow_admin", "trino_analyst"):
        path = cluster.inventory.lab_state / "secrets" / secret
        assert f"password in {path}" in said
        assert path.read_text(encoding="utf-8").strip() not in said
