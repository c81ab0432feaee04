"""Interval messages of the transformers' meters: judged records, and the row that wins each interval."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from gridlake.catalog.curated import TRANSFORMER_READING as TABLE
from gridlake.catalog.messages import TRANSFORMER_READING
from gridlake.catalog.reasons import Reason
from gridlake.transforms import rules
from gridlake.transforms.single_object import with_record, without_bytes_of_good_records


def judged_messages(records: DataFrame, substations: DataFrame) -> DataFrame:
    """Add `record`, `version_id` and `reason` to raw records. `substations` holds one row per substation (unique)."""
    decoded = with_record(records, TRANSFORMER_READING)
    shaped = rules.with_first_failure(decoded, _shape_rules())
    known = substations.select(F.col("substation_id").alias("known_substation"))
    named = shaped.join(known, F.col("record.substation_id") == F.col("known_substation"), how="left")
    judged = rules.with_first_failure(
        named,
        [
            (Reason.UNKNOWN_SUBSTATION, F.col("known_substation").isNull()),
            (Reason.NEGATIVE_VALUE, F.least(F.col("record.import_wh"), F.col("record.export_wh")) < 0),
        ],
    )
    return without_bytes_of_good_records(judged.drop("known_substation"))


def readings(judged: DataFrame) -> DataFrame:
    """Good messages as rows of curated.transformer_reading, still several per interval."""
    own = {"version_id", "topic", "partition", "offset"}
    columns = {"recorded_at": F.col("kafka_time"), "local_day": rules.local_day(F.col("record.interval_start_utc"))}
    return judged.where(F.col("reason").isNull()).select(
        *(
            columns.get(name, F.col(name) if name in own else F.col(f"record.{name}")).alias(name)
            for name in TABLE.column_names
        )
    )


def _shape_rules() -> list[rules.Rule]:
    record = F.col("record")
    measured = (record[name] for name in ("voltage_l1", "voltage_l2", "voltage_l3", "oil_temperature"))
    outside = (
        rules.outside_times(record["interval_start_utc"], record["sent_at"])
        | rules.outside_energy(record["import_wh"], record["export_wh"], record["reactive_varh"])
        | rules.bad_names(record["substation_id"])
        | rules.not_finite(*measured)
        | (record["sequence"] < 0)
    )
    step = 60 * rules.INTERVAL_MINUTES
    off_grid = (F.unix_millis(record["interval_start_utc"]) % (1000 * step)) != 0
    return [
        (Reason.OUT_OF_RANGE, outside),
        (Reason.WRONG_RESOLUTION, record["interval_minutes"] != rules.INTERVAL_MINUTES),
        (Reason.NOT_ALIGNED, off_grid),
    ]
