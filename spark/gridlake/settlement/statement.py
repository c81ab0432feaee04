"""What a run says: lines and balances, computed from its inputs or read back from the tables."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from gridlake.catalog.assets import CONTRACT, METERING_POINT, REGISTER, SUBSTATION
from gridlake.catalog.curated import READING_CURRENT, TRANSFORMER_READING
from gridlake.catalog.settlement import Kind, days_of
from gridlake.errors import SettlementRefusedError
from gridlake.settlement.export import Export, Line, Loss, canonical_export
from gridlake.settlement.inputs import Inputs
from gridlake.transforms import settlement

_NAMED = 3


@dataclass(frozen=True)
class MonthInputs:
    """The frames of one month, as they were in the inputs of a run."""

    month: date
    current: DataFrame
    transformers: DataFrame
    registers: DataFrame
    points: DataFrame
    substations: DataFrame
    contracts: DataFrame

    @classmethod
    def of(cls, spark: SparkSession, inputs: Inputs, month: date) -> "MonthInputs":
        """Readings of the month's days, and all master data."""
        in_month = F.col("local_day").isin(days_of(month))
        return cls(
            month,
            inputs.rows(spark, READING_CURRENT).where(in_month),
            inputs.rows(spark, TRANSFORMER_READING).where(in_month),
            *(inputs.rows(spark, table) for table in (REGISTER, METERING_POINT, SUBSTATION, CONTRACT)),
        )

    def lines(self) -> DataFrame:
        """Lines without the columns that name the run."""
        return settlement.settlement_lines(
            self.current, self.registers, self.points, self.substations, self.contracts, days_of(self.month)
        )

    def losses(self, lines: DataFrame) -> DataFrame:
        """Balances without the columns that name the run."""
        return settlement.settlement_losses(lines, self.transformers, self.substations, days_of(self.month))

    def totals(self) -> tuple[Mapping[str, int], int]:
        """Energy of the readings by register, and of the transformers; refuses a month of which one is missing."""
        rows = settlement.month_totals(self.current, self.transformers).collect()
        by_register = {row["register"]: row["energy_wh"] for row in rows if row["register"] is not None}
        (infeed,) = (row for row in rows if row["register"] is None)
        for table, there in ((READING_CURRENT, bool(by_register)), (TRANSFORMER_READING, infeed["rows"] > 0)):
            if not there:
                raise SettlementRefusedError(
                    f"{table.identifier} holds nothing of {self.month:%Y-%m}; run the DAGs ingest and curate for it "
                    "first, or name another month"
                )
        return by_register, infeed["energy_wh"]

    def refuse_overlapping_contracts(self) -> None:
        """Two contracts of a point on one day would settle its energy twice."""
        found = settlement.overlapping_contracts(self.contracts).orderBy("metering_point_id").limit(_NAMED).collect()
        if found:
            listed = "; ".join(
                f"{row['metering_point_id']} in {row['balancing_group']} from {row['valid_from']} and in "
                f"{row['later_group']} from {row['later_from']}"
                for row in found
            )
            raise SettlementRefusedError(
                f"contracts overlap: {listed}. End the earlier one in assets.contract of PostgreSQL, then run the job "
                "sync_master_data."
            )


@dataclass(frozen=True)
class Statement:
    """Lines and balances in the driver: some hundred rows per area and month."""

    lines: list[Line]
    losses: list[Loss]

    @classmethod
    def of(cls, lines: DataFrame, losses: DataFrame) -> "Statement":
        """Collect the columns that are exported."""
        start = F.date_format("interval_start_utc", "yyyy-MM-dd'T'HH:mm:ss'Z'").alias("interval_start_utc")
        shared = ("expected_intervals", "received_intervals")
        line_rows = lines.select("area", "local_day", "balancing_group", "register", start, *shared, "values")
        curves = ("infeed", "consumed", "fed_in", "difference")
        loss_rows = losses.select("area", "local_day", start, *shared, *curves)
        return cls([Line(*row) for row in line_rows.collect()], [Loss(*row) for row in loss_rows.collect()])

    def export(self, month: date, kind: Kind) -> Export:
        """As bytes."""
        return canonical_export(month, kind, self.lines, self.losses)

    def counts(self) -> dict[str, int]:
        """What the manifest says of it."""
        return {
            "lines": len(self.lines),
            "losses": len(self.losses),
            "expected_intervals": sum(line.expected_intervals for line in self.lines),
            "received_intervals": sum(line.received_intervals for line in self.lines),
            "infeed_wh": sum(sum(loss.infeed) for loss in self.losses),
            "consumed_wh": sum(sum(loss.consumed) for loss in self.losses),
            "fed_in_wh": sum(sum(loss.fed_in) for loss in self.losses),
            "difference_wh": sum(sum(loss.difference) for loss in self.losses),
        }
