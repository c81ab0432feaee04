"""Proof that the lake holds what the head-end sent: counts and one hash, both read through Trino.

The hash is SHA-256 over ``metering point|register|start (epoch seconds, UTC)|Wh|quality`` lines, sorted by the first
three. The head-end computes the expected one from its own clean truth and shares no code with this module.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests
import trino

from gridlake_control.errors import ControlError

INTERVAL_SECONDS = 900


class LakeError(ControlError):
    """A query on the lake failed."""


class DoubledDayError(ControlError):
    """The lake answered a metering-point day twice, or not in order."""


@dataclass(frozen=True)
class Lake:
    """Where Trino answers, and as whom."""

    host: str
    port: int
    user: str
    password: str
    certificate: Path

    def query(self, sql: str) -> Iterable[Sequence[Any]]:
        """Rows of one statement, streamed."""
        with self._answer(sql) as cursor:
            while rows := cursor.fetchmany(1000):
                yield from rows

    def named(self, sql: str) -> tuple[list[str], list[list[Any]]]:
        """Names of the columns and all rows of a small answer."""
        with self._answer(sql) as cursor:
            rows = [list(row) for row in cursor.fetchall()]
            return [column[0] for column in cursor.description], rows

    @contextmanager
    def _answer(self, sql: str) -> Iterator[Any]:
        session = requests.Session()
        # A proxy or REQUESTS_CA_BUNDLE in the environment would win over the platform's own certificate.
        session.trust_env, session.verify = False, str(self.certificate)
        connection = trino.dbapi.connect(
            http_session=session,
            host=self.host,
            port=self.port,
            http_scheme="https",
            auth=trino.auth.BasicAuthentication(self.user, self.password),
            catalog="lake",
            client_tags=["demo"],
        )
        try:
            cursor = connection.cursor()
            cursor.execute(sql)
            yield cursor
        except (trino.exceptions.Error, requests.RequestException) as error:
            raise LakeError(f"Trino on {self.host}:{self.port} did not answer: {error}; try `make verify`") from error
        finally:
            connection.close()

    def table(self, sql: str) -> list[list[Any]]:
        """All rows of a small answer."""
        return [list(row) for row in self.query(sql)]


def day_lines(point: str, register: str, start: int, values: Sequence[int | None], quality: Sequence[int]) -> str:
    """Lines of one metering-point day; intervals without a value have no line."""
    prefix = f"{point}|{register}|"
    return "".join(
        f"{prefix}{start + INTERVAL_SECONDS * position}|{value}|{grade}\n"
        for position, (value, grade) in enumerate(zip(values, quality, strict=True))
        if value is not None
    )


def readings_hash(rows: Iterable[Sequence[Any]]) -> tuple[str, int]:
    """Hash and number of readings of metering-point days that arrive sorted by metering point, register and start.

    Args:
        rows: (metering point, register, start in epoch seconds, values in Wh, quality codes).

    Raises:
        DoubledDayError: the rows are not strictly ascending, so that a doubled day can never pass.
    """
    digest, readings, last = hashlib.sha256(), 0, ("", "", 0)
    for point, register, start, values, quality in rows:
        key = (point, register, start)
        if key <= last:
            raise DoubledDayError(
                f"metering point {point}, register {register}, day from {datetime.fromtimestamp(start, UTC):%FT%TZ} "
                f"{'is doubled' if key == last else 'is not in order'}; look at it in lake.curated.reading_current"
            )
        last = key
        digest.update(day_lines(point, register, start, values, quality).encode())
        readings += sum(value is not None for value in values)
    return digest.hexdigest(), readings
