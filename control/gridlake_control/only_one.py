"""One run at a time: two builders of the same files wait for each other, also after one was killed."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click


@contextmanager
def only_one(lock_file: Path, work: str) -> Iterator[None]:
    """Hold an advisory lock, which the system releases whatever happens to the process."""
    lock_file.parent.mkdir(parents=True, exist_ok=True)
    with lock_file.open("w") as descriptor:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            click.echo(f"{work}: another run is at it, waiting for {lock_file}")
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
