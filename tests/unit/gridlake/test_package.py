"""The job package: what travels, and the version that names it."""

import subprocess
import sys
import zipfile
from pathlib import Path

from gridlake import package


def test_the_zip_carries_code_and_schemas_and_is_the_same_each_time(tmp_path: Path) -> None:
    package.build(tmp_path / "one.zip")
    package.build(tmp_path / "two.zip")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    names = zipfile.ZipFile(tmp_path / "one.zip").namelist()
    assert {"gridlake/launcher.py", "gridlake/jobs/curate.py", "gridlake/schemas/meter_reading_bundle.v1.avsc"} <= set(
        names
    )
    assert not [name for name in names if "__pycache__" in name]


def test_code_in_the_zip_has_the_version_of_the_checkout_and_finds_its_schemas(tmp_path: Path) -> None:
    package.build(tmp_path / "gridlake.zip")
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); from gridlake import package; "
        "from gridlake.catalog.messages import METER_READING; print(package.code_version(), METER_READING.header.hex())"
    )
    answer = subprocess.run(
        [sys.executable, "-I", "-c", program, str(tmp_path / "gridlake.zip")],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    version, header = answer.stdout.split()
    assert version == package.code_version()
    assert header.startswith("c301")
