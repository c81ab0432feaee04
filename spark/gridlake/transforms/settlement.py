"""What a month's readings say of each balancing group, of the grid's losses, and otherwise than the run before."""

from collections.abc import Sequence
from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from gridlake.catalog.obis import EXPORT, IMPORT
from gridlake.catalog.settlement_tables import WITHOUT_AREA, WITHOUT_CONTRACT
from gridlake.transforms.rules import INTERVAL_MINUTES, intervals_of, local_midnight, total_wh

_MOST_INTERVALS = 100
_LINE_KEY = ("area", "balancing_group", "register", "local_day")
_AREA_DAY = ("area", "local_day")


def overlapping_contracts(contracts: DataFrame) -> DataFrame:
    """Contracts of one point that hold on the same day: its energy would be settled twice."""
    ends = F.coalesce("valid_to", F.lit("9999-12-31").cast("date"))
    left = contracts.select("metering_point_id", "valid_from", ends.alias("ends"), "balancing_group")
    right = contracts.select(
        "metering_point_id", F.col("valid_from").alias("later_from"), F.col("balancing_group").alias("later_group")
    )
    pairs = left.join(right, on="metering_point_id", how="inner")
    order = F.struct("later_from", "later_group") > F.struct("valid_from", "balancing_group")
    both = pairs.where(order & (F.col("later_from") < F.col("ends")))
    return both.select("metering_point_id", "valid_from", "balancing_group", "later_from", "later_group")


def settlement_lines(
    current: DataFrame,
    registers: DataFrame,
    points: DataFrame,
    substations: DataFrame,
    contracts: DataFrame,
    days: Sequence[date],
) -> DataFrame:
    """One row per area, balancing group, register and local day: readings summed, and expectations counted.

    `current` is unique by metering point, register and day and holds these days only, `registers` by point and
    register, `points` by point, `substations` by substation. `contracts` of one point do not overlap. No reading is
    left out: without a contract it goes to a group, without a substation to an area that are named so.
    """
    received = F.size(F.array_compact("values")).cast("bigint")
    of_day = ("metering_point_id", "register", "local_day")
    readings = current.select(*of_day, "values", F.lit(0).cast("bigint").alias("expected"), received.alias("received"))
    calendar = F.explode(F.array(*(F.lit(day) for day in days))).alias("local_day")
    expected = registers.select("metering_point_id", "register", calendar).select(
        *of_day,
        F.lit(None).cast("array<bigint>").alias("values"),
        intervals_of(F.col("local_day")).cast("bigint").alias("expected"),
        F.lit(0).cast("bigint").alias("received"),
    )
    placed = _with_group(_with_area(readings.unionByName(expected), points, substations), contracts)
    # Positions as columns: exploding them would make a hundred rows of each before they shrink to one again.
    sums = [F.sum(F.get("values", F.lit(position))).alias(f"wh_{position}") for position in range(_MOST_INTERVALS)]
    summed = placed.groupBy(*_LINE_KEY).agg(
        *sums, F.sum("expected").alias("expected_intervals"), F.sum("received").alias("received_intervals")
    )
    all_positions = F.array(
        *(F.coalesce(F.col(f"wh_{position}"), F.lit(0).cast("bigint")) for position in range(_MOST_INTERVALS))
    )
    lines = summed.select(
        *_LINE_KEY,
        local_midnight(F.col("local_day")).alias("interval_start_utc"),
        F.slice(all_positions, F.lit(1), intervals_of(F.col("local_day"))).alias("values"),
        "expected_intervals",
        "received_intervals",
    )
    return lines.select(
        *(*_LINE_KEY, "interval_start_utc", "values"),
        total_wh(F.col("values")).alias("energy_wh"),
        *("expected_intervals", "received_intervals"),
    )


def settlement_losses(
    lines: DataFrame, transformers: DataFrame, substations: DataFrame, days: Sequence[date]
) -> DataFrame:
    """One row per area and local day: what transformers delivered, what groups account for, and the difference.

    `lines` are those of `settlement_lines`; `transformers` is unique by substation and interval, `substations` by
    substation; both cover these days.
    """
    metered = lines.groupBy(*_AREA_DAY).agg(
        F.collect_list(F.when(F.col("register") == IMPORT, F.col("values"))).alias("consumed"),
        F.collect_list(F.when(F.col("register") == EXPORT, F.col("values"))).alias("fed_in"),
    )
    both = metered.join(_infeed(transformers, substations), on=list(_AREA_DAY), how="full").join(
        _expected(substations, days), on=list(_AREA_DAY), how="left"
    )
    positions = F.sequence(F.lit(0), intervals_of(F.col("local_day")) - 1)
    zero = F.lit(0).cast("bigint")

    def of_groups(name: str) -> Column:
        return F.transform(
            positions,
            lambda position: F.aggregate(
                F.coalesce(F.col(name), F.array().cast("array<array<bigint>>")),
                zero,
                lambda total, values: total + F.get(values, position),
            ),
        )

    infeed = F.transform(
        positions, lambda position: F.coalesce(F.try_element_at(F.col("net"), position.cast("bigint")), zero)
    )
    energies = both.select(
        *_AREA_DAY,
        infeed.alias("infeed"),
        of_groups("consumed").alias("consumed"),
        of_groups("fed_in").alias("fed_in"),
        F.coalesce("expected_intervals", zero).alias("expected_intervals"),
        F.coalesce("received_intervals", zero).alias("received_intervals"),
    )
    net_use = F.zip_with("consumed", "fed_in", lambda drawn, fed_in: drawn - fed_in)
    balanced = energies.withColumn("difference", F.zip_with("infeed", net_use, lambda given, used: given - used))
    curves = ("infeed", "consumed", "fed_in", "difference")
    return balanced.select(
        *_AREA_DAY,
        local_midnight(F.col("local_day")).alias("interval_start_utc"),
        *curves,
        *(total_wh(F.col(name)).alias(f"{name}_wh") for name in curves),
        *("expected_intervals", "received_intervals"),
    )


def settlement_deltas(lines: DataFrame, previous: DataFrame) -> DataFrame:
    """One row per line that differs between two runs of a month: this run's energy less the previous run's.

    Both are unique by area, balancing group, register and local day. A line that only one of them has counts as zero
    in the other.
    """
    columns = [*_LINE_KEY, "interval_start_utc"]
    now = lines.select(*columns, F.col("values").alias("now"))
    before = previous.select(*columns, F.col("values").alias("before"))
    both = now.join(before, on=columns, how="full")
    zeros = F.array_repeat(F.lit(0).cast("bigint"), intervals_of(F.col("local_day")))
    changes = both.select(
        *columns,
        F.zip_with(
            F.coalesce(F.col("now"), zeros), F.coalesce(F.col("before"), zeros), lambda new, old: new - old
        ).alias("values"),
    )
    differing = changes.where(F.exists("values", lambda change: change != 0))
    return differing.select(*columns, "values", total_wh(F.col("values")).alias("energy_wh"))


def _with_area(rows: DataFrame, points: DataFrame, substations: DataFrame) -> DataFrame:
    places = points.select("metering_point_id", "substation_id").join(
        substations.select("substation_id", "area"), on="substation_id", how="left"
    )
    placed = rows.join(places.select("metering_point_id", "area"), on="metering_point_id", how="left")
    return placed.withColumn("area", F.coalesce("area", F.lit(WITHOUT_AREA)))


def _with_group(rows: DataFrame, contracts: DataFrame) -> DataFrame:
    contract = contracts.select(
        F.col("metering_point_id").alias("contract_point"), "valid_from", "valid_to", "balancing_group"
    )
    day = F.col("local_day")
    own = F.col("contract_point") == F.col("metering_point_id")
    holds = own & (F.col("valid_from") <= day) & (F.col("valid_to").isNull() | (day < F.col("valid_to")))
    grouped = rows.join(contract, on=holds, how="left")
    return grouped.withColumn("balancing_group", F.coalesce("balancing_group", F.lit(WITHOUT_CONTRACT)))


def _infeed(transformers: DataFrame, substations: DataFrame) -> DataFrame:
    """Per area and day a map from interval to net energy, and how many substation intervals were measured."""
    placed = transformers.join(substations.select("substation_id", "area"), on="substation_id", how="left")
    since_midnight = F.unix_seconds("interval_start_utc") - F.unix_seconds(local_midnight(F.col("local_day")))
    by_interval = placed.groupBy(
        F.coalesce("area", F.lit(WITHOUT_AREA)).alias("area"),
        "local_day",
        (since_midnight / (60 * INTERVAL_MINUTES)).cast("bigint").alias("position"),
    ).agg(F.sum(F.col("import_wh") - F.col("export_wh")).alias("net"), F.count("*").alias("received"))
    return by_interval.groupBy(*_AREA_DAY).agg(
        F.map_from_entries(F.collect_list(F.struct("position", "net"))).alias("net"),
        F.sum("received").alias("received_intervals"),
    )


def _expected(substations: DataFrame, days: Sequence[date]) -> DataFrame:
    calendar = F.explode(F.array(*(F.lit(day) for day in days))).alias("local_day")
    counted = substations.groupBy("area").agg(F.count("*").alias("substations"))
    intervals = intervals_of(F.col("local_day")).cast("bigint")
    return counted.select("area", "substations", calendar).select(
        *_AREA_DAY, (F.col("substations") * intervals).alias("expected_intervals")
    )


def month_totals(current: DataFrame, transformers: DataFrame) -> DataFrame:
    """Energy of all readings by register, and of the transformers under no register: what lines must add up to."""
    of_row = total_wh(F.transform("values", lambda value: F.coalesce(value, F.lit(0).cast("bigint"))))
    by_register = current.groupBy("register").agg(F.sum(of_row).alias("energy_wh"), F.count("*").alias("rows"))
    net = F.sum(F.col("import_wh") - F.col("export_wh"))
    infeed = transformers.agg(net.alias("energy_wh"), F.count("*").alias("rows"))
    return by_register.unionByName(infeed.select(F.lit(None).cast("string").alias("register"), "energy_wh", "rows"))
