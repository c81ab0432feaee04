"""Where the time of a playbook goes: seconds by role, changed counts and tasks times hosts, as JSON.

Written to ``$GRIDLAKE_REPORT`` (build/cluster/<inventory>.json for site.yml) when that is set.
"""

from __future__ import annotations

import json
import os
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = r"""
name: gridlake_report
type: notification
short_description: Seconds by role, changed counts and tasks times hosts as JSON
description: Writes a report to the path in the environment variable GRIDLAKE_REPORT.
"""


class CallbackModule(CallbackBase):
    """Measures tasks as they start and end."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "gridlake_report"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        """The clock starts with the playbook."""
        super().__init__()
        self.started = time.monotonic()
        self.role = "play"
        self.role_started = self.started
        self.roles: dict[str, float] = defaultdict(float)
        self.changed: list[str] = []
        self.figures: dict[str, str] = {}
        self.task_hosts = 0
        self.failed = 0
        self.silent: list[str] = []

    def _switch(self, role: str) -> None:
        now = time.monotonic()
        self.roles[self.role] += now - self.role_started
        self.role, self.role_started = role, now

    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool) -> None:
        """A task starts: its role's clock runs."""
        del is_conditional
        self._switch(task._role.get_name() if task._role else "play")

    def v2_runner_on_ok(self, result: Any) -> None:
        """Count one task on one host, and name it when it changed something."""
        self.task_hosts += 1
        if result._result.get("changed"):
            self.changed.append(f"{result._host.get_name()}: {result._task.get_name()}")
        # Checks register their outcome under this name; what they print is the figure that people ask for.
        if str(result._task.register or "").endswith("_verified"):
            figure = str(result._result.get("stdout", "")).strip()
            self.figures[f"{result._host.get_name()}: {result._task.get_name()}"] = figure
            self._display.display(f"  {figure}", color="green")

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        """Count one failure."""
        del result
        self.task_hosts += 1
        self.failed += not ignore_errors

    def v2_runner_on_unreachable(self, result: Any) -> None:
        """An unreachable host is a failure, and Ansible does not say what to do about it."""
        self.failed += 1
        self.silent.append(result._host.get_name())

    def v2_playbook_on_stats(self, stats: Any) -> None:
        """Tell the next step for hosts that did not answer, and write the report."""
        del stats
        if self.silent:
            self._display.error(
                f"{', '.join(sorted(self.silent))}: no answer over SSH, so the run ended there. See whether "
                "the host is up (in a lab: `make lab-status`, and `make lab-up` brings it back), then run the same "
                "command again; what was done is kept."
            )
        target = os.environ.get("GRIDLAKE_REPORT")
        if not target:
            return
        self._switch("end")
        report = {
            "seconds": round(time.monotonic() - self.started, 1),
            "changed": len(self.changed),
            "failed": self.failed,
            "task_hosts": self.task_hosts,
            "roles": {
                role: round(seconds, 1) for role, seconds in sorted(self.roles.items(), key=lambda item: -item[1])
            },
            "changed_tasks": self.changed,
            "figures": self.figures,
        }
        path = Path(target)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(report, indent=2) + "\n")
