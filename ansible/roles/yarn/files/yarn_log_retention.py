"""Delete aggregated container logs and MapReduce history files older than the retention, over WebHDFS.

Hadoop does this inside the MapReduce history server only, which this platform does not run.
"""

import json
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml


def call(base: str, method: str, path: str, **parameters: str) -> dict[str, Any]:
    """One WebHDFS request as the HDFS superuser, since log directories belong to whoever submitted."""
    query = urllib.parse.urlencode({"user.name": "hdfs", **parameters})
    request = urllib.request.Request(f"{base}{urllib.parse.quote(path)}?{query}", method=method)
    with urllib.request.urlopen(request, timeout=60) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


def children(base: str, path: str) -> list[dict[str, Any]]:
    """Entries of one directory."""
    found: list[dict[str, Any]] = call(base, "GET", path, op="LISTSTATUS")["FileStatuses"]["FileStatus"]
    return found


def applications(base: str, root: str) -> Iterator[tuple[str, int]]:
    """Logs of all applications, <root>/<user>/bucket-…/<bucket>/application_…, with their last change in ms."""
    for user in children(base, root):
        for suffix in children(base, f"{root}/{user['pathSuffix']}"):
            above = f"{root}/{user['pathSuffix']}/{suffix['pathSuffix']}"
            for bucket in children(base, above):
                for application in children(base, f"{above}/{bucket['pathSuffix']}"):
                    if application["pathSuffix"].startswith("application_"):
                        name = f"{above}/{bucket['pathSuffix']}/{application['pathSuffix']}"
                        yield name, int(application["modificationTime"])


def history_files(base: str, root: str) -> Iterator[tuple[str, int]]:
    """History files of MapReduce jobs, <root>/<user>/<file>, with their last change in milliseconds."""
    for user in children(base, root):
        for file in children(base, f"{root}/{user['pathSuffix']}"):
            yield f"{root}/{user['pathSuffix']}/{file['pathSuffix']}", int(file["modificationTime"])


def active_namenode(settings: Mapping[str, Any]) -> str:
    """Base address of the first NameNode that takes requests."""
    problems = []
    for host in settings["hosts"]["namenode"]:
        base = f"http://{host}:{settings['hdfs_namenode_http_port']}/webhdfs/v1"
        try:
            call(base, "GET", "/", op="GETFILESTATUS")
        except OSError as error:
            problems.append(f"{host}: {error}")
        else:
            return base
    raise OSError(f"no NameNode answers ({'; '.join(problems)}); see gridlake-health namenode")


def main() -> int:
    """Delete what is too old; prints how many applications that were."""
    settings = yaml.safe_load(Path("/etc/gridlake/platform.yml").read_text(encoding="utf-8"))
    limit = int(settings["yarn_log_retention_seconds"])
    base = active_namenode(settings)
    candidates = [*applications(base, settings["yarn_logs"]), *history_files(base, settings["mapreduce_history"])]
    oldest = (time.time() - limit) * 1000
    expired = [path for path, changed in candidates if changed < oldest]
    for path in expired:
        call(base, "DELETE", path, op="DELETE", recursive="true")
    print(f"{len(expired)} log folders and history files deleted, {len(candidates) - len(expired)} kept")
    return 0


if __name__ == "__main__":
    sys.exit(main())
