"""Results as the commands leave them, for documents and slides that are rendered with figures and without."""

import json
from pathlib import Path
from typing import Any

from gridlake_control.documents.results import KNOWN, Results

MEASURED: dict[str, dict[str, Any]] = {
    "demo": {
        "substations": 412,
        "days": 7,
        "records_produced": 521315,
        "lost": 0,
        "doubled": 0,
        "oracle_hash_equal": True,
        "seconds": {"ingest": 37.3, "curate": 95.4},
    },
    "score": {"under_recording": {"precision": 0.83, "recall": 0.62}},
    "ingest": {"summary": {"ours": 1, "marginal": 2, "spark_stock": 3, "kafka_connect": 4, "python": 5}},
    "spark": {"summary": {"Python, a day": 3.5, "Spark, a day": 21, "Spark, a year": 640}},
    "sql": {"summary": {"Trino": 2.25, "PostgreSQL": None}},
    "storage": {"summary": {"HDFS apart": 55.5, "S3": 71}},
    "drills": {},
    "cluster": {},
}


def results(folder: Path, measured: dict[str, dict[str, Any]]) -> Results:
    """Results of a folder that holds these documents and no others."""
    for name, document in measured.items():
        path = folder / "build" / KNOWN[name][0]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(document), encoding="utf-8")
    return Results(folder / "build", folder / "results")
