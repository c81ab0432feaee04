"""Table specs: complete, and rendered into the statements that make them."""

import re

import pytest

from gridlake.catalog import assets, curated, ops, raw, settlement_tables
from gridlake.catalog.table import Column, Table

TABLES = (*raw.TABLES, *curated.TABLES, *assets.TABLES, *ops.TABLES, *settlement_tables.TABLES)


def test_the_rendered_statements_are_these() -> None:
    table = Table(
        namespace="curated",
        name="loss",
        grain="one day's loss",
        key=("id",),
        columns=(Column("id", "string", "which", nullable=False), Column("kwh", "double", "how much")),
        owner_job="curate",
        partition=("days(at)",),
        sort=("id",),
        properties={"write.merge.mode": "merge-on-read"},
    )
    assert list(table.ddl()) == [
        "CREATE TABLE IF NOT EXISTS lake.curated.loss (\n"
        "  `id` string NOT NULL COMMENT 'which',\n"
        "  `kwh` double COMMENT 'how much'\n"
        ") USING iceberg\n"
        "PARTITIONED BY (days(at))\n"
        "COMMENT 'one day\\'s loss'\n"
        "TBLPROPERTIES ('format-version'='2', 'read.split.open-file-cost'='1048576', "
        "'read.split.target-size'='16777216', 'write.merge.mode'='merge-on-read', "
        "'write.metadata.delete-after-commit.enabled'='true', 'write.metadata.previous-versions-max'='50', "
        "'write.parquet.compression-codec'='zstd')"
    ]
    assert table.write_order() == "ALTER TABLE lake.curated.loss WRITE DISTRIBUTED BY PARTITION LOCALLY ORDERED BY id"


def test_every_table_of_the_lake_has_a_spec() -> None:
    assert sorted(table.qualified_name for table in TABLES) == [
        "curated.contract",
        "curated.day_completeness",
        "curated.metering_point",
        "curated.reading_current",
        "curated.reading_rejected",
        "curated.reading_version",
        "curated.register",
        "curated.settlement_delta",
        "curated.settlement_line",
        "curated.settlement_loss",
        "curated.substation",
        "curated.transformer_reading",
        "ops.run_manifest",
        "ops.settlement_run",
        "raw.meter_reading",
        "raw.transformer_reading",
    ]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.qualified_name)
def test_a_spec_speaks_of_its_own_columns_only(table: Table) -> None:
    named = {*table.key, *table.sort, *(re.sub(r".*\((\w+)\)", r"\1", part) for part in table.partition)}
    assert named <= set(table.column_names)
    assert len(set(table.column_names)) == len(table.column_names)
    required = {column.name for column in table.columns if not column.nullable}
    assert set(table.key) <= required, "a key column must not be null"
    assert all(column.doc for column in table.columns)
