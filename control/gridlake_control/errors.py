"""Errors of the controller: each names the cause and the next step."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

_FULL = {errno.ENOSPC, errno.EDQUOT}
_NOT_WRITABLE = {errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR, errno.EISDIR}


class ControlError(Exception):
    """A refusal that the operator can act on; the command line prints it without a traceback."""


class PinError(ControlError):
    """The pin file is missing, malformed or contradicts itself."""


class LockError(ControlError):
    """A lock file is missing, malformed or does not cover the pins."""


class MirrorError(ControlError):
    """A file of the mirror is missing or is not the one that was locked."""


class ResolutionError(ControlError):
    """A package client (Maven, pip) could not resolve or download."""


class AssemblyError(ControlError):
    """A distribution cannot be assembled from its inputs."""


class PlaceError(ControlError):
    """The disk is full, or the folder cannot be written by whoever runs this."""


def disk_full(place: object) -> str:
    """What there is to say and to do about a full disk."""
    return (
        f"the disk of {place} is full: make room, or set GRIDLAKE_CACHE to a folder on a larger one, and run "
        "the same command again; it goes on where this one ended"
    )


@contextmanager
def place_refusals() -> Iterator[None]:
    """What a disk or folder refuses is a refusal; any other error of the system stays the defect that it is."""
    try:
        yield
    except OSError as error:
        # Of two paths, as in a copy, the second is the one that is written.
        where = error.filename2 or error.filename or "the cache"
        if error.errno in _FULL:
            raise PlaceError(disk_full(where)) from error
        if error.errno in _NOT_WRITABLE:
            raise PlaceError(
                f"{where} cannot be written ({error.strerror}): set GRIDLAKE_CACHE to a folder that can, or run this "
                "as root (sudo make ...)"
            ) from error
        raise
