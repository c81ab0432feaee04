"""Controller side of ``host_preflight``: what its own clock said before and after the host's was read."""

from __future__ import annotations

import time
from typing import Any

from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):
    """Call the module and add ``asked``, the two ends of the time in which the host's clock was read."""

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Facts of the host with the controller's times."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        before = time.time()
        result.update(self._execute_module(module_name="host_preflight", task_vars=task_vars))
        result["asked"] = [before, time.time()]
        return result
