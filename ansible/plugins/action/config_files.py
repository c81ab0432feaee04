"""Controller side of ``config_files``: reads whole trees of text files from the controller.

``trees: [{source: folder on the controller, path: folder on the host, owner, group, mode}]`` ships every file below
``source`` and removes what an earlier version shipped there and this one does not have.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

# What tools leave beside sources; never part of what a host needs.
_LEFT_BEHIND = {"__pycache__", "target", "logs", ".pytest_cache", ".mypy_cache", ".ruff_cache"}


def tree_files(source: Path) -> list[Path]:
    """Files below ``source``, also in folders that are links, sorted, without what tools leave behind."""
    walk = os.walk(source, followlinks=True)
    found = (Path(folder, name) for folder, _, names in walk for name in names)
    return sorted(path for path in found if not _LEFT_BEHIND & set(path.relative_to(source).parts))


class ActionModule(ActionBase):
    """Expand trees into files, then run the module once."""

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Converge the stated objects on one host."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        arguments = dict(self._task.args)
        files, directories = list(arguments.get("files") or []), list(arguments.get("directories") or [])
        trees = []
        for tree in arguments.pop("trees", []):
            source, destination = Path(tree["source"]), Path(tree["path"])
            owned = {key: tree[key] for key in ("owner", "group") if key in tree}
            members = tree_files(source)
            if not members:
                raise AnsibleActionFail(f"{source} holds no file; a tree that ships nothing is a mistake in the role")
            folders = sorted({destination / path.relative_to(source).parent for path in members} | {destination})
            directories += [{"path": str(folder), "mode": "0755", **owned} for folder in folders]
            for path in members:
                target = destination / path.relative_to(source)
                mode = "0755" if path.stat().st_mode & 0o100 else "0644"
                files.append(
                    {"path": str(target), "content": path.read_text(), "mode": tree.get("mode", mode), **owned}
                )
            trees.append({"path": str(destination), "members": [str(path.relative_to(source)) for path in members]})
        arguments.update(files=files, directories=directories, trees=trees)
        result.update(self._execute_module(module_name="config_files", module_args=arguments, task_vars=task_vars))
        return result
