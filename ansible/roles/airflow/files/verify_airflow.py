"""Airflow as its users see it: daemons healthy, DAGs there, no import error, pools declared, connections usable."""

import json
import sys
import urllib.request
from pathlib import Path
from typing import Any

import yaml

EXPECTED_DAGS = {"ingest", "curate", "maintain", "settle"}


def call(address: str, token: str, path: str, body: dict[str, Any] | None = None) -> Any:
    """One request to the API."""
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(address + path, data=data, headers=headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def main() -> int:
    """Print one line of figures, or the problem."""
    settings = yaml.safe_load(Path("/etc/gridlake/platform.yml").read_text())
    address = f"http://{settings['hosts']['airflow'][0]}:{settings['airflow_http_port']}"
    password = json.loads(Path("/data/airflow/passwords.json").read_text())["admin"]
    health = call(address, "", "/api/v2/monitor/health")
    sick = sorted(name for name, state in health.items() if state["status"] != "healthy")
    token = call(address, "", "/auth/token", {"username": "admin", "password": password})["access_token"]
    errors = call(address, token, "/api/v2/importErrors")
    dags = {dag["dag_id"] for dag in call(address, token, "/api/v2/dags?limit=100")["dags"]}
    pools = call(address, token, "/api/v2/pools?limit=100")["pools"]
    problems = [f"unhealthy: {', '.join(sick)}"] if sick else []
    problems += [f"{one['filename']}: {one['stack_trace'].splitlines()[-1]}" for one in errors["import_errors"]]
    if missing := EXPECTED_DAGS - dags:
        problems.append(f"no DAG {', '.join(sorted(missing))}; read journalctl -u airflow-dag-processor")
    if problems:
        print("airflow: " + "; ".join(problems), file=sys.stderr)
        return 1
    print(f"airflow: {len(health)} components healthy, {len(dags)} DAGs, 0 import errors, {len(pools)} pools")
    return 0


if __name__ == "__main__":
    sys.exit(main())
