"""What ``make demo`` proves and leaves in build/demo/proof.json."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from gridlake_control import paths, pins
from gridlake_control.errors import ControlError
from gridlake_control.inventory import Inventory
from gridlake_control.lake_proof import Lake, readings_hash

Run = Callable[..., str]

CURRENT = """
SELECT metering_point_id, register, CAST(to_unixtime(interval_start_utc) AS bigint), "values", quality
FROM lake.curated.reading_current
WHERE local_day BETWEEN DATE '{first_day}' AND DATE '{last_day}'
  AND metering_point_id IN (
    SELECT metering_point_id FROM lake.curated.metering_point WHERE substation_id IN ({substations})
  )
ORDER BY metering_point_id, register, interval_start_utc
"""

# Sums over all runs that counted; names of counts end in the disposition.
DISPOSITIONS = """
SELECT regexp_extract(name, '[^/]*$') AS disposition, sum(records)
FROM lake.ops.run_manifest CROSS JOIN UNNEST(counts) AS count (name, records)
WHERE job = 'curate'
GROUP BY 1
"""

# What the lake found in itself after its newest curation.
LEDGER_CHECKS = """
SELECT invariant, subject, expected, found, passed
FROM lake.ops.ledger_check
WHERE run_number = (SELECT max(run_number) FROM lake.ops.ledger_check)
ORDER BY invariant, subject
"""

BALANCE = """
SELECT
    substation_id, local_day, ROUND(delivered_kwh, 1), ROUND(metered_kwh, 1), ROUND(difference_kwh, 1),
    ROUND(difference_percent, 2)
FROM lake.marts.substation_balance
WHERE local_day BETWEEN DATE '{first_day}' AND DATE '{last_day}' AND substation_id IN ({substations})
ORDER BY delivered_kwh DESC
LIMIT 8
"""


class OutputError(ControlError):
    """A command of the head-end did not print its result."""


def lake_of(inventory: Inventory) -> Lake:
    """Trino of an inventory, as the pipeline's user."""
    user = str(inventory.settings["hdfs_pipeline_user"])
    return Lake(
        host=inventory.address("trino_coordinator"),
        port=int(inventory.settings["trino_https_port"]),
        user=user,
        password=inventory.secret(f"trino_{user}"),
        certificate=inventory.lab_state / "secrets" / "trino.crt",
    )


def document(output: str) -> dict[str, Any]:
    """The JSON document in a command's output, which also holds the lines of its standard error.

    Raises:
        OutputError: there is none.
    """
    lines = output.splitlines(keepends=True)
    if "{" not in (starts := [line.rstrip() for line in lines]):
        raise OutputError(f"no JSON document in this output; run the command by hand:\n{output[-2000:]}")
    found: dict[str, Any]
    found, _ = json.JSONDecoder().raw_decode("".join(lines[starts.index("{") :]))
    return found


def records_produced(offsets: Mapping[str, Mapping[str, Sequence[int]]]) -> int:
    """Records that Kafka has ever taken, from [first, end] of every partition of every topic.

    Producers are not transactional, so offsets are dense from 0. The first one does not count: retention moves it.
    """
    return sum(end for partitions in offsets.values() for _, end in partitions.values())


def rates(readings: int, sent: int, substations: int, seconds: float, cpu_seconds: float) -> dict[str, Any]:
    """Readings per second from send to marts; none where this run found readings in Kafka already."""
    if sent != substations:
        reason = f"this run sent {sent} of {substations} substations; Kafka had the others already"
        return {"readings_per_second": None, "readings_per_cpu_second": None, "rates_reason": reason}
    return {
        "readings_per_second": round(readings / seconds),
        "readings_per_cpu_second": round(readings / cpu_seconds),
    }


def scope_of(oracle: dict[str, Any], truth: Path) -> dict[str, str]:
    """Days and substations that the oracle speaks of: the lake may hold more, of this seed and of others."""
    first_day = date.fromisoformat(oracle["first_day"])
    column = pq.read_table(truth / "transformer_reading.parquet", columns=["substation_id"])["substation_id"]
    return {
        "first_day": first_day.isoformat(),
        "last_day": (first_day + timedelta(days=int(oracle["days"]) - 1)).isoformat(),
        "substations": ", ".join(f"'{name}'" for name in sorted(set(column.to_pylist()))),
    }


def prove(inventory: Inventory, seed: int, options: list[str], run: Run) -> dict[str, Any]:
    """Count every record from Kafka to the current readings and compare the readings with the head-end's own truth."""
    truth = paths.BUILD / "truth" / str(seed)
    run("truth", "python", "-m", "headend", "truth", *options, "--out", str(truth), quiet=True)
    oracle = json.loads((truth / "oracle.json").read_text(encoding="utf-8"))
    lake = lake_of(inventory)
    raw, distinct = lake.table(
        'SELECT count(*), count(DISTINCT (topic, "partition", "offset")) FROM ('
        'SELECT topic, "partition", "offset" FROM lake.raw.meter_reading UNION ALL '
        'SELECT topic, "partition", "offset" FROM lake.raw.transformer_reading)'
    )[0]
    scope = scope_of(oracle, truth)
    found_hash, readings = readings_hash(lake.query(CURRENT.format(**scope)))
    on_gateway = inventory.ssh(inventory.hosts("gateway")[0], "headend", "offsets")
    produced = records_produced(document(run("kafka-offsets", *on_gateway, quiet=True)))
    dispositions = dict(lake.table(DISPOSITIONS))
    rejected = dict(lake.table("SELECT reason, count(*) FROM lake.curated.reading_rejected GROUP BY reason"))
    accounted = dispositions["accepted"] + dispositions["duplicates"] + sum(rejected.values())
    result: dict[str, Any] = {
        "seed": seed,
        "substations": int(options[3]),
        "days": int(options[5]),
        "readings": readings,
        "records_produced": produced,
        "records_raw": raw,
        "raw_distinct": distinct,
        "accepted": dispositions["accepted"],
        "duplicates": dispositions["duplicates"],
        "rejected": rejected,
        "unaccounted": raw - accounted,
        "lost": produced - distinct,
        "doubled": raw - distinct,
        "scope": scope,
        "oracle_readings": oracle["readings"],
        "oracle_hash": oracle["sha256"],
        "lake_hash": found_hash,
        "oracle_hash_equal": found_hash == oracle["sha256"],
    }
    checks = lake.table(LEDGER_CHECKS)
    header = ("invariant", "subject", "expected", "found", "passed")
    result["ledger_checks"] = [dict(zip(header, row, strict=True)) for row in checks]
    result["proven"] = (
        result["oracle_hash_equal"]
        and not any(result[key] for key in ("lost", "doubled", "unaccounted"))
        and bool(checks)
        and all(check["passed"] for check in result["ledger_checks"])
    )
    result["versions"] = {name: pin.version for name, pin in pins.load().items()}
    balance = lake.table(BALANCE.format(**scope))
    result["tables"] = [
        (
            "Readings in the lake",
            ("figure", "value"),
            [(key, result[key]) for key in result if key not in {"tables", "scope", "versions", "ledger_checks"}],
        ),
        ("Ledger checks of the newest curation", header, checks),
        (
            "Energy balance, largest days",
            ("substation", "day", "delivered kWh", "metered kWh", "difference kWh", "% of import"),
            balance,
        ),
    ]
    return result


def write(result: dict[str, Any]) -> None:
    """Leave build/demo/proof.json."""
    path = paths.BUILD / "demo" / "proof.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    public = {key: value for key, value in result.items() if key not in {"tables", "scope"}}
    # Last, because it names every substation.
    public["scope"] = result["scope"]
    path.write_text(json.dumps(public, indent=2, default=str) + "\n", encoding="utf-8")
