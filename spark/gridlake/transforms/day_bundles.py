"""Day bundles of metering points: judged records, and the versions that the good ones make."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from gridlake.catalog.curated import READING_VERSION
from gridlake.catalog.messages import METER_READING
from gridlake.catalog.reasons import Reason
from gridlake.transforms import rules
from gridlake.transforms.single_object import with_record, without_bytes_of_good_records


def judged_bundles(records: DataFrame, registers: DataFrame) -> DataFrame:
    """Add `record`, `version_id` and `reason` to raw records; `reason` is null where the bundle is good.

    `registers` holds one row per metering point (unique), with the array of its registers.
    """
    decoded = with_record(records, METER_READING)
    shaped = rules.with_first_failure(decoded, _shape_rules())
    known = registers.select(
        F.col("metering_point_id").alias("known_point"), F.col("registers").alias("known_registers")
    )
    named = shaped.join(known, F.col("record.metering_point_id") == F.col("known_point"), how="left")
    summed = named.withColumn("total_wh", F.when(F.col("reason").isNull(), rules.total_wh(F.col("record.values"))))
    judged = rules.with_first_failure(summed, _content_rules())
    return without_bytes_of_good_records(judged.drop("known_point", "known_registers", "total_wh"))


def versions(judged: DataFrame) -> DataFrame:
    """Good bundles as rows of curated.reading_version."""
    columns: dict[str, Column] = {
        "quality": F.col("record.status"),
        "recorded_at": F.col("kafka_time"),
    }
    own = {"version_id", "topic", "partition", "offset"}
    return judged.where(F.col("reason").isNull()).select(
        *(
            columns.get(name, F.col(name) if name in own else F.col(f"record.{name}")).alias(name)
            for name in READING_VERSION.column_names
        )
    )


def _shape_rules() -> list[rules.Rule]:
    record = F.col("record")
    values, day = record["values"], record["local_day"]
    outside = (
        rules.outside_days(day)
        | rules.outside_times(record["interval_start_utc"], record["sent_at"])
        | rules.outside_registers(record["start_register"], record["end_register"])
        | rules.outside_energy(F.array_min(values), F.array_max(values))
        | rules.bad_names(record["metering_point_id"], record["register"], record["head_end"])
        | (record["sequence"] < 0)
    )
    return [
        (Reason.OUT_OF_RANGE, outside),
        (Reason.UNSUPPORTED_KIND, record["message_kind"] == "WITHDRAWAL"),
        (Reason.WRONG_RESOLUTION, record["interval_minutes"] != rules.INTERVAL_MINUTES),
        (Reason.NOT_ALIGNED, record["interval_start_utc"] != rules.local_midnight(day)),
        (Reason.WRONG_INTERVAL_COUNT, F.size(values) != rules.intervals_of(day)),
        (Reason.STATUS_COUNT, F.size(record["status"]) != F.size(values)),
    ]


def _content_rules() -> list[rules.Rule]:
    record = F.col("record")
    total, counted = F.col("total_wh"), record["end_register"] - record["start_register"]
    return [
        (Reason.UNKNOWN_METERING_POINT, F.col("known_point").isNull()),
        (Reason.UNKNOWN_REGISTER, ~F.array_contains(F.col("known_registers"), record["register"])),
        (Reason.NEGATIVE_VALUE, F.array_min(record["values"]) < 0),
        # A bundle with gaps has no total to compare.
        (Reason.SUM_CHECK, rules.misses_sum(total, counted)),
    ]
