"""The data directory of a PostgreSQL cluster: made once, taken over again by a host whose root was rebuilt."""

from __future__ import annotations

import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = r"""
module: postgresql_cluster
short_description: Have an initialised PostgreSQL data directory
description:
  - Initialises beside the final place and renames, so that a killed run never leaves half a cluster.
  - Existing data of the same version is kept, and given to this host's postgres account where its number is another.
  - Existing data of another version, or files that are no cluster, are refused.
options:
  data: {description: Data directory, type: path, required: true}
  version: {description: Major version of PostgreSQL, type: int, required: true}
"""


def initialise(data: Path, version: int) -> None:
    """Run initdb as postgres in a scratch directory on the same file system and move the result into place."""
    data.parent.mkdir(parents=True, exist_ok=True)
    for directory in (data.parent, data.parent.parent):
        shutil.chown(directory, "postgres", "postgres")
    with tempfile.TemporaryDirectory(dir=data.parent, prefix=".initdb.") as scratch:
        shutil.chown(scratch, "postgres", "postgres")
        fresh = Path(scratch) / "data"
        subprocess.run(
            [
                f"/usr/lib/postgresql/{version}/bin/initdb",
                f"--pgdata={fresh}",
                "--data-checksums",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--auth-local=peer",
                "--auth-host=scram-sha-256",
            ],
            check=True,
            capture_output=True,
            text=True,
            user="postgres",
            group="postgres",
            cwd=scratch,
        )
        fresh.rename(data)


def give_to_postgres(root: Path) -> None:
    """Hand a whole tree to this host's postgres account."""
    subprocess.run(["chown", "--recursive", "--no-dereference", "postgres:postgres", str(root)], check=True)


def main() -> None:
    """Initialise what is missing, take over what is there, refuse anything else."""
    module = AnsibleModule(
        argument_spec={"data": {"type": "path", "required": True}, "version": {"type": "int", "required": True}},
        supports_check_mode=True,
    )
    data, version = Path(module.params["data"]), int(module.params["version"])
    mark = data / "PG_VERSION"
    if not data.exists() or not any(data.iterdir()):
        if not module.check_mode:
            try:
                initialise(data, version)
            except subprocess.CalledProcessError as error:
                module.fail_json(msg=f"initdb for {data} failed: {error.stderr}")
        module.exit_json(changed=True, state="initialised")
    if not mark.is_file():
        module.fail_json(msg=f"{data} holds files but no PostgreSQL cluster; move them away, then run again")
    found = mark.read_text().strip()
    if found != str(version):
        module.fail_json(
            msg=f"{data} is a cluster of PostgreSQL {found}, wanted is {version}; upgrade it with pg_upgrade"
        )
    foreign = data.stat().st_uid != pwd.getpwnam("postgres").pw_uid
    if foreign and not module.check_mode:
        give_to_postgres(data.parent.parent)
    module.exit_json(changed=foreign, state="adopted" if foreign else "present")


if __name__ == "__main__":
    main()
