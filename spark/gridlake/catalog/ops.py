"""Tables about the pipeline itself."""

from gridlake.catalog.table import Column, Table

RUN_MANIFEST = Table(
    namespace="ops",
    name="run_manifest",
    grain="one run of one job that changed the lake; its row is written last and makes the run count",
    key=("job", "run_number"),
    columns=(
        Column("job", "string", "name of the job", nullable=False),
        Column("run_number", "bigint", "runs of this job that changed the lake, counted from 1", nullable=False),
        Column("run_id", "string", "id that the scheduler gave the run", nullable=False),
        Column("code_version", "string", "hash over the job package", nullable=False),
        Column("started_at", "timestamp", "UTC", nullable=False),
        Column("finished_at", "timestamp", "UTC", nullable=False),
        Column("ledger", "string", "JSON: table -> position up to which this job has consumed it", nullable=False),
        Column("counts", "map<string, bigint>", "records by disposition", nullable=False),
        Column("inputs", "map<string, bigint>", "table -> snapshot id that was read", nullable=False),
        Column("outputs", "map<string, bigint>", "table -> snapshot id that was left", nullable=False),
    ),
    owner_job="curate",
    sort=("job", "run_number"),
    kept_apart="job",
)

TABLES = (RUN_MANIFEST,)
