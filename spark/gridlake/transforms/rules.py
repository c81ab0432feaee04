"""Validation rules: the first one a record fails is its reason."""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from gridlake.catalog.reasons import Reason

Rule = tuple[Reason, Column]

INTERVAL_MINUTES = 15
LOCAL_ZONE = "Europe/Berlin"
REGISTER_WH = 10**9
"""Where a register starts again at zero: six digits of kWh and three decimals."""

_FIRST_DAY, _LAST_DAY = "2000-01-01", "2099-12-31"
# A quarter of an hour of the whole city is less; a register counts to twelve digits of Wh. Sums of these fit a bigint,
# which matters: under ANSI an overflow would stop the batch for one bad record.
_MAX_INTERVAL_WH = 10**9
_MAX_REGISTER_WH = 10**12
_MAX_NAME_BYTES = 64

LOOK_BACK_DAYS = 42
"""How far back days are compared; with a holiday or two in them there are still days of each type."""
USUAL_DAYS = 3
# Fuses carry more than the contract for a while, plants less than their rating: half as much again is beyond both.
_BEYOND = 1.5
_LEAST_FACTOR = 5  # below the smallest transformer ratio, so that a ratio counted twice stands out
_SPIKE, _SPIKE_FLOOR_WH = 1.8, 1_000  # over the third highest; four kilowatts are a kettle and a cooker
_LOW, _HIGH, _UNUSUAL_FLOOR_WH = 0.1, 5, 1_000
_ZERO_DAYS = 7
_FLAT_INTERVALS, _FLAT_FLOOR_WH = 8, 50  # a fridge and standby are the same few Wh all night


def with_first_failure(records: DataFrame, rules: Sequence[Rule]) -> DataFrame:
    """Fill `reason` by the first failing rule, in order; a later rule is not evaluated for such a record."""
    start = F.when(F.col("reason").isNotNull(), F.col("reason"))
    failure = reduce(lambda chain, rule: chain.when(rule[1], F.lit(rule[0].value)), rules, start)
    return records.withColumn("reason", failure)


def local_midnight(day: Column) -> Column:
    """UTC instant at which a local day starts. The session's zone is UTC, so the cast is the midnight on the wall."""
    return F.to_utc_timestamp(day.cast("timestamp"), LOCAL_ZONE)


def local_day(instant: Column) -> Column:
    """Local day that an instant belongs to."""
    return F.from_utc_timestamp(instant, LOCAL_ZONE).cast("date")


def intervals_of(day: Column) -> Column:
    """92, 96 or 100: quarter-hours between a local midnight and the next."""
    seconds = F.unix_seconds(local_midnight(F.date_add(day, 1))) - F.unix_seconds(local_midnight(day))
    return (seconds / (60 * INTERVAL_MINUTES)).cast("int")


def outside_days(day: Column) -> Column:
    """Days that no meter of ours has lived."""
    return ~day.between(F.lit(_FIRST_DAY).cast("date"), F.lit(_LAST_DAY).cast("date"))


def outside_times(*instants: Column) -> Column:
    """Instants outside those days."""
    first, after = F.lit(_FIRST_DAY).cast("timestamp"), F.lit("2100-01-01").cast("timestamp")
    return _any(~((instant >= first) & (instant < after)) for instant in instants)


def outside_registers(*registers: Column) -> Column:
    """Register readings that no register can show."""
    return _any(~register.between(0, _MAX_REGISTER_WH) for register in registers)


def outside_energy(*values: Column) -> Column:
    """Energies of one interval beyond any grid of ours; a null is no statement and passes."""
    # Not by abs(): that of the smallest bigint overflows.
    return _any(F.coalesce(~value.between(-_MAX_INTERVAL_WH, _MAX_INTERVAL_WH), F.lit(False)) for value in values)


def total_wh(values: Column) -> Column:
    """Energy of intervals; null where one of them has no value."""
    return F.aggregate(values, F.lit(0).cast("bigint"), lambda total, value: total + value)


def register_difference(start: Column, end: Column) -> Column:
    """What a register has counted between two readings; null where it ran backwards without passing its last digit.

    A register passes it once in decades, from the last tenth of its range into the first; one that was reset starts at
    zero from anywhere.
    """
    rolled = (start >= REGISTER_WH // 10 * 9) & (start < REGISTER_WH) & (end < REGISTER_WH // 10)
    return F.when(end >= start, end - start).when(rolled, end + REGISTER_WH - start)


def misses_sum(total: Column, counted: Column) -> Column:
    """The sum check: off by more than two register units and by more than a thousandth of what was counted."""
    return F.abs(total - counted) * 1000 > F.greatest(F.lit(2000), F.abs(counted))


def day_type(day: Column, holidays: Sequence[date]) -> Column:
    """WORKDAY, SATURDAY or REST_DAY."""
    rest = (F.dayofweek(day) == 1) | day.isin(list(holidays))
    return F.when(rest, "REST_DAY").when(F.dayofweek(day) == 7, "SATURDAY").otherwise("WORKDAY")


def beyond_connection(values: Column, limit_kw: Column) -> Column:
    """More in a quarter of an hour than the fuses of the connection, or the plant, let through."""
    return F.array_max(values) > limit_kw * (1000 / 4 * _BEYOND)


def leaps(previous_end: Column, start: Column, days: Column, limit_kw: Column) -> Column:
    """Registers a factor above the last ones, and further than the connection could have brought them in these days."""
    possible = limit_kw * (24_000 * _BEYOND) * (days - 1)
    return (start > previous_end * _LEAST_FACTOR) & (start - previous_end > possible) & (previous_end > 0)


def spike(values: Column) -> Column:
    """The highest interval is more than 180 % above the third highest, and no small one."""
    highest = F.sort_array(F.array_compact(values), asc=False)
    first, third = (F.get(highest, place) for place in (0, 2))
    return (first > _SPIKE_FLOOR_WH) & ((first - third) > third * _SPIKE)


def unusual(total: Column, usual: Column) -> Column:
    """A day's energy below a tenth or above five times the usual, where either of them is more than a little."""
    return (F.greatest(total, usual) > _UNUSUAL_FLOOR_WH) & ((total < usual * _LOW) | (total > usual * _HIGH))


def zero_run(energies: Column, days_since: Column) -> Column:
    """Six received days without energy before this one, side by side, and use in some day before them."""
    recent = F.slice(energies, 1, _ZERO_DAYS - 1)
    unbroken = F.date_diff(recent[0]["past_day"], F.element_at(recent, -1)["past_day"]) == _ZERO_DAYS - 2
    silent = F.forall(recent, lambda day: F.coalesce(day["past_wh"] == 0, F.lit(False)))
    used = F.exists(energies, lambda day: F.coalesce(day["past_wh"] > 0, F.lit(False)))
    return (days_since == 1) & (F.size(recent) == _ZERO_DAYS - 1) & unbroken & silent & used


def flat_run(values: Column) -> Column:
    """Eight equal values in a row, and no small ones."""

    def same(value: Column, position: Column) -> Column:
        # A run is told where it ends; nulls are equal to nothing.
        run = F.slice(values, position - (_FLAT_INTERVALS - 2), F.lit(_FLAT_INTERVALS))
        enough = (position >= _FLAT_INTERVALS - 1) & (value > _FLAT_FLOOR_WH)
        return F.when(enough, F.forall(run, lambda other: F.coalesce(other == value, F.lit(False)))).otherwise(False)

    return F.exists(F.transform(values, same), lambda flat: flat)


def bad_names(*names: Column) -> Column:
    """Texts that are empty, over-long or not UTF-8 (Avro does not check)."""
    return _any(
        (F.octet_length(name) == 0) | (F.octet_length(name) > _MAX_NAME_BYTES) | ~F.is_valid_utf8(name)
        for name in names
    )


def not_finite(*values: Column) -> Column:
    """NaN and the infinities: no measurement, and poison for every average."""
    return _any(F.isnan(value) | (F.abs(value) == float("inf")) for value in values)


def _any(conditions: Iterable[Column]) -> Column:
    return reduce(lambda left, right: left | right, conditions)
