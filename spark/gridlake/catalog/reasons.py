"""Why a record is rejected. The order is the order of the rules: a record carries the first one it fails."""

from enum import StrEnum


class Reason(StrEnum):
    """Reason codes of curated.reading_rejected."""

    TOMBSTONE = "TOMBSTONE"  # no payload at all
    OVERSIZE = "OVERSIZE"  # longer than any day bundle can be
    BAD_HEADER = "BAD_HEADER"  # not Avro single-object encoding
    UNKNOWN_FINGERPRINT = "UNKNOWN_FINGERPRINT"  # written with a schema that this parser does not know
    DECODE_FAILED = "DECODE_FAILED"  # body is not a record of its schema
    TRAILING_BYTES = "TRAILING_BYTES"  # body is more, or other, than the record read from it
    OUT_OF_RANGE = "OUT_OF_RANGE"  # a number, time or text that no meter can mean
    KEY_MISMATCH = "KEY_MISMATCH"  # Kafka key and payload name different devices
    UNSUPPORTED_KIND = "UNSUPPORTED_KIND"  # a withdrawal: it will be replayed once withdrawals have a rule
    WRONG_RESOLUTION = "WRONG_RESOLUTION"  # intervals are not 15 minutes
    NOT_ALIGNED = "NOT_ALIGNED"  # first interval is not local midnight, or off the quarter-hour grid
    WRONG_INTERVAL_COUNT = "WRONG_INTERVAL_COUNT"  # not 92, 96 or 100, as the local day demands
    STATUS_COUNT = "STATUS_COUNT"  # not one status per value
    UNKNOWN_METERING_POINT = "UNKNOWN_METERING_POINT"  # not in the master data
    UNKNOWN_REGISTER = "UNKNOWN_REGISTER"  # the metering point has no such register
    UNKNOWN_SUBSTATION = "UNKNOWN_SUBSTATION"  # not in the master data
    NEGATIVE_VALUE = "NEGATIVE_VALUE"  # energy registers only count up
    SUM_CHECK = "SUM_CHECK"  # intervals do not add up to the difference of the registers
