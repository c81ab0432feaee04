"""Claims about the module config_files, run by Ansible itself on this machine in a folder of the test."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ANSIBLE = Path(__file__).parents[3] / "ansible"


def run_module(tmp_path: Path, arguments: dict[str, Any], *options: str) -> dict[str, Any]:
    """Result of one ad-hoc run of the module as the current user."""
    environment = {
        **os.environ,
        "ANSIBLE_CONFIG": str(ANSIBLE / "ansible.cfg"),
        "ANSIBLE_LOCAL_TEMP": str(tmp_path / "t"),
    }
    environment |= {"ANSIBLE_LOAD_CALLBACK_PLUGINS": "1", "ANSIBLE_STDOUT_CALLBACK": "json"}
    command = [
        "ansible",
        "localhost",
        "--connection",
        "local",
        "--inventory",
        "localhost,",
        "--module-name",
        "config_files",
    ]
    command += [
        "--extra-vars",
        f"ansible_python_interpreter={sys.executable}",
        "--args",
        json.dumps(arguments),
        *options,
    ]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
    return dict(json.loads(done.stdout)["plays"][0]["tasks"][0]["hosts"]["localhost"])


@pytest.fixture
def arguments(tmp_path: Path) -> dict[str, Any]:
    """A file and a link owned by whoever runs the test."""
    import grp
    import pwd

    owned = {"owner": pwd.getpwuid(os.getuid()).pw_name, "group": grp.getgrgid(os.getgid()).gr_name}
    folder = tmp_path / "etc"
    return {
        "service": "test",
        "directories": [{"path": str(folder), "mode": "0750", **owned}],
        "files": [{"path": str(folder / "a.conf"), "content": "one\n", "mode": "0640", **owned}],
        "links": [{"path": str(folder / "b.conf"), "target": "a.conf"}],
    }


def test_objects_are_made_once_and_then_unchanged(tmp_path: Path, arguments: dict[str, Any]) -> None:
    first, second = run_module(tmp_path, arguments), run_module(tmp_path, arguments)
    assert first["changed"] is True
    assert second["changed"] is False
    written = tmp_path / "etc" / "a.conf"
    assert written.read_text() == "one\n"
    assert written.stat().st_mode & 0o7777 == 0o640
    assert (tmp_path / "etc" / "b.conf").read_text() == "one\n"


def test_check_mode_names_the_change_and_makes_none(tmp_path: Path, arguments: dict[str, Any]) -> None:
    predicted = run_module(tmp_path, arguments, "--check")
    assert predicted["changed_paths"][-2:] == [str(tmp_path / "etc" / name) for name in ("a.conf", "b.conf")]
    assert not (tmp_path / "etc").exists()


def test_tree_removes_what_an_earlier_version_shipped(tmp_path: Path, arguments: dict[str, Any]) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "keep.py").write_text("x = 1\n")
    (source / "gone.py").write_text("x = 2\n")
    owned = {key: arguments["directories"][0][key] for key in ("owner", "group")}
    tree = {"service": "test", "trees": [{"source": str(source), "path": str(tmp_path / "etc"), **owned}]}
    run_module(tmp_path, tree)
    (source / "gone.py").unlink()
    second = run_module(tmp_path, tree)
    assert second["changed_paths"] == [str(tmp_path / "etc" / "gone.py")]
    assert [path.name for path in (tmp_path / "etc").iterdir()] == ["keep.py"]
