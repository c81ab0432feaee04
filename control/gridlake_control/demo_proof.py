"""What ``make demo`` proves and leaves in build/demo/proof.json."""

import json
from collections.abc import Callable
from typing import Any

from gridlake_control import paths
from gridlake_control.inventory import Inventory
from gridlake_control.lake_proof import Lake, readings_hash

Run = Callable[..., str]

CURRENT = """
SELECT metering_point_id, register, CAST(to_unixtime(interval_start_utc) AS bigint), "values", quality
FROM lake.curated.reading_current
WHERE {points}
ORDER BY metering_point_id, register, interval_start_utc
"""

BALANCE = """
SELECT substation_id, local_day, ROUND(delivered_kwh, 1), ROUND(consumed_kwh, 1), ROUND(difference_percent, 2)
FROM lake.marts.substation_balance
WHERE {substations}
ORDER BY delivered_kwh DESC
LIMIT 8
"""


def lake_of(inventory: Inventory) -> Lake:
    """Trino of an inventory, as the pipeline's user."""
    return Lake(
        host=inventory.address("trino_coordinator"),
        port=int(inventory.settings["trino_https_port"]),
        user="gridlake",
        password=inventory.secret("trino_gridlake"),
        certificate=inventory.lab_state / "secrets" / "trino.crt",
    )


def kafka_end_offsets(inventory: Inventory, run: Run) -> int:
    """Records that Kafka has taken for the raw topics: producers are not transactional, so offsets are dense."""
    text = run(
        "kafka-offsets",
        *inventory.ssh(inventory.hosts("gateway")[0], "headend", "offsets"),
        quiet=True,
    )
    return sum(int(end) - int(start) for partitions in json.loads(text).values() for start, end in partitions.values())


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
    found_hash, readings = readings_hash(
        lake.query(CURRENT.format(points=f"metering_point_id LIKE '{oracle['metering_point_prefix']}%'"))
    )
    produced = kafka_end_offsets(inventory, run)
    accepted = lake.scalar("SELECT count(*) FROM lake.curated.reading_version")
    rejected = dict(lake.table("SELECT reason, count(*) FROM lake.curated.reading_rejected GROUP BY reason"))
    result: dict[str, Any] = {
        "seed": seed,
        "substations": int(options[3]),
        "days": int(options[5]),
        "readings": readings,
        "records_produced": produced,
        "records_raw": raw,
        "raw_distinct": distinct,
        "accepted": accepted,
        "rejected": rejected,
        "lost": produced - distinct,
        "doubled": raw - distinct,
        "metering_point_prefix": oracle["metering_point_prefix"],
        "oracle_readings": oracle["readings"],
        "oracle_hash": oracle["sha256"],
        "lake_hash": found_hash,
        "oracle_hash_equal": found_hash == oracle["sha256"],
    }
    result["proven"] = result["oracle_hash_equal"] and result["lost"] == 0 and result["doubled"] == 0
    balance = lake.table(BALANCE.format(substations=f"substation_id LIKE '{oracle['substation_prefix']}%'"))
    result["tables"] = [
        ("Readings in the lake", ("figure", "value"), [(key, result[key]) for key in list(result) if key != "tables"]),
        (
            "Energy balance, largest days",
            ("substation", "day", "delivered kWh", "consumed kWh", "difference %"),
            balance,
        ),
    ]
    return result


def write(result: dict[str, Any], seconds: dict[str, float]) -> None:
    """Leave build/demo/proof.json."""
    pipeline = sum(seconds.get(step, 0.0) for step in ("send", "ingest", "curate"))
    result["readings_per_second"] = round(result["readings"] / pipeline) if pipeline else None
    path = paths.BUILD / "demo" / "proof.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    public = {key: value for key, value in result.items() if key != "tables"}
    path.write_text(json.dumps(public, indent=2, default=str) + "\n", encoding="utf-8")
