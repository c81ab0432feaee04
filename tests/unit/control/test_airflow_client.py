"""Claims about the client of Airflow's API, against a server that speaks its part of the protocol."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, ClassVar

import pytest

from gridlake_control.airflow_client import AirflowClient, AirflowUnreachableError


class Airflow(BaseHTTPRequestHandler):
    """Makes a run at the first request, which it does not answer; refuses the same run id from then on."""

    runs: ClassVar[dict[str, int]]
    token_status: ClassVar[int]

    def _reply(self, status: int, answer: dict[str, Any]) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_PATCH(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._reply(200, {})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/auth/token":
            self._reply(self.token_status, {"access_token": "t"})
            return
        requests = self.runs[body["dag_run_id"]] = self.runs.get(body["dag_run_id"], 0) + 1
        if requests == 1:
            self.close_connection = True
        else:
            self._reply(409, {"detail": "exists"})

    def do_GET(self) -> None:
        run_id = self.path.rsplit("/", 1)[1]
        self._reply(200 if run_id in self.runs else 404, {"dag_run_id": run_id, "state": "success"})

    def log_message(self, *_: Any) -> None:
        """Print nothing."""


@pytest.fixture
def client() -> Iterator[AirflowClient]:
    """A client of a fresh server."""
    Airflow.runs, Airflow.token_status = {}, 201
    with ThreadingHTTPServer(("127.0.0.1", 0), Airflow) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield AirflowClient(f"http://127.0.0.1:{server.server_port}", "admin", "secret")
        server.shutdown()


def test_a_request_without_an_answer_makes_one_run(client: AirflowClient) -> None:
    run = client.run("ingest", {}, print)
    assert Airflow.runs == {run["dag_run_id"]: 2}


def test_a_refused_token_is_explained(client: AirflowClient) -> None:
    Airflow.token_status = 401
    with pytest.raises(AirflowUnreachableError, match="make verify"):
        client.run("ingest", {}, print)


def test_proxies_of_the_environment_do_not_apply(client: AirflowClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert client.call("PATCH", "/dags/ingest", {"is_paused": False}) == {}
