"""Claims about how Spark's service check judges its locality probe."""

import importlib.util
from pathlib import Path
from typing import Any

import pytest

PROGRAM = Path(__file__).parents[3] / "ansible" / "roles" / "spark" / "files" / "verify_spark.py"
SPEC = importlib.util.spec_from_file_location("verify_spark", PROGRAM)
assert SPEC is not None
assert SPEC.loader is not None
verify_spark = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(verify_spark)

MIB = 2**20


def found(**differing: Any) -> dict[str, Any]:
    """A probe of three hosts that found what it should."""
    return {
        "as_spark_reads": {"total": 48 * MIB, "local": 48 * MIB, "short_circuit": 48 * MIB},
        "without_preference": {"total": 48 * MIB, "local": 16 * MIB, "short_circuit": 16 * MIB},
        "without_short_circuit": {"total": 48 * MIB, "local": 48 * MIB, "short_circuit": 0},
        "reading_hosts": 3,
        "storing_hosts": 3,
        "second_queue_sum": 499_500,
        **differing,
    }


def test_the_figure_names_share_hosts_and_bytes() -> None:
    figure = verify_spark.judge(found(), 3)
    assert figure.startswith(
        "spark: 100% of HDFS bytes read from the own host on 3 hosts, 48 MiB by short circuit (33% without"
    )


@pytest.mark.parametrize(
    ("differing", "reason"),
    [
        ({"as_spark_reads": {"total": 100, "local": 89, "short_circuit": 89}}, "89% of the bytes were local"),
        ({"as_spark_reads": {"total": 100, "local": 100, "short_circuit": 0}}, "no byte was read by short circuit"),
        ({"without_preference": {"total": 100, "local": 61, "short_circuit": 61}}, "still 61% were local"),
        ({"without_short_circuit": {"total": 100, "local": 100, "short_circuit": 1}}, "although it was off"),
        ({"reading_hosts": 2, "storing_hosts": 2}, "executors run on 2 of 3 hosts"),
        ({"storing_hosts": 1}, "blocks lie on 1 hosts only"),
        ({"second_queue_sum": 0}, "queue ingest summed to 0"),
    ],
)
def test_a_probe_that_says_otherwise_is_refused_with_the_reason(differing: dict[str, Any], reason: str) -> None:
    with pytest.raises(SystemExit, match=reason):
        verify_spark.judge(found(**differing), 3)
