"""Settlement tables: what was submitted for a month, never changed afterwards, and how each number came about.

Rows count from their run's row in `ops.settlement_run`, which is written last: what a run that died has left carries an
id that no row there names.
"""

from gridlake.catalog.table import Column, Table

WITHOUT_CONTRACT = "(without contract)"
"""The balancing group of readings whose metering point has no contract on their day."""

WITHOUT_AREA = "(without area)"
"""The area of readings whose metering point or substation the asset register no longer knows."""

RETAIN_DAYS = 1096
"""How long a run's inputs can be read again: 15-minute data three years. Its lines stay."""

_RUN = (
    Column("settlement_id", "string", "hash of everything that went into the run", nullable=False),
    Column("month", "date", "settled month, as its first day", nullable=False),
    Column("kind", "string", "FIRST, CLEARING, SETTLEMENT or CORRECTION", nullable=False),
)

_DAY = (
    Column("local_day", "date", "day in Europe/Berlin", nullable=False),
    Column("interval_start_utc", "timestamp", "start of the first interval: local midnight", nullable=False),
)

# A partition is one run: writing it again after a crash replaces exactly what the same run had left.
_BY_RUN = {"write.distribution-mode": "hash"}

SETTLEMENT_LINE = Table(
    namespace="curated",
    name="settlement_line",
    grain="the energy of one balancing group in one area, register and local day, by one settlement run",
    key=("settlement_id", "area", "balancing_group", "register", "local_day"),
    columns=(
        *_RUN,
        Column("area", "string", "supply area: the grid that is balanced", nullable=False),
        Column("balancing_group", "string", "balancing group by contract", nullable=False),
        Column("register", "string", "OBIS code: drawn (1-0:1.8.0) or fed in (1-0:2.8.0)", nullable=False),
        *_DAY,
        Column("values", "array<bigint>", "Wh per interval; a missing reading adds nothing", nullable=False),
        Column("energy_wh", "bigint", "sum of the values", nullable=False),
        Column("expected_intervals", "bigint", "intervals that the asset register expects", nullable=False),
        Column("received_intervals", "bigint", "intervals that hold a reading", nullable=False),
    ),
    owner_job="settle",
    partition=("settlement_id",),
    sort=("local_day", "area", "balancing_group"),
    properties=_BY_RUN,
)

SETTLEMENT_LOSS = Table(
    namespace="curated",
    name="settlement_loss",
    grain="the balance of one area and local day: infeed = drawn - fed in + difference, interval by interval",
    key=("settlement_id", "area", "local_day"),
    columns=(
        *_RUN,
        Column("area", "string", "supply area: the grid that is balanced", nullable=False),
        *_DAY,
        Column("infeed", "array<bigint>", "Wh per interval that transformers delivered, less what they took back"),
        Column("consumed", "array<bigint>", "Wh per interval that all balancing groups drew"),
        Column("fed_in", "array<bigint>", "Wh per interval that all balancing groups fed in"),
        Column("difference", "array<bigint>", "Wh per interval: line loss, meter error, missing readings, theft"),
        Column("infeed_wh", "bigint", "sum of infeed", nullable=False),
        Column("consumed_wh", "bigint", "sum of consumed", nullable=False),
        Column("fed_in_wh", "bigint", "sum of fed_in", nullable=False),
        Column("difference_wh", "bigint", "sum of difference", nullable=False),
        Column("expected_intervals", "bigint", "transformer intervals that the asset register expects", nullable=False),
        Column("received_intervals", "bigint", "transformer intervals that were measured", nullable=False),
    ),
    owner_job="settle",
    partition=("settlement_id",),
    sort=("local_day", "area"),
    properties=_BY_RUN,
)

SETTLEMENT_DELTA = Table(
    namespace="curated",
    name="settlement_delta",
    grain="what a settlement run says otherwise than the month's run before it; lines that are equal have no row",
    key=("settlement_id", "area", "balancing_group", "register", "local_day"),
    columns=(
        *_RUN,
        Column("previous_settlement_id", "string", "the run before it", nullable=False),
        Column("area", "string", "supply area", nullable=False),
        Column("balancing_group", "string", "balancing group by contract", nullable=False),
        Column("register", "string", "OBIS code", nullable=False),
        *_DAY,
        Column("values", "array<bigint>", "Wh per interval: this run less the one before", nullable=False),
        Column("energy_wh", "bigint", "sum of the values", nullable=False),
    ),
    owner_job="settle",
    partition=("settlement_id",),
    sort=("local_day", "area", "balancing_group"),
    properties=_BY_RUN,
)

SETTLEMENT_RUN = Table(
    namespace="ops",
    name="settlement_run",
    grain="one settlement run that counts; written last, and chained to the one before it by hash",
    key=("chain_number",),
    columns=(
        Column("chain_number", "bigint", "settlement runs of all months, counted from 1", nullable=False),
        *_RUN,
        Column("run_number", "bigint", "runs of this month, counted from 1", nullable=False),
        Column("run_id", "string", "id that the scheduler gave the run", nullable=False),
        Column("finished_at", "timestamp", "UTC", nullable=False),
        Column("code_version", "string", "hash over the job package", nullable=False),
        Column("tag", "string", "tag that holds the inputs in each of their tables", nullable=False),
        Column("inputs", "map<string, bigint>", "table -> snapshot id that was read", nullable=False),
        Column("export_sha256", "string", "of the canonical export", nullable=False),
        Column("manifest_sha256", "string", "of the manifest's bytes", nullable=False),
        Column("previous_manifest_sha256", "string", "of the run before it in the chain; null for the first"),
        Column("manifest", "string", "the manifest, as canonical JSON", nullable=False),
    ),
    owner_job="settle",
    sort=("chain_number",),
)

WRITTEN_BY_RUN = (SETTLEMENT_LINE, SETTLEMENT_LOSS, SETTLEMENT_DELTA)
TABLES = (*WRITTEN_BY_RUN, SETTLEMENT_RUN)
