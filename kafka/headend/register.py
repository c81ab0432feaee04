"""The asset register: migrations and rows for PostgreSQL. Loading twice changes nothing."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import psycopg
from psycopg import sql

from headend import identity
from headend.assignment import Connection
from headend.errors import DeliveryError
from headend.fleet import Fleet
from headend.grid import Grid
from headend.streams import FIRST_DAY

Row = tuple[object, ...]

_MIGRATION = re.compile(r"V(\d{3})__\w+\.sql")
_SCHEMA = "assets"
_CONTRACT_STEP_KW, _SMALLEST_CONTRACT_KW, _HEADROOM = 5, 15, 3
# The municipal supplier has most customers; the last is nobody's choice, but someone has to deliver.
_BALANCING_GROUPS = ("QB-STADTWERKE", "QB-STADTWERKE", "QB-STADTWERKE", "QB-LANDSTROM", "QB-SONNENHOF", "QB-ERSATZ")
# Of 256 points this many have no contract, and this many more change their supplier once in the first year.
_WITHOUT_CONTRACT, _CHANGING = 5, 16
_FIRST_YEAR_DAYS = 366


@dataclass(frozen=True)
class Table:
    """Columns of a register table; the first `keys` of them identify a row."""

    name: str
    columns: tuple[str, ...]
    keys: int


SUBSTATION = Table(
    "substation",
    ("substation_id", "area", "archetype", "feeder", "rated_kva", "longitude", "latitude", "valid_from"),
    keys=1,
)
METERING_POINT = Table(
    "metering_point",
    (
        "metering_point_id",
        "substation_id",
        "voltage_level",
        "profile_class",
        "contract_kw",
        "has_pv",
        "pv_kwp",
        "valid_from",
    ),
    keys=1,
)
REGISTER = Table("register", ("metering_point_id", "obis", "unit", "multiplier", "valid_from"), keys=2)
CONTRACT = Table("contract", ("metering_point_id", "valid_from", "balancing_group", "valid_to"), keys=2)


@dataclass(frozen=True)
class Change:
    """What loading one table did."""

    rows: int
    written: int


def substations(seed: int, grids: Sequence[Grid]) -> Iterator[Row]:
    """Rows of assets.substation."""
    for grid in grids:
        longitude, latitude = grid.positions[grid.substation_bus]
        yield (
            identity.substation_id(seed, grid.number),
            identity.area(seed),
            grid.archetype,
            grid.feeder,
            round(grid.transformer.rated_kva),
            longitude,
            latitude,
            FIRST_DAY,
        )


def metering_points(seed: int, connections: Iterable[Connection]) -> Iterator[Row]:
    """Rows of assets.metering_point; a contract covers well over the rated load, as fuses do."""
    for one in connections:
        load, plant = one.grid.loads[one.position], one.plant
        yield (
            one.metering_point_id,
            identity.substation_id(seed, one.registered.number),
            "LV",
            load.profile.partition("-")[0],
            _contract_kw(load.active_kw),
            plant is not None,
            round(plant.active_kw, 1) if plant else None,
            FIRST_DAY,
        )


def registers(connections: Iterable[Connection]) -> Iterator[Row]:
    """Rows of assets.register: A+ everywhere, A- where there is PV."""
    for one in connections:
        for obis in (identity.IMPORT, identity.EXPORT) if one.plant else (identity.IMPORT,):
            yield one.metering_point_id, obis, "Wh", 1, FIRST_DAY


def contracts(connections: Iterable[Connection]) -> Iterator[Row]:
    """Rows of assets.contract, drawn from the point's name alone: no other number of the world changes by them."""
    for one in connections:
        drawn, group, other, day, *_ = hashlib.sha256(f"contract {one.metering_point_id}".encode()).digest()
        first, then = (
            _BALANCING_GROUPS[group % len(_BALANCING_GROUPS)],
            _BALANCING_GROUPS[other % len(_BALANCING_GROUPS)],
        )
        if drawn < _WITHOUT_CONTRACT:
            continue
        if drawn < _WITHOUT_CONTRACT + _CHANGING and first != then:
            change = FIRST_DAY + timedelta(days=1 + day * _FIRST_YEAR_DAYS // 256)
            yield one.metering_point_id, FIRST_DAY, first, change
            yield one.metering_point_id, change, then, None
        else:
            yield one.metering_point_id, FIRST_DAY, first, None


def load(conninfo: str, migrations: Path, fleet: Fleet, grids: Sequence[Grid]) -> dict[str, Change]:
    """Migrate the database and load the register of the given substations, all or nothing."""
    connections = fleet.connections(grids)
    try:
        with psycopg.connect(conninfo) as connection:
            migrate(connection, migrations)
            return {
                table.name: _upsert(connection, table, rows)
                for table, rows in (
                    (SUBSTATION, substations(fleet.seed, grids)),
                    (METERING_POINT, metering_points(fleet.seed, connections)),
                    (REGISTER, registers(connections)),
                    (CONTRACT, contracts(connections)),
                )
            }
    except psycopg.Error as error:
        raise DeliveryError(
            f"PostgreSQL did not take the asset register: {error}",
            "check PGHOST, PGUSER, PGDATABASE and that the user owns the database; nothing was changed",
        ) from error


def _contract_kw(rated_kw: float) -> int:
    steps = -(-round(rated_kw * _HEADROOM) // _CONTRACT_STEP_KW)
    return max(_SMALLEST_CONTRACT_KW, steps * _CONTRACT_STEP_KW)


def migrate(connection: psycopg.Connection[Row], folder: Path) -> list[str]:
    """Apply the migrations that the database has not seen, in order; an applied file must never change."""
    files = sorted(path for path in folder.glob("*.sql") if _MIGRATION.fullmatch(path.name))
    if not files:
        raise DeliveryError(f"{folder} holds no migration", "point --migrations at the folder sql/assets")
    connection.execute("SELECT pg_advisory_xact_lock(hashtext('assets.schema_migration'))")
    connection.execute("CREATE SCHEMA IF NOT EXISTS assets")
    connection.execute(
        "CREATE TABLE IF NOT EXISTS assets.schema_migration"
        " (name text PRIMARY KEY, sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())"
    )
    applied = {str(name): sha for name, sha in connection.execute("SELECT name, sha256 FROM assets.schema_migration")}
    fresh = []
    for path in files:
        text = path.read_bytes()
        digest = hashlib.sha256(text).hexdigest()
        if path.name not in applied:
            connection.execute(text)
            connection.execute(
                "INSERT INTO assets.schema_migration (name, sha256) VALUES (%s, %s)", (path.name, digest)
            )
            fresh.append(path.name)
        elif applied[path.name] != digest:
            raise DeliveryError(
                f"{path.name} was changed after it had been applied",
                "restore the file and put the change into a new migration",
            )
    return fresh


def _upsert(connection: psycopg.Connection[Row], table: Table, rows: Iterator[Row]) -> Change:
    """COPY into a staging table, then write only rows that are new or different."""
    target, staging = sql.Identifier(_SCHEMA, table.name), sql.Identifier(f"staging_{table.name}")
    columns = sql.SQL(", ").join(map(sql.Identifier, table.columns))
    keys = sql.SQL(", ").join(map(sql.Identifier, table.columns[: table.keys]))
    values = table.columns[table.keys :]
    connection.execute(
        sql.SQL("CREATE TEMPORARY TABLE {} ON COMMIT DROP AS SELECT {} FROM {} LIMIT 0").format(
            staging, columns, target
        )
    )
    count = 0
    with connection.cursor().copy(sql.SQL("COPY {} ({}) FROM STDIN").format(staging, columns)) as copy:
        for row in rows:
            copy.write_row(row)
            count += 1
    written = connection.execute(
        sql.SQL(
            "INSERT INTO {target} AS present ({columns}) SELECT {columns} FROM {staging} WHERE true"
            " ON CONFLICT ({keys}) DO UPDATE SET ({values}) = ROW({excluded})"
            " WHERE ({present}) IS DISTINCT FROM ({excluded})"
        ).format(
            target=target,
            columns=columns,
            staging=staging,
            keys=keys,
            values=sql.SQL(", ").join(map(sql.Identifier, values)),
            excluded=sql.SQL(", ").join(sql.Identifier("excluded", value) for value in values),
            present=sql.SQL(", ").join(sql.Identifier("present", value) for value in values),
        )
    )
    return Change(rows=count, written=written.rowcount)
