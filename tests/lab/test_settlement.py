"""Claims about settlement: what was submitted adds up, and stays what it is, whoever tries and whatever comes later.

The tests are one story in this order. A month's run is made once in a lake's life, so in a lab that has it already they
look at that one.
"""

import json
import subprocess
from dataclasses import replace
from typing import Any

import pytest
from cluster import SLICE, Cluster

from gridlake_control.demo import Demo
from gridlake_control.demo_proof import lake_of
from gridlake_control.lake_proof import Lake, LakeError

MONTH = "2016-03"
AREA = f"QN-{SLICE.seed:05d}"
# Of the settled month, and not among the days that the slice's head-end sends.
LATE_DAY = "2016-03-20"
SUBMIT = (
    "cd /opt/gridlake-jobs && exec runuser --user gridlake -- spark-submit --master 'local[2]' --deploy-mode client"
    " --py-files gridlake.zip gridlake/launcher.py {arguments}"
)
KNOWN = (
    "SELECT count(*) FROM lake.information_schema.tables WHERE table_schema = 'ops' AND table_name = 'settlement_run'"
)
RUN = """
SELECT settlement_id, export_sha256, manifest_sha256, tag FROM lake.ops.settlement_run
WHERE month = DATE '2016-03-01' AND kind = '{kind}'
"""
BALANCE = """
WITH line AS (
  SELECT local_day,
    sum(energy_wh) FILTER (WHERE register = '1-0:1.8.0') AS consumed,
    coalesce(sum(energy_wh) FILTER (WHERE register = '1-0:2.8.0'), 0) AS fed_in
  FROM lake.curated.settlement_line WHERE settlement_id = '{settlement_id}' AND area = '{area}' GROUP BY local_day
), loss AS (
  SELECT local_day, infeed_wh, difference_wh
  FROM lake.curated.settlement_loss WHERE settlement_id = '{settlement_id}' AND area = '{area}'
), mart AS (
  SELECT local_day, sum(consumed_kwh) AS consumed, sum(fed_in_kwh) AS fed_in, sum(delivered_kwh) AS delivered
  FROM lake.marts.substation_balance WHERE substation_id LIKE '{area}-%' GROUP BY local_day
)
SELECT local_day, line.consumed, line.fed_in, loss.infeed_wh, loss.difference_wh,
  CAST(round(mart.consumed * 1000) AS bigint), CAST(round(mart.fed_in * 1000) AS bigint),
  CAST(round(mart.delivered * 1000) AS bigint)
FROM mart LEFT JOIN line USING (local_day) LEFT JOIN loss USING (local_day)
WHERE local_day BETWEEN DATE '2016-03-21' AND DATE '2016-03-27' ORDER BY 1
"""
LINES = """
SELECT balancing_group, register, local_day, energy_wh, received_intervals FROM lake.curated.settlement_line
WHERE settlement_id = '{settlement_id}' AND area = '{area}' AND received_intervals > 0 ORDER BY 1, 2, 3
"""
# The same sums from single readings, by another engine and another way.
READINGS = """
SELECT coalesce(contract.balancing_group, '(without contract)'), reading.register, reading.local_day, sum(wh), count(wh)
FROM lake.curated.reading_current AS reading CROSS JOIN UNNEST(reading."values") AS interval_of (wh)
LEFT JOIN lake.curated.contract AS contract
  ON contract.metering_point_id = reading.metering_point_id AND contract.valid_from <= reading.local_day
  AND (contract.valid_to IS NULL OR contract.valid_to > reading.local_day)
WHERE reading.local_day BETWEEN DATE '2016-03-21' AND DATE '2016-03-27' AND reading.metering_point_id IN (
  SELECT metering_point_id FROM lake.curated.metering_point WHERE substation_id LIKE '{area}-%'
)
GROUP BY 1, 2, 3 HAVING count(wh) > 0 ORDER BY 1, 2, 3
"""
POINT = f"""
SELECT metering_point_id, "values" FROM lake.curated.reading_current
WHERE register = '1-0:1.8.0' AND local_day = DATE '2016-03-21' AND metering_point_id IN (
  SELECT metering_point_id FROM lake.curated.metering_point WHERE substation_id LIKE '{AREA}-%'
)
ORDER BY 1 LIMIT 1
"""  # noqa: S608 - a constant of the tests
LATE = """
INSERT INTO lake.curated.reading_current
SELECT metering_point_id, register, DATE '2016-03-20', interval_start_utc - INTERVAL '1' DAY, "values", quality,
  start_register, end_register, version_ids, supplied_by, recorded_at
FROM lake.curated.reading_current
WHERE metering_point_id = '{point}' AND register = '1-0:1.8.0' AND local_day = DATE '2016-03-21'
"""
NO_LONGER = """
DELETE FROM lake.curated.reading_current WHERE local_day = DATE '2016-03-20' AND metering_point_id = '{point}'
"""
DELTAS = """
SELECT balancing_group, register, local_day, energy_wh FROM lake.curated.settlement_delta
WHERE settlement_id = '{settlement_id}' AND area = '{area}'
"""
GROUP = """
SELECT coalesce(max(balancing_group), '(without contract)') FROM lake.curated.contract
WHERE metering_point_id = '{point}' AND valid_from <= DATE '2016-03-20'
  AND (valid_to IS NULL OR valid_to > DATE '2016-03-20')
"""
CHANGES = (
    "DELETE FROM {table}",
    "UPDATE {table} SET month = DATE '2016-04-01'",
    "INSERT INTO {table} SELECT * FROM {table}",
    "MERGE INTO {table} USING (VALUES 1) AS other (one) ON one = 2 WHEN MATCHED THEN DELETE",
    "TRUNCATE TABLE {table}",
    "DROP TABLE {table}",
    "ALTER TABLE {table} DROP COLUMN kind",
    "CALL lake.system.rollback_to_snapshot('curated', 'settlement_line', 1)",
)
TABLES = (
    "lake.curated.settlement_line",
    "lake.curated.settlement_loss",
    "lake.curated.settlement_delta",
    "lake.ops.settlement_run",
)


@pytest.fixture(scope="module")
def lake(cluster: Cluster) -> Lake:
    return lake_of(cluster.inventory)


def submit(cluster: Cluster, arguments: str) -> "subprocess.CompletedProcess[str]":
    """A job by hand on the gateway, as the pipeline's user; its driver runs there, so that it can be read."""
    return cluster.on(cluster.inventory.hosts("airflow")[0], SUBMIT.format(arguments=arguments), timeout=600)


def made(lake: Lake, kind: str) -> dict[str, str] | None:
    """The month's run of a kind, if it was made."""
    if lake.table(KNOWN) == [[0]] or not (rows := lake.table(RUN.format(kind=kind))):
        return None
    return dict(zip(("settlement_id", "export_sha256", "manifest_sha256", "tag"), rows[0], strict=True))


@pytest.fixture(scope="module")
def early(cluster: Cluster, slice_proof: dict[str, Any]) -> "subprocess.CompletedProcess[str]":
    """What someone hears who settles a day too early."""
    assert slice_proof["proven"] is True
    return submit(cluster, f"settle --month {MONTH} --kind FIRST --as-of-day 2016-04-13")


@pytest.fixture(scope="module")
def first(cluster: Cluster, lake: Lake, early: "subprocess.CompletedProcess[str]") -> dict[str, str]:
    """The month's first run, by the DAG."""
    assert early.returncode != 0
    if made(lake, "FIRST") is None:
        Demo(SLICE, cluster.inventory).airflow().run("settle", {"month": MONTH, "kind": "FIRST"}, print)
    run = made(lake, "FIRST")
    assert run is not None
    return run


@pytest.fixture(scope="module")
def late(lake: Lake) -> dict[str, Any]:
    """The metering point that delivers a day after the first run, and its energy."""
    ((point, values),) = lake.table(POINT)
    ((group,),) = lake.table(GROUP.format(point=point))
    return {"point": point, "group": group, "energy_wh": sum(value or 0 for value in values)}


@pytest.fixture(scope="module")
def cleared(cluster: Cluster, lake: Lake, first: dict[str, str], late: dict[str, Any]) -> dict[str, str]:
    """The run that comes after a late reading, by hand; the reading is taken back afterwards."""
    run = made(lake, "CLEARING")
    if run is None:
        lake.table(LATE.format(point=late["point"]))
        try:
            done = submit(cluster, f"settle --month {MONTH} --kind CLEARING --as-of-day 2016-05-13")
            assert done.returncode == 0, done.stderr[-4000:]
            again = submit(cluster, f"reread_settlement --month {MONTH} --kind FIRST")
            assert again.returncode == 0, again.stderr[-4000:]
            found = json.loads(again.stdout.splitlines()[-1])
            assert (found["equal"], found["computed_sha256"]) == (True, first["export_sha256"])
        finally:
            lake.table(NO_LONGER.format(point=late["point"]))
        run = made(lake, "CLEARING")
    assert run is not None
    return run


def test_a_run_before_its_day_is_refused(early: "subprocess.CompletedProcess[str]") -> None:
    assert early.returncode == 1
    # In client mode spark-submit passes on what Python says to stderr as its own stdout.
    said = [line for line in early.stdout.splitlines() if line.startswith("SettlementRefusedError: ")]
    assert said == [
        "SettlementRefusedError: the FIRST run of 2016-03 is due on 2016-04-14 and not on 2016-04-13; nothing was "
        "settled. Make it on that day or later."
    ]


def test_lines_and_losses_add_up_to_the_balance_of_the_substations(lake: Lake, first: dict[str, str]) -> None:
    days = lake.table(BALANCE.format(area=AREA, **first))
    assert len(days) == SLICE.days
    for day, consumed, fed_in, infeed, difference, *mart in days:
        assert [consumed, fed_in, infeed] == mart, day
        assert consumed - fed_in + difference == infeed, day


def test_each_balancing_group_has_what_its_points_drew_and_fed_in(lake: Lake, first: dict[str, str]) -> None:
    lines = lake.table(LINES.format(area=AREA, **first))
    assert lines == lake.table(READINGS.format(area=AREA))
    assert len({group for group, *_ in lines}) > 1


def test_what_was_submitted_lies_outside_the_tables_too(cluster: Cluster, first: dict[str, str]) -> None:
    host, as_pipeline = cluster.inventory.hosts("gateway")[0], "cd / && runuser --user gridlake -- hdfs dfs"
    place = f"/landing/settlement/{MONTH}/FIRST-{first['settlement_id']}"
    for name, recorded in ((f"{place}.jsonl", "export_sha256"), (f"{place}.manifest.json", "manifest_sha256")):
        assert cluster.figure(host, f"{as_pipeline} -cat {name} | sha256sum").split()[0] == first[recorded]
    assert cluster.figure(host, f"{as_pipeline} -stat '%u:%g %a' /landing/settlement") == "gridlake:lake 750"


@pytest.mark.parametrize("user", ["gridlake", "admin", "airflow", "analyst"])
def test_nobody_changes_it_through_trino(cluster: Cluster, lake: Lake, first: dict[str, str], user: str) -> None:
    someone = replace(lake, user=user, password=cluster.inventory.secret(f"trino_{user}"))
    assert someone.table(LINES.format(area=AREA, **first)) != []
    tried = [(CHANGES[0], table) for table in TABLES] + [(change, TABLES[0]) for change in CHANGES]
    for change, table in tried:
        with pytest.raises(LakeError, match="Access Denied"):
            someone.table(change.format(table=table))


def test_a_late_reading_changes_no_line_and_is_the_next_runs_delta(
    lake: Lake, first: dict[str, str], cleared: dict[str, str], late: dict[str, Any]
) -> None:
    days = {str(day) for _, _, day, *_ in lake.table(LINES.format(area=AREA, **first))}
    assert LATE_DAY not in days
    assert len(days) == SLICE.days
    deltas = [
        (group, register, str(day), energy)
        for group, register, day, energy in lake.table(DELTAS.format(area=AREA, **cleared))
    ]
    assert deltas == [(late["group"], "1-0:1.8.0", LATE_DAY, late["energy_wh"])]
