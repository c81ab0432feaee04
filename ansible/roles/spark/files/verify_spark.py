"""Spark through its data path: a job in each queue, a table that Trino's check reads, and how local HDFS reads are."""

import argparse
import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

CHECKS = Path("/usr/local/lib/gridlake/spark_checks")
BLOCKS_OF_A_HOST = 16
LOCAL_AT_LEAST, LOCAL_WITHOUT_PREFERENCE_AT_MOST = 0.9, 0.6
TIMEOUT_SECONDS = 300
# Half the CPU seconds of a JVM that ends before its second compiler pays off (driver 36 s -> 19 s).
SHORT_LIVED = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"


def submit(user: str, program: str, *arguments: str) -> str:
    """Run a program of Spark's as a user; its output, or the end of it as the reason of a failure."""
    command = ["runuser", f"--user={user}", "--", program, *arguments]
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=TIMEOUT_SECONDS
    )
    if done.returncode != 0:
        end = "\n".join((done.stdout + done.stderr).splitlines()[-40:])
        raise SystemExit(f"Spark: {program} as {user} ended with {done.returncode}:\n{end}")
    return done.stdout


def write_table(user: str) -> str:
    """A job in cluster mode, as the pipeline submits: queue curate, one small Iceberg table."""
    started = time.monotonic()
    small = ["--driver-memory", "512m", "--executor-memory", "512m", "--num-executors", "1"]
    small += ["--driver-java-options", SHORT_LIVED, "--conf", f"spark.executor.extraJavaOptions={SHORT_LIVED}"]
    submit(user, "spark-submit", "--queue", "curate", *small, str(CHECKS / "service_check.py"))
    return (
        f"spark: job in queue curate, cluster mode, wrote lake.ops.service_check in {time.monotonic() - started:.0f} s"
    )


def probe(user: str, hosts: int, executor_memory_mb: int) -> dict[str, Any]:
    """One executor on each storage host (two do not fit) reads a file in queue adhoc; then a job in queue ingest.

    One shell for both, so it runs as the pipeline's user: nobody else may submit into ingest.
    """
    options = {
        "spark.yarn.queue": "adhoc",
        "spark.executor.instances": str(hosts),
        "spark.executor.memory": f"{executor_memory_mb}m",
        "spark.driver.extraJavaOptions": SHORT_LIVED,
        "spark.executor.extraJavaOptions": SHORT_LIVED,
        "spark.ui.enabled": "false",
        "spark.eventLog.enabled": "false",
        "spark.gridlake.probe.blocks": str(BLOCKS_OF_A_HOST),
        "spark.gridlake.probe.second.queue": "ingest",
    }
    conf = [part for key, value in options.items() for part in ("--conf", f"{key}={value}")]
    output = submit(user, "spark-shell", "--deploy-mode", "client", *conf, "-i", str(CHECKS / "locality_probe.scala"))
    lines = [line.removeprefix("PROBE ") for line in output.splitlines() if line.startswith("PROBE ")]
    if len(lines) != 1:
        raise SystemExit(f"Spark: the locality probe printed no result:\n{output[-3000:]}")
    found: dict[str, Any] = json.loads(lines[0])
    return found


def judge(found: dict[str, Any], hosts: int) -> str:
    """The figure of a probe that says what it should, and a reason for one that does not."""

    def share(name: str) -> float:
        return float(found[name]["local"]) / float(found[name]["total"])

    local, without = share("as_spark_reads"), share("without_preference")
    problems = []
    if found["reading_hosts"] != hosts:
        problems.append(
            f"executors run on {found['reading_hosts']} of {hosts} hosts with DataNode and NodeManager; is YARN busy?"
        )
    if found["storing_hosts"] != found["reading_hosts"]:
        problems.append(
            f"the blocks lie on {found['storing_hosts']} hosts only; look at the space of the other DataNodes"
        )
    if local < LOCAL_AT_LEAST:
        problems.append(f"{local:.0%} of the bytes were local; compare the host names that HDFS and YARN report")
    if without > LOCAL_WITHOUT_PREFERENCE_AT_MOST:
        problems.append(f"without preferred hosts still {without:.0%} were local, so the figure means nothing")
    if not found["as_spark_reads"]["short_circuit"]:
        problems.append("no byte was read by short circuit; see `hadoop checknative` and the DataNode's domain socket")
    if found["without_short_circuit"]["short_circuit"]:
        problems.append("bytes by short circuit although it was off, so the counter means nothing")
    if found["second_queue_sum"] != sum(range(1000)):
        problems.append(f"the job in queue ingest summed to {found['second_queue_sum']}")
    if problems:
        raise SystemExit("Spark: " + "; ".join(problems))
    mib = found["as_spark_reads"]["short_circuit"] / 2**20
    return (
        f"spark: {local:.0%} of HDFS bytes read from the own host on {hosts} hosts, {mib:.0f} MiB by short circuit "
        f"({without:.0%} without preferred hosts, 0 MiB with short circuit off); jobs in queues adhoc and ingest"
    )


def main() -> int:
    """Run both parts and print their figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hosts", type=int, required=True, help="hosts that run both a DataNode and a NodeManager")
    parser.add_argument(
        "--executor-memory-mb", type=int, required=True, help="so much that a host holds one executor only"
    )
    parser.add_argument("--pipeline-user", required=True)
    options = parser.parse_args()
    started = time.monotonic()
    # Side by side, since each waits for YARN most of the time.
    with ThreadPoolExecutor(max_workers=2) as together:
        table = together.submit(write_table, options.pipeline_user)
        probed = together.submit(probe, options.pipeline_user, options.hosts, options.executor_memory_mb)
    print(table.result())
    print(f"{judge(probed.result(), options.hosts)}, in {time.monotonic() - started:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
