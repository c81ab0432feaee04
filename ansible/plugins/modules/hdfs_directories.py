"""Directories of HDFS with owner, group, mode and quota, over WebHDFS: no JVM is started, however many there are."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = r"""
module: hdfs_directories
short_description: Make HDFS directories be as declared
description:
  - Creates what is missing and sets owner, group, mode and quota where they differ. It never deletes and never empties.
  - Waits while the NameNode is starting or in safe mode.
options:
  namenodes: {description: Web servers of the NameNodes as host:port, type: list, elements: str, required: true}
  user: {description: HDFS superuser, type: str, default: hdfs}
  directories:
    description: Each with path, owner, group, mode, quota_names and quota_space_mb; parents first.
    type: list
    elements: dict
  timeout: {description: Seconds to wait for a NameNode that accepts changes, type: int, default: 120}
"""

_DIRECTORY = {
    "path": {"type": "str", "required": True},
    "owner": {"type": "str", "required": True},
    "group": {"type": "str", "required": True},
    "mode": {"type": "str", "required": True},
    "quota_names": {"type": "int", "default": -1},
    "quota_space_mb": {"type": "int", "default": -1},
}
_MEBIBYTE = 1 << 20
# What a NameNode says while it cannot take changes yet, or is not the one that does.
_PASSING = {"SafeModeException", "RetriableException", "StandbyException", "IOException: NameNode still not started"}


class NotYetError(Exception):
    """The NameNode does not take changes now, but may soon."""


class RefusedError(Exception):
    """The NameNode refused an operation for good."""


class WebHdfs:
    """The few operations of WebHDFS that directories need."""

    def __init__(self, namenode: str, user: str) -> None:
        """One NameNode, asked as ``user``."""
        self.namenode, self.user = namenode, user

    def call(self, method: str, path: str, operation: str, **parameters: Any) -> dict[str, Any]:
        """One request; an empty answer is an empty mapping, a missing path an empty one for GET."""
        query = urllib.parse.urlencode({"op": operation, "user.name": self.user, **parameters})
        url = f"http://{self.namenode}/webhdfs/v1{urllib.parse.quote(path)}?{query}"
        try:
            with urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=20) as answer:
                text = answer.read()
        except urllib.error.HTTPError as error:
            said = error.read().decode(errors="replace")
            if error.code == 404 and "FileNotFoundException" in said:
                return {}
            if any(name in said for name in _PASSING) or error.code == 503:
                raise NotYetError(f"{self.namenode}: {said[:300]}") from error
            raise RefusedError(f"{operation} {path}: {self.namenode} answered {error.code}: {said[:300]}") from error
        except OSError as error:
            raise NotYetError(f"{self.namenode}: {error}") from error
        found: dict[str, Any] = json.loads(text) if text else {}
        return found


def found_state(hdfs: WebHdfs, wanted: dict[str, Any]) -> dict[str, Any]:
    """What the path is now, in the words of the declaration; empty when it does not exist."""
    path = wanted["path"]
    status = hdfs.call("GET", path, "GETFILESTATUS").get("FileStatus")
    if status is None:
        return {}
    if status["type"] != "DIRECTORY":
        raise RefusedError(f"{path} is a {status['type'].lower()}; move it away, then run this again")
    quota = hdfs.call("GET", path, "GETQUOTAUSAGE")["QuotaUsage"]
    space = quota["spaceQuota"]
    return {
        "owner": status["owner"],
        "group": status["group"],
        "mode": status["permission"].zfill(4),
        # The root always has a quota of names that nobody set.
        "quota_names": quota["quota"] if path != "/" else -1,
        "quota_space_mb": space // _MEBIBYTE if space > 0 else -1,
    }


def wanted_state(directory: dict[str, Any]) -> dict[str, Any]:
    """The declaration in the form of :func:`found_state`."""
    fields = ("owner", "group", "quota_names", "quota_space_mb")
    return {"mode": directory["mode"].zfill(4), **{field: directory[field] for field in fields}}


def apply(hdfs: WebHdfs, path: str, found: dict[str, Any], wanted: dict[str, Any]) -> None:
    """Change what differs, one operation each."""
    if not found:
        hdfs.call("PUT", path, "MKDIRS", permission="0755")
    if any(found.get(field) != wanted[field] for field in ("owner", "group")):
        hdfs.call("PUT", path, "SETOWNER", owner=wanted["owner"], group=wanted["group"])
    # After SETOWNER, which may clear bits of the mode.
    if found.get("mode") != wanted["mode"]:
        hdfs.call("PUT", path, "SETPERMISSION", permission=wanted["mode"])
    space = wanted["quota_space_mb"]
    if any(found.get(field, -1) != wanted[field] for field in ("quota_names", "quota_space_mb")):
        hdfs.call(
            "PUT",
            path,
            "SETQUOTA",
            namespacequota=wanted["quota_names"],
            storagespacequota=space * _MEBIBYTE if space > 0 else -1,
        )


def converge(hdfs: WebHdfs, directories: list[dict[str, Any]], change: bool) -> list[tuple[str, Any, Any]]:
    """Path, former and new state of every directory that differs."""
    differences = []
    for directory in directories:
        found, wanted = found_state(hdfs, directory), wanted_state(directory)
        if found != wanted:
            differences.append((directory["path"], found, wanted))
            if change:
                apply(hdfs, directory["path"], found, wanted)
    return differences


def main() -> None:
    """Try the NameNodes in turn until one takes the declaration."""
    module = AnsibleModule(
        argument_spec={
            "namenodes": {"type": "list", "elements": "str", "required": True},
            "user": {"type": "str", "default": "hdfs"},
            "directories": {"type": "list", "elements": "dict", "options": _DIRECTORY, "required": True},
            "timeout": {"type": "int", "default": 120},
        },
        supports_check_mode=True,
    )
    namenodes, directories = module.params["namenodes"], module.params["directories"]
    deadline = time.monotonic() + module.params["timeout"]
    done: dict[str, tuple[Any, Any]] = {}
    pause, attempt = 0.5, 0
    while True:
        hdfs = WebHdfs(namenodes[attempt % len(namenodes)], module.params["user"])
        attempt += 1
        try:
            for path, found, wanted in converge(hdfs, directories, not module.check_mode):
                done.setdefault(path, (found, wanted))
            break
        except RefusedError as error:
            module.fail_json(msg=str(error))
        except NotYetError as error:
            if module.check_mode:
                module.exit_json(changed=True, msg=f"no NameNode to compare with ({error}); nothing has been looked at")
            if time.monotonic() > deadline:
                module.fail_json(msg=f"no NameNode took the directories within {module.params['timeout']} s: {error}")
        time.sleep(pause)
        pause = min(pause * 1.5, 3.0)
    module.exit_json(
        changed=bool(done),
        changed_paths=sorted(done),
        diff={
            "before": "".join(f"{path} {found}\n" for path, (found, _) in done.items()),
            "after": "".join(f"{path} {wanted}\n" for path, (_, wanted) in done.items()),
        },
    )


if __name__ == "__main__":
    main()
