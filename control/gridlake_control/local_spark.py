"""Spark on the controller, for tests: the distribution that hosts get, unpacked into the cache."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from gridlake_control import manifest, paths
from gridlake_control.errors import MirrorError
from gridlake_control.only_one import only_one


def spark_home() -> Path:
    """Folder of the unpacked Spark distribution; unpacked at the first call and whenever the distribution changes.

    Raises:
        MirrorError: the distribution has not been assembled yet.
    """
    entry = manifest.read().get("spark")
    if entry is None:
        raise MirrorError(f"{paths.dist()} has no Spark distribution; run `make mirror`")
    place = Path("unpacked", f"spark-{entry.sha512[:12]}")
    if (paths.cache() / place).is_dir():
        return paths.cache() / place
    home = paths.writable_cache() / place
    with only_one(home.with_name(".lock"), "Spark of the tests"):
        if not home.is_dir():
            # A fixed name: what a killed run left is removed by the next one.
            fresh = home.with_name(".unpacking")
            shutil.rmtree(fresh, ignore_errors=True)
            fresh.mkdir()
            archive = paths.dist() / entry.file
            command = ["tar", "--extract", "--zstd", f"--file={archive}", f"--directory={fresh}"]
            done = subprocess.run(command, check=False, capture_output=True, text=True)
            if done.returncode != 0:
                told = done.stderr.strip().splitlines()[-1:]
                raise MirrorError(f"{archive} cannot be unpacked {told}; remove it and run `make mirror`")
            fresh.rename(home)
    return home


def put_on_path() -> None:
    """Make ``import pyspark`` find the distribution's Python, in this process and in the workers it starts."""
    home = spark_home()
    entries = [str(home / "python"), *(str(path) for path in (home / "python" / "lib").glob("py4j-*.zip"))]
    sys.path[:0] = entries
    os.environ["SPARK_HOME"] = str(home)
    # The launchers default to a host's JDK and configuration.
    os.environ["JAVA_HOME"] = str(Path(shutil.which("java") or "java").resolve().parents[1])
    os.environ["SPARK_CONF_DIR"] = os.environ["HADOOP_CONF_DIR"] = str(home / "conf")
    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ["PYTHONPATH"] = os.pathsep.join([*entries, os.environ.get("PYTHONPATH", "")])
