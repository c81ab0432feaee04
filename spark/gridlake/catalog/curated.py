"""Curated tables: every record accounted for, every version kept, one current row per metering-point day."""

from gridlake.catalog.table import Column, Table

_COORDINATES = (
    Column("topic", "string", "Kafka topic of the record", nullable=False),
    Column("partition", "int", "Kafka partition of the record", nullable=False),
    Column("offset", "bigint", "Kafka offset of the record", nullable=False),
)

_DAY_KEY = (
    Column("metering_point_id", "string", "metering point", nullable=False),
    Column("register", "string", "OBIS code of the register", nullable=False),
    Column("local_day", "date", "day in Europe/Berlin", nullable=False),
    Column("interval_start_utc", "timestamp", "start of the first interval: local midnight", nullable=False),
)

_READINGS = (
    Column("values", "array<bigint>", "Wh per interval, in UTC steps from local midnight; null: not spoken of"),
    Column("quality", "array<int>", "status per interval, as the head-end gave it"),
)

# Rows of one partition are written together, so that a day gets few files.
_BY_DAY = {"write.distribution-mode": "hash"}
# Copy-on-write would rewrite every file that holds a row of the same key; of two merges at once, one is refused.
_MERGED = {"write.merge.mode": "merge-on-read", "write.merge.isolation-level": "serializable"}

READING_REJECTED = Table(
    namespace="curated",
    name="reading_rejected",
    grain="one rejected Kafka record",
    key=("topic", "partition", "offset"),
    columns=(
        *_COORDINATES,
        Column("kafka_time", "timestamp", "the broker's LogAppendTime", nullable=False),
        Column("reason", "string", "first rule that failed: gridlake.catalog.reasons", nullable=False),
        Column("parser_version", "string", "code version that judged the record", nullable=False),
        Column("run_id", "string", "curation run that judged the record", nullable=False),
        Column("key", "binary", "record key"),
        Column("value", "binary", "payload, verbatim"),
    ),
    owner_job="curate",
    partition=("days(kafka_time)",),
    sort=("reason", "partition", "offset"),
    properties=_MERGED,
)

READING_VERSION = Table(
    namespace="curated",
    name="reading_version",
    grain="one version of one metering point, register and local day",
    key=("version_id",),
    columns=(
        Column("version_id", "string", "hash of key, sequence and content", nullable=False),
        *_DAY_KEY,
        *_READINGS,
        Column("start_register", "bigint", "register at the start of the day, Wh", nullable=False),
        Column("end_register", "bigint", "register at the end of the day, Wh", nullable=False),
        Column("message_kind", "string", "READING or CORRECTION", nullable=False),
        Column("head_end", "string", "head-end that sent it", nullable=False),
        Column("sequence", "bigint", "head-end's sequence: the higher one wins", nullable=False),
        Column("sent_at", "timestamp", "head-end's clock when sending", nullable=False),
        Column("recorded_at", "timestamp", "the broker's LogAppendTime", nullable=False),
        *_COORDINATES,
    ),
    owner_job="curate",
    partition=("local_day",),
    sort=("metering_point_id", "register", "sequence"),
    properties=_BY_DAY | _MERGED,
)

READING_CURRENT = Table(
    namespace="curated",
    name="reading_current",
    grain="the winning readings of one metering point, register and local day",
    key=("metering_point_id", "register", "local_day"),
    columns=(
        *_DAY_KEY,
        *_READINGS,
        Column("start_register", "bigint", "register at the start of the day, from the newest version", nullable=False),
        Column("end_register", "bigint", "register at the end of the day, from the newest version", nullable=False),
        Column("version_ids", "array<string>", "versions that supplied an interval, newest first", nullable=False),
        Column("supplied_by", "array<int>", "per interval the position in version_ids; null: no version speaks of it"),
        Column("recorded_at", "timestamp", "newest recorded_at of the versions", nullable=False),
    ),
    owner_job="curate",
    partition=("local_day",),
    sort=("metering_point_id", "register"),
    properties=_BY_DAY | _MERGED,
)

# Not among TABLES, which the curation creates, until a job writes it.
READING_ESTIMATE = Table(
    namespace="curated",
    name="reading_estimate",
    grain="one estimate of one local day within a gap, made from the inputs that it lists",
    key=("gap_id", "local_day"),
    columns=(
        Column("estimate_id", "string", "hash of key and content", nullable=False),
        Column("gap_id", "string", "hash of own readings and of the energy between registers", nullable=False),
        *_DAY_KEY,
        Column("values", "array<bigint>", "Wh per interval; null where the day has a reading of its own"),
        Column("quality", "array<int>", "normalised quality per interval: gridlake.catalog.quality"),
        Column("method", "string", "how the gap was estimated: gridlake.catalog.quality", nullable=False),
        Column("gap_energy_wh", "bigint", "energy that registers leave for the whole gap; null: provisional"),
        Column("inputs", "array<string>", "versions of own days, of bounding and of similar days", nullable=False),
        Column("known_at", "timestamp", "business time of the run that made it", nullable=False),
    ),
    owner_job="curate",
    partition=("local_day",),
    sort=("metering_point_id", "register"),
    properties=_BY_DAY | _MERGED,
)

TRANSFORMER_READING = Table(
    namespace="curated",
    name="transformer_reading",
    grain="the winning reading of one substation's transformer and interval",
    key=("substation_id", "interval_start_utc"),
    columns=(
        Column("substation_id", "string", "substation", nullable=False),
        Column("interval_start_utc", "timestamp", "start of the interval", nullable=False),
        Column("local_day", "date", "day in Europe/Berlin", nullable=False),
        Column("import_wh", "bigint", "energy into the low-voltage grid, Wh", nullable=False),
        Column("export_wh", "bigint", "energy back into the medium-voltage grid, Wh", nullable=False),
        Column("reactive_varh", "bigint", "reactive energy, varh", nullable=False),
        Column("voltage_l1", "double", "volts"),
        Column("voltage_l2", "double", "volts"),
        Column("voltage_l3", "double", "volts"),
        Column("oil_temperature", "double", "degrees Celsius"),
        Column("status", "int", "as the meter gave it", nullable=False),
        Column("sequence", "bigint", "the higher one wins", nullable=False),
        Column("sent_at", "timestamp", "meter's clock when sending", nullable=False),
        Column("version_id", "string", "hash of key, sequence and content", nullable=False),
        Column("recorded_at", "timestamp", "the broker's LogAppendTime", nullable=False),
        *_COORDINATES,
    ),
    owner_job="curate",
    partition=("local_day",),
    sort=("substation_id", "interval_start_utc"),
    properties=_BY_DAY | _MERGED,
)

DAY_COMPLETENESS = Table(
    namespace="curated",
    name="day_completeness",
    grain="one register of one metering point and local day, expected by master data",
    key=("metering_point_id", "register", "local_day"),
    columns=(
        Column("metering_point_id", "string", "metering point", nullable=False),
        Column("register", "string", "OBIS code of the register", nullable=False),
        Column("local_day", "date", "day in Europe/Berlin", nullable=False),
        Column("expected_intervals", "int", "92, 96 or 100", nullable=False),
        Column("received_intervals", "int", "intervals that hold a value", nullable=False),
    ),
    owner_job="curate",
    partition=("local_day",),
    sort=("metering_point_id", "register"),
    properties=_BY_DAY,
)

TABLES = (
    READING_REJECTED,
    READING_VERSION,
    READING_CURRENT,
    TRANSFORMER_READING,
    DAY_COMPLETENESS,
)
