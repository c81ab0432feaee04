"""Airflow's schema in its database: migrated when the release on the host has a newer one, and only then."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

try:
    import psycopg2
except ImportError:  # reported in main(): a module has to import on the controller too
    psycopg2 = None  # type: ignore[assignment]  # main() asks before it uses the module

DOCUMENTATION = r"""
module: airflow_database
short_description: Have the schema of the installed Airflow in its database
description:
  - Compares the revision in the database with the newest one in the installed release, without starting Airflow, which
    costs seconds; runs C(airflow db migrate) where they differ. A revision that the release does not know is refused.
options:
  host: {description: Host of PostgreSQL, type: str, required: true}
  port: {description: Port of PostgreSQL, type: int, required: true}
  password: {description: Password of the role airflow, type: str, required: true}
  home: {description: The installed environment, type: path}
"""

_REVISION = re.compile(r"""^revision(?:: str)? = ["'](\w+)["']""", re.MULTILINE)
_DOWN_REVISION = re.compile(r"""^down_revision(?:: [^=]+)? = ["'](\w+)["']""", re.MULTILINE)


def revisions(home: Path) -> tuple[set[str], str]:
    """All revisions of the installed release, and the newest: the one that no other builds on."""
    known, built_on = set(), set()
    for path in home.glob("lib/python3*/site-packages/airflow/migrations/versions/*.py"):
        text = path.read_text(encoding="utf-8")
        known.update(_REVISION.findall(text))
        built_on.update(_DOWN_REVISION.findall(text))
    newest = known - built_on
    if len(newest) != 1:
        raise ValueError(f"{home} holds {len(known)} migrations with {len(newest)} ends; unpack the distribution again")
    return known, newest.pop()


def current(host: str, port: int, password: str) -> str | None:
    """Revision in the database; None in one without a schema."""
    connection = psycopg2.connect(
        host=host, port=port, dbname="airflow", user="airflow", password=password, connect_timeout=10
    )
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass('public.alembic_version')")
            if cursor.fetchone() == (None,):
                return None
            cursor.execute("SELECT version_num FROM alembic_version")
            row = cursor.fetchone()
            return str(row[0]) if row else None
    finally:
        connection.close()


def main() -> None:
    """Look, and migrate where the database is behind."""
    module = AnsibleModule(
        argument_spec={
            "host": {"type": "str", "required": True},
            "port": {"type": "int", "required": True},
            "password": {"type": "str", "required": True, "no_log": True},
            "home": {"type": "path", "default": "/opt/airflow"},
        },
        supports_check_mode=True,
    )
    if psycopg2 is None:
        module.fail_json(msg="python3-psycopg2 is missing on this host; install the packages of role base")
    home = Path(module.params["home"])
    if module.check_mode and not home.exists():
        module.exit_json(changed=True, before=None)
    try:
        known, newest = revisions(home)
        before = current(module.params["host"], module.params["port"], module.params["password"])
    except (OSError, ValueError, psycopg2.Error) as error:
        if module.check_mode and isinstance(error, psycopg2.OperationalError):  # on fresh hosts nothing listens yet
            module.exit_json(changed=True, before=None)
        module.fail_json(msg=f"Airflow's database on {module.params['host']}: {error}")
    if before is not None and before not in known:
        module.fail_json(
            msg=f"the database is at revision {before}, which the installed release does not know: "
            "it was made by a newer Airflow. Install that release again, or restore a backup from before it"
        )
    if before != newest and not module.check_mode:
        done = subprocess.run(
            ["/usr/local/bin/airflow", "db", "migrate"], check=False, capture_output=True, text=True, timeout=600
        )
        if done.returncode != 0:
            module.fail_json(msg=f"airflow db migrate: {done.stdout[-1500:]}{done.stderr[-1500:]}")
    module.exit_json(changed=before != newest, before=before, after=newest)


if __name__ == "__main__":
    main()
