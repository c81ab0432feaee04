"""Land a topic's new records in its raw table: nothing lost, nothing doubled, provable by subtraction."""

import argparse
from collections.abc import Callable, Mapping
from functools import partial

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from gridlake.catalog.messages import MESSAGES
from gridlake.io import kafka, lake
from gridlake.io.raw_tables import LEDGER_PROPERTY, TABLE_OF_TOPIC, landed
from gridlake.io.run import Run
from gridlake.ledger import Available, OffsetPlan, PartitionRange, plan_offsets
from gridlake.settings import Settings

Summary = dict[str, object]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the job."""
    topics = [message.topic for message in MESSAGES]
    parser.add_argument("--topic", action="append", choices=topics, help="topic to land; default: all, in turn")
    parser.add_argument("--accept-missing", action="store_true", help="go on without records Kafka has already deleted")


def run(spark: SparkSession, settings: Settings, run: Run, arguments: argparse.Namespace) -> Summary:
    """Land each topic; the summary tells per topic what was read."""
    bootstrap = settings.kafka_bootstrap
    topics = arguments.topic or [message.topic for message in MESSAGES]
    return {
        topic: land(
            spark,
            run,
            topic,
            available=partial(kafka.available, spark, bootstrap, topic),
            read=partial(kafka.records, spark, bootstrap, topic),
            accept_missing=arguments.accept_missing,
        )
        for topic in topics
    }


def land(
    spark: SparkSession,
    run: Run,
    topic: str,
    *,
    available: Callable[[], Available],
    read: Callable[[Mapping[int, PartitionRange]], DataFrame],
    accept_missing: bool = False,
) -> Summary:
    """Read what the ledger does not hold yet, append it in one fenced commit that moves the ledger."""
    table = TABLE_OF_TOPIC[topic]
    lake.ensure(spark, table)
    base = lake.snapshot_id(spark, table)
    before, offered = landed(spark, topic, base), available()
    plan = plan_offsets(before, offered, accept_missing=accept_missing)
    if plan.records > 0:
        rows = read(plan.ranges).withColumn("batch", F.lit(plan.ledger.batch).cast("bigint"))
        lake.append_above(
            rows.select(*table.column_names),
            table,
            above=F.col("batch") >= plan.ledger.batch,
            base=base,
            properties=run.snapshot_properties | _ledger_properties(plan),
        )
    return {
        "records": plan.records,
        "batch": plan.ledger.batch if plan.records else plan.ledger.batch - 1,
        "offsets": {str(p): [r.start, r.end] for p, r in plan.ranges.items() if r.records},
        "skipped": {str(p): [r.start, r.end] for p, r in plan.skipped.items()},
        # Nothing says that these are the topic's earlier offsets: a ledger from rows knows no ids.
        "source": vars(offered.source) | {"adopted": bool(before.ends) and before.source is None},
        "snapshot_id": lake.snapshot_id(spark, table),
    }


def _ledger_properties(plan: OffsetPlan) -> dict[str, str]:
    return {LEDGER_PROPERTY: plan.ledger.to_json()}
