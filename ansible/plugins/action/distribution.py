"""Controller side of ``distribution``: looks the archive up in the mirror's manifest and delivers it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):
    """Read ``mirror_dist_dir``/manifest.json once per task and call the module with version and digest."""

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Deliver (bind mount or copy, by ``mirror_delivery``) and unpack the named distribution."""
        variables = task_vars or {}
        result: dict[str, Any] = super().run(tmp, variables)
        name = self._task.args["name"]
        dist = Path(self._templar.template(variables["mirror_dist_dir"]))
        manifest = dist / "manifest.json"
        try:
            entry = json.loads(manifest.read_text())[name]
        except (OSError, KeyError) as error:
            raise AnsibleActionFail(f"{manifest} has no distribution {name!r} ({error}); run `make mirror`") from error
        on_host = Path(self._templar.template(variables["mirror_dist_on_hosts"])) / entry["file"]
        arguments = {
            "name": name,
            "archive": str(on_host),
            **{key: entry[key] for key in ("version", "sha512", "link_bin")},
        }
        copies = self._templar.template(variables["mirror_delivery"]) == "copy"
        answer = self._module({**arguments, "copied": "no" if copies else ""}, variables)
        # Only a host that lacks the distribution gets the archive, and keeps it no longer than it takes to unpack.
        if answer.get("wants_archive"):
            copied = self._copy(dist / entry["file"], on_host, variables)
            if copied.get("failed"):
                return copied
            answer = self._module({**arguments, "copied": "yes"}, variables)
        result.update(answer)
        return result

    def _module(self, arguments: dict[str, Any], variables: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = self._execute_module(
            module_name="distribution", module_args=arguments, task_vars=variables
        )
        return answer

    def _copy(self, source: Path, destination: Path, variables: dict[str, Any]) -> dict[str, Any]:
        task = self._task.copy()
        task.args = {"src": str(source), "dest": f"{destination.parent}/", "mode": "0644"}
        action = self._shared_loader_obj.action_loader.get(
            "ansible.builtin.copy",
            task=task,
            connection=self._connection,
            play_context=self._play_context,
            loader=self._loader,
            templar=self._templar,
            shared_loader_obj=self._shared_loader_obj,
        )
        outcome: dict[str, Any] = action.run(task_vars=variables)
        return outcome
