"""Unpack one assembled distribution on a host and put its programs on everybody's PATH."""

from __future__ import annotations

import hashlib
import os
import subprocess
import tempfile
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = r"""
module: distribution
short_description: Unpack a distribution from the mirror under /opt
options:
  name: {description: Name in the mirror's manifest, type: str, required: true}
  version: {description: Filled in by the action plugin, type: str}
  archive: {description: Path of the archive on the host, type: path}
  sha512: {description: Expected digest of the archive, type: str}
  copied: {description: "Whether the archive was copied here, where they are; from the action plugin", type: str}
  link_bin: {description: Commands of bin/ that belong on the PATH, type: list, elements: str}
"""

STAMP = ".gridlake-sha512"
PROGRAMS = Path("/usr/local/bin")


def sha512_of(path: Path) -> str:
    """Hexadecimal SHA-512 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha512").hexdigest()


def unpack(archive: Path, destination: Path, expected: str) -> None:
    """Unpack beside ``destination`` and rename, so that a killed run is simply repeated."""
    with tempfile.TemporaryDirectory(dir=destination.parent, prefix=f".{destination.name}.") as scratch:
        fresh = Path(scratch) / "fresh"
        fresh.mkdir(mode=0o755)
        subprocess.run(
            ["tar", "--extract", "--zstd", "--no-same-owner", f"--file={archive}", f"--directory={fresh}"],
            check=True,
            capture_output=True,
        )
        nested = fresh / destination.name
        root = nested if nested.is_dir() else fresh
        root.chmod(0o755)
        (root / STAMP).write_text(expected + "\n")
        if destination.exists():
            destination.rename(Path(scratch) / "replaced")
        root.rename(destination)


def wanted_links(destination: Path, link: Path, commands: list[str]) -> dict[Path, str]:
    """Symbolic links that make the distribution and its commands reachable."""
    return {link: destination.name} | {PROGRAMS / name: str(link / "bin" / name) for name in commands}


def main() -> None:
    """Bring the host to the stated distribution; changed only where something was unpacked or linked."""
    module = AnsibleModule(
        argument_spec={
            "name": {"type": "str", "required": True},
            "version": {"type": "str", "required": True},
            "archive": {"type": "path", "required": True},
            "sha512": {"type": "str", "required": True},
            "copied": {"type": "str", "choices": ["", "no", "yes"], "default": ""},
            "link_bin": {"type": "list", "elements": "str", "default": []},
        },
        supports_check_mode=True,
    )
    # Whatever mask the login has: what is made on the way must be readable to the accounts that use it.
    os.umask(0o022)
    name, expected = module.params["name"], module.params["sha512"]
    archive = Path(module.params["archive"])
    link = Path("/opt") / name
    destination = Path("/opt") / f"{name}-{module.params['version']}"
    stamp = destination / STAMP
    changed = not (stamp.is_file() and stamp.read_text().strip() == expected)
    if changed and not module.check_mode:
        if module.params["copied"] == "no":
            module.exit_json(changed=False, wants_archive=True)
        if not archive.is_file():
            module.fail_json(msg=f"{archive} is not on this host; run `make mirror`, then this playbook again")
        found = sha512_of(archive)
        if found != expected:
            module.fail_json(
                msg=f"{archive}: sha512 is {found}, the mirror's manifest says {expected}; remove {archive.name} from "
                "dist/ in the controller's cache and run `make mirror`, which makes it anew, then this playbook again"
            )
        unpack(archive, destination, expected)
        if module.params["copied"]:
            archive.unlink()
    if changed and module.check_mode:
        module.exit_json(changed=True, path=str(destination))
    for path, target in wanted_links(destination, link, module.params["link_bin"]).items():
        if path.is_symlink() and str(path.readlink()) == target:
            continue
        changed = True
        if not module.check_mode:
            if path.exists() and not path.is_symlink():
                module.fail_json(msg=f"{path} exists and is not a link of ours; move it away")
            temporary = path.with_name(f".{path.name}.new")
            temporary.unlink(missing_ok=True)
            temporary.symlink_to(target)
            temporary.replace(path)
    module.exit_json(changed=changed, path=str(destination))


if __name__ == "__main__":
    main()
