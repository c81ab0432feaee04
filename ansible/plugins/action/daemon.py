"""Controller side of ``daemon``: parallel when fresh, one host at a time when running.

Stopped daemons start on all hosts at once. A running daemon that is stale is restarted under a lock that all hosts of
the play share, and only while no earlier host of this run has failed: a bad setting costs one host, not the service.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase


def _folder_of_this_run() -> Path:
    """Folder of one ansible-playbook: its workers share their parent, whose PID and start time name the run."""
    parent = os.getppid()
    start_time = Path(f"/proc/{parent}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[19]
    private = Path(tempfile.gettempdir()) / f"gridlake-rolling-{os.getuid()}"
    private.mkdir(mode=0o700, exist_ok=True)
    if private.stat().st_uid != os.getuid():
        raise AnsibleActionFail(f"{private} belongs to another account; remove it")
    folder = private / f"{parent}-{start_time}"
    folder.mkdir(exist_ok=True)
    return folder


class ActionModule(ActionBase):
    """Call the module once; call it again under the lock where it reports a stale daemon."""

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Converge the daemon on one host."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        arguments = dict(self._task.args)
        first = self._execute_module(module_name="daemon", module_args=arguments, task_vars=task_vars)
        if first.get("failed") or not first.get("stale"):
            result.update(first)
            return result
        name = arguments["name"]
        run = _folder_of_this_run() / name
        with run.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            failed = run.with_suffix(".failed")
            if failed.exists():
                return {
                    **result,
                    "failed": True,
                    "msg": f"{name} was not restarted here: it did not become healthy on {failed.read_text()}",
                }
            second = self._execute_module(
                module_name="daemon", module_args={**arguments, "restart_stale": True}, task_vars=task_vars
            )
            if second.get("failed"):
                failed.write_text(str((task_vars or {}).get("inventory_hostname", "an earlier host")))
        result.update(second)
        return result
