"""Claims about environments that stand beside the controller's: made once from their lock, and only whole."""

import subprocess
from pathlib import Path

import pytest

from gridlake_control import locked_environment
from gridlake_control.errors import ResolutionError

# No package, so that nothing is downloaded; pip itself is the real one.
EMPTY = "# nothing\n"


@pytest.fixture
def locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Locks of one environment, and a cache of its own."""
    monkeypatch.setenv("GRIDLAKE_CACHE", str(tmp_path / "cache"))
    (tmp_path / "locks").mkdir()
    (tmp_path / "locks" / "some.txt").write_text(EMPTY, encoding="utf-8")
    return tmp_path / "locks"


def test_a_changed_lock_is_another_environment(locks: Path) -> None:
    first = locked_environment.python("some", locks)
    assert locked_environment.python("some", locks) == first
    (locks / "some.txt").write_text(EMPTY * 2, encoding="utf-8")
    second = locked_environment.python("some", locks)
    assert second.parents[1] != first.parents[1]
    assert subprocess.run([second, "-c", "import pip"], check=False).returncode == 0


def test_what_pip_refuses_is_named_and_not_taken_for_an_environment(locks: Path) -> None:
    (locks / "some.txt").write_text("no-hash==1\n", encoding="utf-8")
    with pytest.raises(ResolutionError, match=r"some\.txt; check the package index that pip uses:\n.*hash"):
        locked_environment.python("some", locks)
    assert list(locks.parent.glob("cache/venv/*/.complete")) == []
