"""Roles, passwords, databases and rights of a PostgreSQL server, in one task."""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.scram import verifier, verifies

try:
    import psycopg2
    from psycopg2 import sql
except ImportError:  # reported in main(): a module has to import on the controller too
    psycopg2 = None  # type: ignore[assignment]  # main() asks before it uses the module

DOCUMENTATION = r"""
module: postgresql_databases
short_description: Keep login roles and databases of a PostgreSQL server as declared
description:
  - Speaks through the local socket as the account postgres. Passwords are compared with, and sent as, SCRAM verifiers.
  - Never drops anything.
options:
  port: {description: Port of the server, type: int, required: true}
  passwords: {description: Password of every login role, by role name, type: dict, required: true}
  databases:
    description: Databases as name, owner and readers (roles that may read everything and write nothing)
    type: list
    elements: dict
    required: true
  reload_for:
    description: Files that take effect by a reload; the server is reloaded when one is newer than its last load
    type: list
    elements: path
"""

SOCKET = "/var/run/postgresql"


@contextmanager
def server(port: int) -> Iterator[Any]:
    """A cursor on the maintenance database as postgres, each statement its own transaction."""
    user = os.geteuid()
    os.seteuid(pwd.getpwnam("postgres").pw_uid)  # peer authentication looks at who opens the socket
    try:
        connection = psycopg2.connect(host=SOCKET, port=port, dbname="postgres", user="postgres", connect_timeout=10)
    finally:
        os.seteuid(user)
    connection.autocommit = True
    try:
        yield connection.cursor()
    finally:
        connection.close()


class Server:
    """What is on the server, and the statements that bring it to what is declared."""

    def __init__(self, cursor: Any, check_mode: bool) -> None:
        """Nothing has been changed yet; in check mode nothing will be."""
        self.cursor = cursor
        self.check_mode = check_mode
        self.changes: list[str] = []

    def change(self, description: str, statement: Any, *values: Any) -> None:
        """Note one change and, unless only asked for a prediction, make it."""
        self.changes.append(description)
        if not self.check_mode:
            self.cursor.execute(statement, values or None)

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        self.cursor.execute(statement, values or None)
        return list(self.cursor.fetchall())

    def ensure_role(self, name: str, password: str) -> None:
        """Have a login role with this password."""
        found = self.rows("SELECT rolpassword FROM pg_authid WHERE rolname = %s", name)
        if not found:
            statement = sql.SQL("CREATE ROLE {} LOGIN PASSWORD %s").format(sql.Identifier(name))
            self.change(f"role {name} created", statement, verifier(password))
        elif not verifies(password, found[0][0]):
            statement = sql.SQL("ALTER ROLE {} LOGIN PASSWORD %s").format(sql.Identifier(name))
            self.change(f"password of {name} set", statement, verifier(password))

    def ensure_database(self, name: str, owner: str, readers: list[str]) -> None:
        """Have a database that only its owner and its readers may enter."""
        database, role = sql.Identifier(name), sql.Identifier(owner)
        found = self.rows(
            "SELECT pg_get_userbyid(datdba), (SELECT bool_or(grantee = 0 AND privilege_type = 'CONNECT') FROM"
            " aclexplode(coalesce(datacl, acldefault('d', datdba)))) FROM pg_database WHERE datname = %s",
            name,
        )
        if not found:
            self.change(f"database {name} created", sql.SQL("CREATE DATABASE {} OWNER {}").format(database, role))
        elif found[0][0] != owner:
            self.change(f"{name} given to {owner}", sql.SQL("ALTER DATABASE {} OWNER TO {}").format(database, role))
        if not found or found[0][1]:
            self.change(f"{name} closed to others", sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
        for reader in readers:
            self.ensure_reader(name, reader, database_exists=bool(found) or not self.check_mode)

    def ensure_reader(self, database: str, reader: str, database_exists: bool) -> None:
        """Let a role connect to one database and read all of it, whoever made the tables, and nothing else."""
        role = sql.Identifier(reader)
        connects, reads = False, False
        if database_exists and self.rows("SELECT 1 FROM pg_roles WHERE rolname = %s", reader):
            statement = (
                "SELECT has_database_privilege(%s, %s, 'CONNECT'), pg_has_role(%s, 'pg_read_all_data', 'MEMBER')"
            )
            connects, reads = self.rows(statement, reader, database, reader)[0]
        if not connects:
            grant = sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(sql.Identifier(database), role)
            self.change(f"{reader} may connect to {database}", grant)
        if not reads:
            self.change(f"{reader} may read", sql.SQL("GRANT pg_read_all_data TO {}").format(role))

    def ensure_loaded(self, paths: list[Path]) -> None:
        """Reload the server where a file is newer than what it last loaded."""
        loaded = self.rows("SELECT extract(epoch FROM pg_conf_load_time())::float8")[0][0]
        if any(path.exists() and path.stat().st_mtime > loaded for path in paths):
            self.change("configuration reloaded", "SELECT pg_reload_conf()")


def main() -> None:
    """Converge roles first, then databases, then what a reload makes effective."""
    database = {
        "name": {"type": "str", "required": True},
        "owner": {"type": "str", "required": True},
        "readers": {"type": "list", "elements": "str", "default": []},
    }
    module = AnsibleModule(
        argument_spec={
            "port": {"type": "int", "required": True},
            "passwords": {"type": "dict", "required": True, "no_log": True},
            "databases": {"type": "list", "elements": "dict", "options": database, "required": True},
            "reload_for": {"type": "list", "elements": "path", "default": []},
        },
        supports_check_mode=True,
    )
    if psycopg2 is None:
        module.fail_json(msg="python3-psycopg2 is missing on this host; install the packages of role base")
    changes: list[str] = []
    try:
        with server(module.params["port"]) as cursor:
            found = Server(cursor, bool(module.check_mode))
            changes = found.changes
            for name, password in sorted(module.params["passwords"].items()):
                found.ensure_role(name, password)
            for entry in module.params["databases"]:
                found.ensure_database(entry["name"], entry["owner"], entry["readers"])
            found.ensure_loaded([Path(name) for name in module.params["reload_for"]])
    except psycopg2.OperationalError as error:
        if module.check_mode:  # on a fresh host nothing listens yet
            module.exit_json(changed=True, changes=["server is not running yet"])
        module.fail_json(msg=f"PostgreSQL does not answer at {SOCKET} port {module.params['port']}: {error}")
    except psycopg2.Error as error:
        module.fail_json(msg=f"PostgreSQL refused after {changes}: {error}")
    module.exit_json(changed=bool(changes), changes=changes)


if __name__ == "__main__":
    main()
