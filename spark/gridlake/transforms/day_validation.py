"""Validation of well-formed days against master data, their own shape, and the days before them."""

from collections.abc import Sequence
from datetime import date

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from gridlake.catalog.findings import Finding
from gridlake.catalog.obis import EXPORT
from gridlake.transforms import rules

CLOCK_STATUS = 2

_REGISTER = ["metering_point_id", "register"]
_DAY_S = 86_400


def with_findings(
    versions: DataFrame,
    earlier: DataFrame,
    points: DataFrame,
    outages: DataFrame,
    cut_offs: DataFrame,
    holidays: Sequence[date],
) -> DataFrame:
    """Add `findings`, the codes of all rules that a version breaks, in the order of gridlake.catalog.findings.

    `versions` has the shape of curated.reading_version, unique by version_id. `earlier` holds current readings of 42
    days before, unique by metering point, register and local day. `points` holds contract_kw, pv_kwp and valid_from by
    metering point (unique). `outages` holds metering_point_id, begins and ends; `cut_offs` when a settlement read each
    local day first (`cut_off`, unique).
    """
    known = versions.join(points, on="metering_point_id", how="left").join(cut_offs, on="local_day", how="left")
    compared = _with_outage(_with_history(known, earlier, holidays), outages)
    same = Window.partitionBy(*_REGISTER, "local_day", "sequence")
    shaped = compared.withColumns(
        {
            "total": rules.total_wh(F.col("values")),
            "counted": rules.register_difference(F.col("start_register"), F.col("end_register")),
            "rivals": F.count("*").over(same),
        }
    )
    found = F.array_compact(F.array(*(F.when(broken, F.lit(code.value)) for code, broken in _rules().items())))
    return shaped.select(*versions.columns, found.alias("findings"))


def _rules() -> dict[Finding, Column]:
    values, total, counted = F.col("values"), F.col("total"), F.col("counted")
    exports = F.col("register") == EXPORT
    limit_kw = F.when(exports, F.col("pv_kwp")).otherwise(F.col("contract_kw"))
    out = F.coalesce(F.size("zeros_in_outage") > 0, F.lit(False))
    broken = {
        Finding.INACTIVE_METERING_POINT: F.col("local_day") < F.col("valid_from"),
        Finding.UNIT_MULTIPLIER: rules.beyond_connection(values, limit_kw)
        | rules.leaps(F.col("previous_end"), F.col("start_register"), F.col("days_since"), limit_kw),
        Finding.REGISTER_DECREASE: counted.isNull(),
        Finding.SUM_CHECK: rules.misses_sum(total, counted),
        Finding.CONFLICT: F.col("rivals") > 1,
        Finding.SPIKE: rules.spike(values),
        # The sun makes a day of feed-in a hundred times another.
        Finding.UNUSUAL_DAY: ~exports & ~out & rules.unusual(total, F.col("usual_wh")),
        Finding.ZERO_RUN: ~exports & ~out & (total == 0) & rules.zero_run(F.col("energies"), F.col("days_since")),
        Finding.FLAT_RUN: rules.flat_run(values),
        Finding.REVERSE_ENERGY: exports & F.col("pv_kwp").isNull() & F.exists(values, lambda value: value > 0),
        Finding.CLOCK: F.array_contains("quality", CLOCK_STATUS),
        Finding.OUTAGE_ZERO: out,
        Finding.AFTER_CUT_OFF: F.col("recorded_at") >= F.col("cut_off"),
    }
    return {code: broken[code] for code in Finding}


def _with_history(versions: DataFrame, earlier: DataFrame, holidays: Sequence[date]) -> DataFrame:
    """Add the last register before the day, the median energy of its type, and the energies of the days before."""
    past = earlier.select(
        *_REGISTER,
        F.col("local_day").alias("past_day"),
        F.col("end_register").alias("past_end"),
        rules.total_wh(F.col("values")).alias("past_wh"),
        rules.day_type(F.col("local_day"), holidays).alias("past_type"),
    )
    days = versions.select(*_REGISTER, "local_day").distinct()
    near = F.col("past_day").between(F.date_sub("local_day", rules.LOOK_BACK_DAYS), F.date_sub("local_day", 1))
    alike = F.col("past_type") == rules.day_type(F.col("local_day"), holidays)
    history = (
        days.join(past, on=_REGISTER, how="inner")
        .where(near)
        .groupBy(*_REGISTER, "local_day")
        .agg(
            F.max_by("past_end", "past_day").alias("previous_end"),
            F.date_diff("local_day", F.max("past_day")).alias("days_since"),
            F.when(
                F.count_if(alike & F.col("past_wh").isNotNull()) >= rules.USUAL_DAYS,
                F.median(F.when(alike, F.col("past_wh"))),
            ).alias("usual_wh"),
            F.sort_array(F.collect_list(F.struct("past_day", "past_wh")), asc=False).alias("energies"),
        )
    )
    return versions.join(history, on=[*_REGISTER, "local_day"], how="left")


def _with_outage(versions: DataFrame, outages: DataFrame) -> DataFrame:
    """Add the intervals without energy that lie in an outage, by position."""
    starts = F.unix_seconds("interval_start_utc")
    step = 60 * rules.INTERVAL_MINUTES
    here = versions.select("version_id", "metering_point_id", "interval_start_utc", "values").join(
        outages, on="metering_point_id", how="inner"
    )
    inside = here.select(
        "version_id",
        F.filter(
            F.transform("values", lambda value, position: F.struct(value.alias("wh"), position.alias("position"))),
            lambda cell: (
                (cell["wh"] == 0)
                & (starts + cell["position"] * step >= F.unix_seconds("begins"))
                & (starts + (cell["position"] + 1) * step <= F.unix_seconds("ends"))
            ),
        ).alias("cells"),
    )
    zeros = inside.groupBy("version_id").agg(
        F.array_distinct(F.flatten(F.collect_list("cells.position"))).alias("zeros_in_outage")
    )
    return versions.join(zeros, on="version_id", how="left")
