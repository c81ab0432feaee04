"""Spark's history server: healthy when it answers its REST protocol out of the event logs on HDFS."""

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.request import urlopen


def history(settings: Mapping[str, Any], host: str) -> str:
    """Version of the server, and how many finished applications its list begins with."""
    base = f"http://{host}:{settings['spark_history_http_port']}/api/v1"
    with urlopen(f"{base}/version", timeout=5) as answer:
        version = json.load(answer)["spark"]
    with urlopen(f"{base}/applications?limit=100", timeout=10) as answer:
        applications = json.load(answer)
    return f"Spark {version}, {len(applications)}{'+' if len(applications) == 100 else ''} applications"


CHECKS: dict[str, Callable[[Mapping[str, Any], str], str]] = {"spark-history": history}
