"""The command line of the jobs."""

from pathlib import Path

import pytest

from gridlake import jobs, launcher
from gridlake.io.session import AVRO_LIMITS, executor_options


def test_every_job_of_the_package_has_a_subcommand() -> None:
    modules = {path.stem for path in Path(str(jobs.__file__)).parent.glob("*.py")} - {"__init__"}
    assert set(launcher.JOBS) == modules


def test_a_refusal_goes_to_stderr_with_exit_code_1_before_spark_starts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert launcher.main(["--platform", str(tmp_path / "absent.yml"), "curate"]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("SettingsError: ")
    assert "site.yml" in printed.err


def test_days_are_dates_and_anything_else_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        launcher.parser().parse_args(["curate", "--days", "2016-02-30"])
    assert "2016-02-30" in capsys.readouterr().err


def test_avro_limits_are_added_to_what_the_site_sets() -> None:
    options = executor_options("-XX:+UseSerialGC")
    assert options.startswith("-XX:+UseSerialGC -D")
    assert all(f"-D{key}={value}" in options for key, value in AVRO_LIMITS.items())
