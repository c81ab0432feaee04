"""Trino through its data path: a table that Spark wrote, read by all workers and joined with PostgreSQL.

Asked as the account that runs this.
"""

import argparse
import base64
import getpass
import json
import ssl
import sys
import time
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

# Each bucket of the table meets its row of PostgreSQL once.
JOIN = """
SELECT count(*), sum(t.number), sum(p.factor)
FROM {table} AS t
JOIN TABLE(
  assets.system.query(query => 'SELECT bucket, bucket * 2 AS factor FROM generate_series(0, 9) AS bucket')
) AS p
  ON t.bucket = p.bucket
"""
READERS = """
SELECT count(DISTINCT node_id) FROM system.runtime.tasks
WHERE query_id = '{query_id}' AND physical_input_bytes > 0
"""
NODES = "SELECT count(*) FROM system.runtime.nodes WHERE state = 'active'"
NODES_WITHIN_SECONDS = 60


class Trino:
    """Trino's REST protocol, as little of it as a check needs."""

    def __init__(self, server: str, user: str, password: str, certificate: Path) -> None:
        """Trust that certificate only; nothing is sent yet."""
        self.server = server
        self.context = ssl.create_default_context(cafile=str(certificate))
        token = base64.b64encode(f"{user}:{password}".encode()).decode()
        self.headers = {"Authorization": f"Basic {token}", "X-Trino-User": user, "X-Trino-Source": "verify"}

    def rows(self, sql: str) -> tuple[str, list[list[Any]]]:
        """Id of the query and all rows of its result."""
        page = self._call(f"{self.server}/v1/statement", sql.encode())
        rows: list[list[Any]] = page.get("data", [])
        while "nextUri" in page:
            page = self._call(page["nextUri"], None)
            rows += page.get("data", [])
        if "error" in page:
            raise SystemExit(f"Trino: {page['error']['message']} (query {page['id']})")
        return page["id"], rows

    def _call(self, url: str, body: bytes | None) -> Any:
        with urlopen(Request(url, data=body, headers=self.headers), timeout=60, context=self.context) as answer:
            return json.load(answer)


def wait_for_nodes(trino: Trino, expected: int) -> None:
    """A worker that has just started is announced within seconds."""
    deadline = time.monotonic() + NODES_WITHIN_SECONDS
    while (found := trino.rows(NODES)[1][0][0]) != expected:
        if time.monotonic() > deadline:
            raise SystemExit(
                f"Trino: {found} active servers, the inventory has {expected}; see `gridlake-health trino` on each"
            )
        time.sleep(1)


def main() -> int:
    """Run the check and print its figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", required=True)
    parser.add_argument("--nodes", type=int, required=True, help="active servers that there must be")
    parser.add_argument("--workers", type=int, required=True, help="servers that must have read")
    parser.add_argument("--table", required=True, help="table that Spark's check wrote")
    parser.add_argument("--certificate", type=Path, default=Path("/etc/trino/tls/trino.crt"))
    options = parser.parse_args()
    user = getpass.getuser()
    password = Path(f"/etc/trino/passwords/{user}").read_text(encoding="utf-8").strip()
    trino = Trino(options.server, user, password, options.certificate)
    wait_for_nodes(trino, options.nodes)
    started = time.monotonic()
    query_id, rows = trino.rows(JOIN.format(table=options.table))
    seconds = time.monotonic() - started
    wanted = [10_000, sum(range(10_000)), 1000 * sum(2 * bucket for bucket in range(10))]
    if rows != [wanted]:
        raise SystemExit(f"Trino: {options.table} joined with PostgreSQL gave {rows}, not {[wanted]}")
    readers = trino.rows(READERS.format(query_id=query_id))[1][0][0]
    if readers < options.workers:
        raise SystemExit(
            f"Trino: {readers} of {options.workers} workers read {options.table}; see query {query_id} in the web page"
        )
    print(
        f"trino: {rows[0][0]} rows of Spark's joined with PostgreSQL on {readers} of {options.workers} workers in "
        f"{seconds:.1f} s"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
