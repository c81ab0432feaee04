"""The job package as one archive on a host: the zip that every submission takes along."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = r"""
module: airflow_jobs
short_description: Have the job package as the archive that travels with a submission
options:
  path: {description: "Folder that holds the package gridlake and shall hold gridlake.zip", type: path, required: true}
"""


def main() -> None:
    """Build the archive, whose bytes depend on the package only, and put it there if it differs."""
    module = AnsibleModule(argument_spec={"path": {"type": "path", "required": True}}, supports_check_mode=True)
    folder = Path(module.params["path"])
    if module.check_mode and not folder.exists():
        module.exit_json(changed=True)
    archive = folder / "gridlake.zip"
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".gridlake-jobs.") as scratch:
        fresh = Path(scratch) / archive.name
        build = [sys.executable, "-B", "-m", "gridlake.package", str(fresh)]
        done = subprocess.run(build, cwd=folder, check=False, capture_output=True, text=True)
        if done.returncode != 0:
            module.fail_json(msg=f"the job package cannot be packed: {done.stderr[-1500:]}")
        changed = not archive.exists() or archive.read_bytes() != fresh.read_bytes()
        if changed and not module.check_mode:
            fresh.chmod(0o644)
            fresh.replace(archive)
    module.exit_json(changed=changed)


if __name__ == "__main__":
    main()
