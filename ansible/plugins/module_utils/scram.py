"""SCRAM-SHA-256 verifiers in the form in which PostgreSQL stores them (RFC 5802, RFC 7677)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets

ITERATIONS = 4096
_STORED = re.compile(r"SCRAM-SHA-256\$(\d+):([^$]+)\$[^:]+:.+")


def verifier(password: str, salt: bytes | None = None, iterations: int = ITERATIONS) -> str:
    """What the server keeps of a password, so that the password itself never travels in SQL or into a log."""
    salt = secrets.token_bytes(16) if salt is None else salt
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, iterations)
    stored_key = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server_key = hmac.digest(salted, b"Server Key", "sha256")
    encoded = [base64.b64encode(part).decode() for part in (salt, stored_key, server_key)]
    return f"SCRAM-SHA-256${iterations}:{encoded[0]}${encoded[1]}:{encoded[2]}"


def verifies(password: str, stored: str | None) -> bool:
    """Whether a stored verifier was made from this password; other kinds of verifier never match."""
    match = _STORED.fullmatch(stored or "")
    if not match:
        return False
    again = verifier(password, base64.b64decode(match.group(2)), int(match.group(1)))
    return hmac.compare_digest(again, stored or "")
