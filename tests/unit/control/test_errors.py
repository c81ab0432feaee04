"""Which errors of the system are refusals."""

import errno

import pytest

from gridlake_control.errors import PlaceError, place_refusals


def test_a_full_disk_names_the_file_that_did_not_fit_and_the_next_step() -> None:
    told = "^the disk of /cache/dist/b is full: make room, or set GRIDLAKE_CACHE .* run the same command again"
    with pytest.raises(PlaceError, match=told), place_refusals():
        raise OSError(errno.ENOSPC, "No space left on device", "/mirror/a", None, "/cache/dist/b")


def test_a_file_system_that_is_read_only_is_told_as_such() -> None:
    told = r"^/cache/mirror cannot be written \(Read-only file system\): set GRIDLAKE_CACHE"
    with pytest.raises(PlaceError, match=told), place_refusals():
        raise OSError(errno.EROFS, "Read-only file system", "/cache/mirror")


def test_an_error_that_no_operator_can_act_on_keeps_its_traceback() -> None:
    with pytest.raises(FileNotFoundError), place_refusals():
        raise FileNotFoundError(errno.ENOENT, "No such file or directory", "/cache/mirror")
