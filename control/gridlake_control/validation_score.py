"""Print how well validation and estimation do on a small world of the head-end's, on a local Spark.

python -m gridlake_control.validation_score [--seed 1] [--substations 2] [--days 28] [--start 2016-03-01]
"""

import argparse
import importlib
from datetime import date
from typing import Any

from gridlake_control import local_spark

IMPORT = "1-0:1.8.0"
FIRST_DAY = date(2016, 1, 1)
DEVICES = "exchange=0.1,reset=0.2,rollover=0.5"
"""What happens once in a meter's life, so often that it happens in the first days of it."""
LEAST_SHARE, MOST_FALSE_ALARMS = 0.99, 0.005
MOST_WAPE = {24: 0.30, 96: 0.40}
"""By the intervals of the gap: six hours, a day. They are goals for consumption; the sun keeps no habits."""


def main() -> None:
    """Measure, print a line per figure, and end with 1 if one of them misses its goal."""
    parser = argparse.ArgumentParser(prog="validation_score", description="Score validation and estimation.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--substations", type=int, default=2)
    parser.add_argument("--days", type=int, default=28)
    parser.add_argument("--start", type=date.fromisoformat, default=date(2016, 3, 1))
    parser.add_argument("--faults", default="dense", help="plan of transport faults for the detection")
    asked = parser.parse_args()

    # Only now can pyspark be imported, and all that uses it.
    local_spark.put_on_path()
    figures = importlib.import_module("gridlake_control.validation_figures")
    headend = {name: importlib.import_module(f"headend.{name}") for name in ("faults", "fleet", "local_days")}
    spark = _session()
    try:
        fleet = headend["fleet"].Fleet.of(asked.seed)
        grids = fleet.select(asked.substations)
        window = headend["local_days"].Window(asked.start, asked.days)
        first_days = headend["local_days"].Window(FIRST_DAY, 7)
        detections = {
            plan: figures.detection(spark, fleet, grids, days, headend["faults"].Plan.parse(plan))
            for plan, days in ((asked.faults, window), (DEVICES, first_days), ("none", window))
        }
        accuracies = figures.accuracy(spark, fleet, grids, window, list(MOST_WAPE))
    finally:
        spark.stop()
    goals = []
    for plan, found in detections.items():
        print(f"faults {plan}:")
        for fault in sorted(found.demanded):
            goals.append(found.share(fault) >= LEAST_SHARE)
            print(f"  {fault:14} {found.demanded[fault]:6} {found.share(fault):8.4f} detected (goal {LEAST_SHARE})")
        for fault in sorted(found.must_count):
            print(f"  {fault:14} {found.must_count[fault]:6} that count, {found.do_count[fault]} accepted")
        if found.must_count["drift"]:
            print(f"  drift          {found.clock_flagged} of {found.must_count['drift']} that count carry CLOCK")
        goals.append(found.false_alarms <= MOST_FALSE_ALARMS)
        codes = ", ".join(f"{code} {number}" for code, number in found.clean_by_finding.most_common())
        share = f"held or suspect {found.false_alarms:.4f} (goal {MOST_FALSE_ALARMS})"
        print(f"  clean days {found.clean_days}, {share}; {codes or 'no finding'}")
    for one in accuracies:
        goals.append(one.worst_energy_error_wh == 0)
        goal = MOST_WAPE[one.intervals]
        if one.register == IMPORT:
            goals.append(one.wape <= goal)
        print(
            f"{one.register}, gaps of {one.intervals / 4:g} h: {one.gaps}, WAPE {one.wape:.3f} "
            f"(goal for consumption {goal}), largest error of energy {one.worst_energy_error_wh} Wh (goal 0)"
        )
    raise SystemExit(0 if all(goals) else 1)


def _session() -> Any:
    """A local Spark with the jobs' own options."""
    sql = importlib.import_module("pyspark.sql")
    options = importlib.import_module("gridlake.io.session")
    limits = " ".join(f"-D{key}={value}" for key, value in options.AVRO_LIMITS.items())
    builder = sql.SparkSession.builder.master("local[2]").appName("validation-score")
    for key, value in (
        options.JOB_OPTIONS
        | {
            "spark.driver.extraJavaOptions": limits,
            "spark.driver.memory": "2g",
            "spark.ui.enabled": "false",
            "spark.sql.shuffle.partitions": "2",
        }
    ).items():
        builder = builder.config(key, value)
    return builder.getOrCreate()


if __name__ == "__main__":
    main()
