"""Programs that run on the controller and apart from it, each in an environment of its own from its own lock.

The oracle of the power flow and the documentation site would otherwise decide what the controller may be resolved to.
"""

import hashlib
import subprocess
import venv
from pathlib import Path

from gridlake_control import paths
from gridlake_control.errors import ResolutionError
from gridlake_control.only_one import only_one


def python(name: str, locks: Path = paths.LOCKS) -> Path:
    """Interpreter of the environment of one lock; installed at the first call and whenever the lock changes.

    Raises:
        ResolutionError: pip cannot install what the lock holds.
    """
    lock = locks / f"{name}.txt"
    place = Path("venv", f"{name}-{hashlib.sha256(lock.read_bytes()).hexdigest()[:12]}")
    if (paths.cache() / place / ".complete").exists():
        return paths.cache() / place / "bin" / "python"
    home = paths.writable_cache() / place
    interpreter, complete = home / "bin" / "python", home / ".complete"
    with only_one(home.with_suffix(".lock"), f"environment {name}"):
        if not complete.exists():
            venv.create(home, clear=True, with_pip=True)
            install = ["-m", "pip", "install", "--quiet", "--require-hashes", "--no-deps", "--requirement"]
            done = subprocess.run([interpreter, *install, lock], check=False, capture_output=True, text=True)
            if done.returncode != 0:
                raise ResolutionError(
                    f"pip cannot install {lock}; check the package index that pip uses:\n{done.stderr.strip()}"
                )
            complete.touch()
    return interpreter
