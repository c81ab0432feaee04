"""The environment of the power flow's test oracle: pandapower, apart from everything that the project runs."""

import hashlib
import subprocess
import venv
from pathlib import Path

from gridlake_control import paths
from gridlake_control.errors import ResolutionError
from gridlake_control.only_one import only_one

LOCK = paths.LOCKS / "power-flow-oracle.txt"


def python() -> Path:
    """Interpreter of the environment; installed at the first call and whenever its lock changes.

    Raises:
        ResolutionError: pip cannot install what the lock holds.
    """
    place = Path("venv", f"power-flow-oracle-{hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]}")
    if (paths.cache() / place / ".complete").exists():
        return paths.cache() / place / "bin" / "python"
    home = paths.cache_of_tests() / place
    interpreter, complete = home / "bin" / "python", home / ".complete"
    with only_one(home.with_suffix(".lock"), "power flow oracle"):
        if not complete.exists():
            venv.create(home, clear=True, with_pip=True)
            install = ["-m", "pip", "install", "--quiet", "--require-hashes", "--no-deps", "--requirement"]
            done = subprocess.run([interpreter, *install, LOCK], check=False, capture_output=True, text=True)
            if done.returncode != 0:
                raise ResolutionError(
                    f"pip cannot install {LOCK}; check the package index that pip uses:\n{done.stderr.strip()}"
                )
            complete.touch()
    return interpreter
