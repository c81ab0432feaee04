"""Trino's password file: one salted PBKDF2 hash a line, the same text for the same passwords."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

_ITERATIONS = 100_000


def trino_password_file(passwords: Mapping[str, str], secret: str) -> str:
    """Lines ``user:iterations:salt:hash`` in hexadecimal, sorted by user.

    The salt of a user follows from ``secret`` and the name, so that a second run writes the same file; it stays
    unknown to whoever does not hold the secret and differs between users.
    """
    lines = []
    for user in sorted(passwords):
        salt = hashlib.sha256(f"{secret}:{user}".encode()).digest()[:16]
        # SHA-1 is the one function that Trino's file format knows; within PBKDF2 it is as strong as the password.
        digest = hashlib.pbkdf2_hmac("sha1", passwords[user].encode(), salt, _ITERATIONS)
        lines.append(f"{user}:{_ITERATIONS}:{salt.hex()}:{digest.hex()}")
    return "\n".join(lines) + "\n"


class FilterModule:
    """Names under which Ansible offers these functions."""

    def filters(self) -> dict[str, Any]:
        """Filters by name."""
        return {"trino_password_file": trino_password_file}
