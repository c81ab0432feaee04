"""Accounts, directories, files and links of one service, in one task.

One task for a host costs about a CPU-second whatever it does, so a role states everything it puts on a host at once.
Files are written to a temporary name in the same directory and renamed, so that a killed run never leaves half a file.
"""

from __future__ import annotations

import grp
import os
import pwd
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = r"""
module: config_files
short_description: Put a service's accounts, directories, files and links on a host
options:
  service: {description: Name of the service; names its sysusers.d file, type: str, required: true}
  users: {description: System accounts, type: list, elements: dict}
  directories: {description: Directories with owner, group and mode, type: list, elements: dict}
  files: {description: Files with their whole content, type: list, elements: dict}
  links: {description: Symbolic links, type: list, elements: dict}
  trees: {description: Folders with these members and no others (from the action plugin), type: list, elements: dict}
  absent: {description: Files and links that must not exist, type: list, elements: path}
"""

_USER = {
    "name": {"type": "str", "required": True},
    "home": {"type": "path", "default": "/nonexistent"},
    "shell": {"type": "path", "default": "/usr/sbin/nologin"},
    # Where it exists, its owner's number becomes the account's: data outlives the root of a rebuilt host.
    "data": {"type": "path", "default": None},
    "groups": {"type": "list", "elements": "str", "default": []},
}
_OWNED = {
    "path": {"type": "path", "required": True},
    "owner": {"type": "str", "default": "root"},
    "group": {"type": "str", "default": "root"},
}
_DIRECTORY = {**_OWNED, "mode": {"type": "str", "default": "0755"}}
_FILE = {**_OWNED, "mode": {"type": "str", "default": "0644"}, "content": {"type": "str", "required": True}}
_LINK = {"path": {"type": "path", "required": True}, "target": {"type": "str", "required": True}}
_TREE = {
    "path": {"type": "path", "required": True},
    "members": {"type": "list", "elements": "str", "required": True},
}


class State:
    """What has been changed so far, and whether changing is allowed at all."""

    def __init__(self, module: AnsibleModule) -> None:
        """Nothing has been changed yet."""
        self.module = module
        self.changed_paths: list[str] = []
        self.before: list[str] = []
        self.after: list[str] = []

    @property
    def dry(self) -> bool:
        """Whether only a prediction was asked for (--check)."""
        return bool(self.module.check_mode)

    def note(self, path: Path, before: str = "", after: str = "") -> None:
        """Record that ``path`` changes from ``before`` to ``after`` (text shown by --diff)."""
        self.changed_paths.append(str(path))
        self.before.append(f"# {path}\n{before}")
        self.after.append(f"# {path}\n{after}")


def _sysusers_text(users: list[dict[str, Any]]) -> str:
    lines = []
    for user in users:
        number = user["data"] or "-"
        lines.append(f'u {user["name"]} {number} "Gridlake {user["name"]}" {user["home"]} {user["shell"]}')
        for group in user["groups"]:
            lines += [f"g {group} -", f"m {user['name']} {group}"]
    return "\n".join(lines) + "\n"


def _set_owner_and_mode(state: State, path: Path, entry: dict[str, Any]) -> bool:
    """Make owner, group and mode as stated; True when something differed."""
    wanted_mode = int(entry["mode"], 8)
    try:
        uid, gid = pwd.getpwnam(entry["owner"]).pw_uid, grp.getgrnam(entry["group"]).gr_gid
    except KeyError as error:
        if state.dry:  # the account is created by this very task
            return True
        state.module.fail_json(msg=f"{path}: {error}; name the account under `users` or create it first")
    found = path.lstat()
    differs = (found.st_uid, found.st_gid, found.st_mode & 0o7777) != (uid, gid, wanted_mode)
    if differs and not state.dry:
        os.chown(path, uid, gid)
        path.chmod(wanted_mode)
    return differs


def _account_exists(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def ensure_users(state: State, service: str, users: list[dict[str, Any]]) -> None:
    """Create system accounts by systemd-sysusers, which also keeps them declared on the host."""
    if not users:
        return
    path, text = Path(f"/etc/sysusers.d/gridlake-{service}.conf"), _sysusers_text(users)
    before = path.read_text() if path.exists() else ""
    if before == text and all(_account_exists(user["name"]) for user in users):
        return
    state.note(path, before, text)
    if state.dry:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".new")
    unfinished.write_text(text)
    made = subprocess.run(["systemd-sysusers", str(unfinished)], check=False, capture_output=True, text=True)
    if made.returncode != 0:
        state.module.fail_json(msg=f"systemd-sysusers did not create the accounts of {service}: {made.stderr.strip()}")
    # Last, so that a killed run is done again.
    unfinished.replace(path)


def ensure_directory(state: State, entry: dict[str, Any]) -> None:
    """Create one directory (with parents) and set its owner and mode."""
    path = Path(entry["path"])
    missing = not path.is_dir()
    if missing and not state.dry:
        path.mkdir(parents=True)
    if missing and state.dry:
        state.note(path, after="directory\n")
    elif _set_owner_and_mode(state, path, entry) or missing:
        state.note(path, after=f"{entry['owner']}:{entry['group']} {entry['mode']}\n")


def ensure_file(state: State, entry: dict[str, Any]) -> None:
    """Write one file whole, by rename, and set its owner and mode."""
    path = Path(entry["path"])
    before = path.read_text() if path.is_file() and not path.is_symlink() else None
    if before == entry["content"]:
        if _set_owner_and_mode(state, path, entry):
            state.note(path, after=f"{entry['owner']}:{entry['group']} {entry['mode']}\n")
        return
    secret = int(entry["mode"], 8) & 0o007 == 0
    state.note(path, "(hidden)\n" if secret else before or "", "(hidden, changed)\n" if secret else entry["content"])
    if state.dry:
        return
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(entry["content"])
        _set_owner_and_mode(state, temporary, entry)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def ensure_link(state: State, entry: dict[str, Any]) -> None:
    """Point one symbolic link at its target."""
    path = Path(entry["path"])
    before = str(path.readlink()) if path.is_symlink() else ""
    if before == entry["target"]:
        return
    state.note(path, before + "\n", entry["target"] + "\n")
    if not state.dry:
        temporary = path.with_name(f".{path.name}.new")
        temporary.unlink(missing_ok=True)
        temporary.symlink_to(entry["target"])
        temporary.replace(path)


def ensure_absent(state: State, name: str) -> None:
    """Remove one file or link; directories are refused, their removal is a step of its own."""
    path = Path(name)
    if not (path.is_symlink() or path.exists()):
        return
    if path.is_dir() and not path.is_symlink():
        state.module.fail_json(msg=f"{path} is a directory; remove it in a playbook of its own")
    state.note(path, "present\n", "absent\n")
    if not state.dry:
        path.unlink()


def ensure_only_members(state: State, entry: dict[str, Any]) -> None:
    """Remove files of an earlier version from a folder that is shipped whole."""
    root = Path(entry["path"])
    members = {root / name for name in entry["members"]}
    for path in sorted(root.rglob("*")) if root.is_dir() else []:
        if path.is_file() and path not in members and "__pycache__" not in path.parts:
            ensure_absent(state, str(path))


def main() -> None:
    """Apply the stated objects in the order accounts, directories, files, links, removals."""
    module = AnsibleModule(
        argument_spec={
            "service": {"type": "str", "required": True},
            "users": {"type": "list", "elements": "dict", "options": _USER, "default": []},
            "directories": {"type": "list", "elements": "dict", "options": _DIRECTORY, "default": []},
            "files": {"type": "list", "elements": "dict", "options": _FILE, "default": []},
            "links": {"type": "list", "elements": "dict", "options": _LINK, "default": []},
            "trees": {"type": "list", "elements": "dict", "options": _TREE, "default": []},
            "absent": {"type": "list", "elements": "path", "default": []},
        },
        supports_check_mode=True,
    )
    # Whatever mask the login has: what is made on the way must be readable to the accounts that use it.
    os.umask(0o022)
    state = State(module)
    ensure_users(state, module.params["service"], module.params["users"])
    for entry in module.params["directories"]:
        ensure_directory(state, entry)
    for entry in module.params["files"]:
        ensure_file(state, entry)
    for entry in module.params["links"]:
        ensure_link(state, entry)
    for entry in module.params["trees"]:
        ensure_only_members(state, entry)
    for name in module.params["absent"]:
        ensure_absent(state, name)
    module.exit_json(
        changed=bool(state.changed_paths),
        changed_paths=state.changed_paths,
        diff={"before": "".join(state.before), "after": "".join(state.after)},
    )


if __name__ == "__main__":
    main()
