"""The Hive Metastore's schema: made once, in one transaction, and never by another release over an existing one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule

try:
    import psycopg2
except ImportError:  # reported in main(): a module has to import on the controller too
    psycopg2 = None  # type: ignore[assignment]  # main() asks before it uses the module

DOCUMENTATION = r"""
module: metastore_schema
short_description: Have the schema of this release in the metastore's database
description:
  - Runs the SQL that schematool would run, but in one transaction, so that a killed run leaves an empty database and
    not half a schema, and without a JVM for the question whether anything is to do.
options:
  host: {description: Host of PostgreSQL, type: str, required: true}
  port: {description: Port of PostgreSQL, type: int, required: true}
  database: {description: The metastore's database, type: str, required: true}
  user: {description: Role that owns it, type: str, required: true}
  password: {description: Its password, type: str, required: true}
  home: {description: Link to the unpacked release, whose folder's name ends in the version, type: path, required: true}
"""

# Two metastores configured at once must not both find the database empty.
_LOCK = 7_305_808_868


def schema_version(cursor: Any) -> str | None:
    """Release whose schema is in the database; None when there is none."""
    cursor.execute("""SELECT to_regclass('public."VERSION"')""")
    if cursor.fetchone()[0] is None:
        return None
    cursor.execute("""SELECT "SCHEMA_VERSION" FROM "VERSION" """)
    row = cursor.fetchone()
    return str(row[0]) if row else "without a version"


def main() -> None:
    """Look, and make the schema where there is none."""
    module = AnsibleModule(
        argument_spec={
            "host": {"type": "str", "required": True},
            "port": {"type": "int", "required": True},
            "database": {"type": "str", "required": True},
            "user": {"type": "str", "required": True},
            "password": {"type": "str", "required": True, "no_log": True},
            "home": {"type": "path", "required": True},
        },
        supports_check_mode=True,
    )
    parameters = module.params
    if psycopg2 is None:
        module.fail_json(msg="python3-psycopg2 is missing on this host; install the packages of role base")
    home = Path(parameters["home"]).resolve()
    wanted = home.name.rpartition("-")[2]
    script = home / f"scripts/metastore/upgrade/postgres/hive-schema-{wanted}.postgres.sql"
    login = {"dbname": parameters["database"], "user": parameters["user"], "password": parameters["password"]}
    connection = None
    try:
        connection = psycopg2.connect(host=parameters["host"], port=parameters["port"], connect_timeout=10, **login)
        with connection, connection.cursor() as cursor:  # commits at the end, or not at all
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
            found = schema_version(cursor)
            if found is None and not module.check_mode:
                cursor.execute(script.read_text())
    except (OSError, psycopg2.Error) as error:
        if module.check_mode and isinstance(error, psycopg2.OperationalError):  # on fresh hosts nothing listens yet
            module.exit_json(changed=True, found=None)
        module.fail_json(msg=f"schema of the metastore in {parameters['database']} on {parameters['host']}: {error}")
    finally:
        if connection is not None:
            connection.close()
    if found not in (None, wanted):
        module.fail_json(
            msg=f"the schema is that of Hive {found}, this metastore is {wanted}; back the database up and run"
            f" `schematool -dbType postgres -upgradeSchema`, or install Hive {found}"
        )
    module.exit_json(changed=found is None, found=found)


if __name__ == "__main__":
    main()
