"""Writers of one table: two at once never both win."""

import dataclasses
import threading
from datetime import date
from pathlib import Path

import pytest
from pyspark.sql import DataFrame, SparkSession
from slow_writer import held_back, until_started
from small_table import DAY, OTHER_DAY, TABLE

from gridlake.errors import ConcurrentWriterError, ContractError
from gridlake.io import lake

pytestmark = [pytest.mark.spark, pytest.mark.usefixtures("lake_is_empty")]


def rows(spark: SparkSession, day: date, n: int = 1) -> DataFrame:
    return spark.createDataFrame([("a", day, n)], "id string, local_day date, n int")


@pytest.mark.parametrize(("day", "wins"), [(DAY, False), (OTHER_DAY, True)], ids=["same day", "another day"])
def test_of_two_inserts_of_one_day_at_once_the_second_fails(
    spark: SparkSession, tmp_path: Path, day: date, wins: bool
) -> None:
    lake.ensure(spark, TABLE)
    outcome: list[Exception | None] = []

    def slow_insert() -> None:
        try:
            session = spark.newSession()
            frame = held_back(rows(session, DAY), tmp_path)
            lake.insert_if_absent(frame, TABLE, lake.in_days([DAY]), {})
            outcome.append(None)
        except Exception as error:  # noqa: BLE001 - handed to the asserting thread
            outcome.append(error)

    thread = threading.Thread(target=slow_insert)
    thread.start()
    until_started(tmp_path)
    lake.insert_if_absent(rows(spark, day), TABLE, lake.in_days([day]), {})
    (tmp_path / "go").touch()
    thread.join(timeout=90)
    if wins:
        assert outcome == [None]
    else:
        assert isinstance(outcome[0], ConcurrentWriterError)
    assert spark.table(TABLE.identifier).count() == (2 if wins else 1)


def test_an_insert_keeps_what_is_there_and_an_upsert_changes_only_what_differs(spark: SparkSession) -> None:
    lake.ensure(spark, TABLE)
    lake.insert_if_absent(rows(spark, DAY, 1), TABLE, lake.in_days([DAY]), {"gridlake.run-id": "r"})
    lake.insert_if_absent(rows(spark, DAY, 2), TABLE, lake.in_days([DAY]), {})
    assert spark.table(TABLE.identifier).select("n").collect() == [(1,)]
    lake.upsert(rows(spark, DAY, 3), TABLE, lake.in_days([DAY]), "t.n <> s.n", {})
    assert spark.table(TABLE.identifier).select("n").collect() == [(3,)]
    assert lake.newest_property(spark, TABLE, "gridlake.run-id", lake.snapshot_id(spark, TABLE)) == "r"


def test_a_table_that_differs_from_its_spec_is_refused_naming_the_columns(spark: SparkSession) -> None:
    lake.ensure(spark, TABLE)
    spark.sql(f"ALTER TABLE {TABLE.identifier} ADD COLUMN surprise int")
    with pytest.raises(ContractError, match=r"\['surprise'\]"):
        lake.ensure(spark, TABLE)


def test_a_table_made_by_an_earlier_spec_gets_the_properties_of_this_one(spark: SparkSession) -> None:
    lake.ensure(spark, dataclasses.replace(TABLE, properties={}))
    lake.ensure(spark, TABLE)
    found = {row["key"]: row["value"] for row in spark.sql(f"SHOW TBLPROPERTIES {TABLE.identifier}").collect()}
    assert found["write.merge.mode"] == "merge-on-read"


def test_ensuring_twice_commits_nothing(spark: SparkSession) -> None:
    lake.ensure(spark, TABLE)
    lake.ensure(spark, TABLE)
    assert lake.snapshot_id(spark, TABLE) is None
    assert spark.table(f"{TABLE.identifier}.metadata_log_entries").count() == 1
