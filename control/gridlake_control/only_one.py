"""One run at a time: two builders of the same files wait for each other, also after one was killed."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from gridlake_control.errors import PlaceError


@contextmanager
def only_one(lock_file: Path, work: str) -> Iterator[None]:
    """Hold an advisory lock, which the system releases whatever happens to the process."""
    try:
        lock_file.parent.mkdir(parents=True, exist_ok=True)
        lock_file.touch()
    except PermissionError as error:
        raise PlaceError(
            f"{error.filename} belongs to another account, so the {work} cannot be changed: run this as "
            "root (sudo make ...), or set GRIDLAKE_CACHE to a folder of your own. Nothing has been changed."
        ) from error
    with lock_file.open("w") as descriptor:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            click.echo(f"{work}: another run is at it, waiting for {lock_file}")
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
