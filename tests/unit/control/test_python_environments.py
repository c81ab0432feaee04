"""Claims about locks and about which wheels are missing or wrong."""

import hashlib
from pathlib import Path

import pytest

from gridlake_control import paths, python_environments
from gridlake_control.errors import LockError, MirrorError, PinError
from gridlake_control.python_environments import Requirement, missing_files, read_lock

CONTENT = b"a wheel"
DIGEST = hashlib.sha256(CONTENT).hexdigest()


def write_lock(folder: Path, text: str) -> Path:
    lock = folder / "some.txt"
    lock.write_text(text, encoding="utf-8")
    return lock


def test_a_lock_is_read_with_all_hashes_of_a_release(tmp_path: Path) -> None:
    one, two = "1" * 64, "2" * 64
    lock = write_lock(
        tmp_path, f"# made by uv\nSome_Name==1.2 \\\n    --hash=sha256:{one} \\\n    --hash=sha256:{two}\n"
    )
    assert read_lock(lock) == (Requirement("some-name", "1.2", frozenset({one, two})),)


@pytest.mark.parametrize("text", ["name==1.0\n", f"name>=1.0 --hash=sha256:{DIGEST}\n", "# nothing\n"])
def test_a_lock_without_hashes_versions_or_content_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(LockError, match=r"some\.txt.*make lock"):
        read_lock(write_lock(tmp_path, text))


def test_a_wheel_that_is_not_there_is_missing(tmp_path: Path) -> None:
    (tmp_path / "other_name-1.0-py3-none-any.whl").write_bytes(CONTENT)
    wanted = Requirement("some-name", "1.0", frozenset({DIGEST}))
    assert missing_files(tmp_path, [wanted]) == [wanted]


def test_a_wheel_of_another_version_does_not_count(tmp_path: Path) -> None:
    (tmp_path / "some_name-1.1-py3-none-any.whl").write_bytes(CONTENT)
    wanted = Requirement("some-name", "1.0", frozenset({DIGEST}))
    assert missing_files(tmp_path, [wanted]) == [wanted]


def test_the_locked_wheel_is_not_missing(tmp_path: Path) -> None:
    (tmp_path / "Some.Name-1.0-py3-none-any.whl").write_bytes(CONTENT)
    assert missing_files(tmp_path, [Requirement("some-name", "1.0", frozenset({DIGEST}))]) == []


def test_a_corrupted_wheel_is_named_and_stops_the_build(tmp_path: Path) -> None:
    (tmp_path / "some_name-1.0-py3-none-any.whl").write_bytes(CONTENT[:-1])
    with pytest.raises(MirrorError, match=r"some_name-1\.0-py3-none-any\.whl.*remove it"):
        missing_files(tmp_path, [Requirement("some-name", "1.0", frozenset({DIGEST}))])


def test_the_pins_and_their_locks_fit_together() -> None:
    environments = {one.name: one for one in python_environments.load().environments}
    assert set(environments) == {"airflow", "dbt", "headend"}
    assert ("apache-airflow", environments["airflow"].version) in {
        (one.name, one.version) for one in environments["airflow"].requirements
    }
    assert ("dbt-core", environments["dbt"].version) in {
        (one.name, one.version) for one in environments["dbt"].requirements
    }


def test_environments_share_one_scientific_set() -> None:
    pins = {one.name: one.version for one in read_lock(paths.LOCKS / "controller.txt")}
    for environment in python_environments.load().environments:
        for one in environment.requirements:
            if one.name in {"numpy", "pyarrow"}:
                assert one.version == pins[one.name], f"{environment.name}: {one.name}"


def test_a_source_package_that_no_lock_holds_is_refused(tmp_path: Path) -> None:
    text = paths.PIN_FILE.read_text(encoding="utf-8").replace("source: [hdfs,", "source: [absent, hdfs,")
    pin_file = tmp_path / "pins.yml"
    pin_file.write_text(text, encoding="utf-8")
    with pytest.raises(PinError, match="absent"):
        python_environments.load(pin_file)


def test_the_digest_of_inputs_follows_the_lock() -> None:
    environment = python_environments.load().environments[0]
    other = python_environments.Environment(
        environment.name, environment.version, environment.requirements[1:], frozenset(), environment.interpreter
    )
    assert environment.inputs != other.inputs
