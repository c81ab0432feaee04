"""The processes that simulate substations side by side, and the world that each of them reads once."""

from __future__ import annotations

import multiprocessing
import os
import threading
from concurrent.futures import ProcessPoolExecutor
from functools import cache

from headend.fleet import Fleet


def pool(processes: int) -> ProcessPoolExecutor:
    """Workers that end with the command, however it ends."""
    # Spawned, not forked: Arrow and BLAS hold threads and locks that a fork would copy in mid-air.
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(max_workers=processes, mp_context=context, initializer=_end_with_parent)


@cache
def fleet(seed: int, losses: str) -> Fleet:
    """The world of a seed, read once a process."""
    return Fleet.of(seed, losses=losses)


def _end_with_parent() -> None:
    """Leave no orphan behind when the command is killed: its workers would wait for work for ever."""

    def watch() -> None:
        parent = multiprocessing.parent_process()
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
