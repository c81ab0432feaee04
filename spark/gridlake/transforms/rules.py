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
