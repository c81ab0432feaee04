"""Avro single-object messages: from bytes to a checked record, or to the reason why there is none."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.avro.functions import from_avro, to_avro

from gridlake.catalog.messages import HEADER_BYTES, MAGIC, Message
from gridlake.catalog.reasons import Reason

_MILLIS = '{"type": "long", "logicalType": "timestamp-millis"}'


def with_record(records: DataFrame, message: Message) -> DataFrame:
    """Add `record` (decoded, or a struct of nulls), `version_id` and `reason` (null where the record can be trusted).

    from_avro turns broken bodies into nulls, but reads a valid record that is followed by junk or by a second one.
    Encoding the record again tells: it must give the body, byte for byte.
    """
    body = F.when(F.col("reason").isNull(), F.expr(f"substring(value, {HEADER_BYTES + 1})"))
    framed = records.withColumn("reason", _frame_reason(F.col("value"), message)).withColumn("body", body)
    decoded = framed.withColumn("record", from_avro(F.col("body"), message.schema, {"mode": "PERMISSIVE"}))
    # No field of the schema is optional, so one null field means that all are, and such a record cannot be encoded.
    broken = F.col(f"record.{message.key_field}").isNull()
    encoded = F.when(~broken, to_avro(F.col("record"), message.schema))
    key = F.col("key")
    judged = decoded.withColumn(
        "reason",
        F.when(F.col("reason").isNotNull(), F.col("reason"))
        .when(broken, _lit(Reason.DECODE_FAILED))
        .when(encoded != F.col("body"), _lit(Reason.TRAILING_BYTES))
        .when(key.isNull() | (key != F.col(f"record.{message.key_field}").cast("binary")), _lit(Reason.KEY_MISMATCH)),
    )
    return judged.withColumn("version_id", F.when(F.col("reason").isNull(), _version_id())).drop("body")


def without_bytes_of_good_records(judged: DataFrame) -> DataFrame:
    """Key and payload are kept with the rejected records only; judged records are held in memory."""
    rejected = F.col("reason").isNotNull()
    return judged.withColumns({name: F.when(rejected, F.col(name)) for name in ("key", "value")}).drop("headers")


def _lit(reason: Reason) -> Column:
    return F.lit(reason.value)


def _frame_reason(value: Column, message: Message) -> Column:
    magic = F.lit(MAGIC)
    header = F.lit(message.header)
    return (
        F.when(value.isNull(), _lit(Reason.TOMBSTONE))
        .when(F.octet_length(value) > message.max_bytes, _lit(Reason.OVERSIZE))
        .when(F.octet_length(value) < HEADER_BYTES, _lit(Reason.BAD_HEADER))
        .when(F.substring(value, 1, len(MAGIC)) != magic, _lit(Reason.BAD_HEADER))
        .when(F.substring(value, 1, HEADER_BYTES) != header, _lit(Reason.UNKNOWN_FINGERPRINT))
    )


def _version_id() -> Column:
    """Half a SHA-256 over everything but the last field, sent_at: a message sent again later is the same version."""
    sent_at_bytes = to_avro(F.col("record.sent_at"), _MILLIS)
    kept = F.octet_length(F.col("body")) - F.octet_length(sent_at_bytes)
    return F.substring(F.sha2(F.substring(F.col("body"), F.lit(1), kept), 256), 1, 32)
