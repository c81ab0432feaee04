"""Runs DAGs through Airflow's public API and reports each task as it changes."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import requests
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_exponential

from gridlake_control.errors import ControlError

FINISHED = {"success", "failed"}


class AirflowUnreachableError(ControlError):
    """Airflow's API gave no usable answer."""


class DagRunFailedError(ControlError):
    """A DAG run did not end in success; the message names its failed tasks and where their logs are."""


def _session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False  # a proxy of the environment does not lead to the platform
    return session


@dataclass
class AirflowClient:
    """A session with Airflow's API v2."""

    url: str
    user: str
    password: str
    session: requests.Session = field(default_factory=_session)

    @retry(
        retry=retry_if_exception_type((requests.ConnectionError, requests.Timeout)),
        stop=stop_after_delay(60),
        wait=wait_exponential(max=5),
        reraise=True,
    )
    def _answer(self, method: str, path: str, body: Mapping[str, Any] | None) -> requests.Response:
        if "Authorization" not in self.session.headers:
            credentials = {"username": self.user, "password": self.password}
            answer = self.session.post(f"{self.url}/auth/token", json=credentials, timeout=30)
            answer.raise_for_status()
            self.session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return self.session.request(method, f"{self.url}/api/v2{path}", json=body, timeout=60)

    def call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, may_exist: bool = False
    ) -> dict[str, Any]:
        """Call the API, authenticating first; returns the decoded answer.

        A request that got no answer is repeated, so what it makes must carry a name of ours: ``may_exist`` then takes
        the answer 409 for success.

        Raises:
            AirflowUnreachableError: no answer within a minute, or no token.
        """
        try:
            answer = self._answer(method, path, body)
        except requests.RequestException as error:
            raise AirflowUnreachableError(
                f"Airflow at {self.url} did not answer: {error}; try `make verify`"
            ) from error
        if not answer.ok and not (may_exist and answer.status_code == requests.codes.conflict):
            raise ControlError(f"Airflow answered {answer.status_code} to {method} {path}: {answer.text[:500]}")
        decoded: dict[str, Any] = answer.json()
        return decoded

    def run(
        self, dag: str, configuration: Mapping[str, Any], report: Callable[[str], None], timeout_seconds: int = 3600
    ) -> dict[str, Any]:
        """Unpause, trigger and wait for one DAG run; returns the run.

        Raises:
            DagRunFailedError: the run failed or did not finish in time.
        """
        self.call("PATCH", f"/dags/{dag}", {"is_paused": False})
        run_id, seen = f"demo__{uuid4()}", dict[str, str]()
        body = {"dag_run_id": run_id, "logical_date": None, "conf": dict(configuration)}
        self.call("POST", f"/dags/{dag}/dagRuns", body, may_exist=True)
        run = self.call("GET", f"/dags/{dag}/dagRuns/{run_id}")
        deadline = time.monotonic() + timeout_seconds
        while run["state"] not in FINISHED:
            if time.monotonic() > deadline:
                raise DagRunFailedError(
                    f"{dag} run {run_id} is still {run['state']} after {timeout_seconds} s; see {self.url}"
                )
            time.sleep(2)  # the API cannot be waited on; two seconds is its own pages' refresh
            for task in self.call("GET", f"/dags/{dag}/dagRuns/{run_id}/taskInstances")["task_instances"]:
                state = str(task["state"])
                if seen.get(task["task_id"]) != state and state in {"running", "success", "failed", "up_for_retry"}:
                    seen[task["task_id"]] = state
                    report(f"{dag}.{task['task_id']}: {state}")
            run = self.call("GET", f"/dags/{dag}/dagRuns/{run_id}")
        if run["state"] != "success":
            failed = sorted(task for task, state in seen.items() if state == "failed")
            raise DagRunFailedError(f"{dag} run {run_id} failed in {failed}; logs: {self.url}/dags/{dag}/runs/{run_id}")
        return run
