"""Where things are: the checkout, and the caches outside it."""

import os
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
PIN_FILE = CHECKOUT / "hadoop_conf" / "pins.yml"
LOCKS = CHECKOUT / "control" / "locks"
LAUNCHERS = CHECKOUT / "control" / "launchers"
BUILD = CHECKOUT / "build"


def cache() -> Path:
    """Everything that a fresh clone may reuse: mirror, assembled archives, base image, virtualenvs."""
    return Path(os.environ.get("GRIDLAKE_CACHE") or "/var/cache/gridlake")


def writable_cache() -> Path:
    """Where tests and the site keep what they install: the cache, or the checkout where that is another account's.

    The mirror takes root and tests do not, so the two are often not the same account.
    """
    return BUILD / "cache" if cache().exists() and not os.access(cache(), os.W_OK) else cache()


def state() -> Path:
    """The lab's hosts and their data, which survive a deleted checkout."""
    return Path(os.environ.get("GRIDLAKE_STATE") or "/var/lib/gridlake")


def mirror() -> Path:
    """Files as they were downloaded, each one locked."""
    return cache() / "mirror"


def dist() -> Path:
    """Archives that hosts unpack, and their manifest."""
    return cache() / "dist"
