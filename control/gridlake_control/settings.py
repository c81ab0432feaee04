"""Hadoop's settings.

``render`` writes hadoop_conf/rendered/<inventory>/, ``check`` says what is wrong with hadoop_conf/sites.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from gridlake_control import paths, setting_keys
from gridlake_control.errors import ControlError

RENDERED = paths.CHECKOUT / "hadoop_conf" / "rendered"


class SettingsRefusedError(ControlError):
    """hadoop_conf cannot be rendered; the message says which file or key and what to do."""


def rendered(inventory: str) -> dict[str, str]:
    """XML files by name as the hosts of an inventory get them: Ansible itself renders, so no precedence is imitated."""
    inventories = paths.CHECKOUT / "ansible" / "inventories"
    hosts = inventories / inventory
    known = sorted(path.parent.name for path in inventories.glob("*/hosts.yml"))
    if inventory not in known:
        raise SettingsRefusedError(f"no inventory {inventory!r}; there are: {', '.join(known)}")
    playbook = paths.CHECKOUT / "ansible" / "playbooks" / "settings_render.yml"
    environment = {**os.environ, "ANSIBLE_CONFIG": str(paths.CHECKOUT / "ansible" / "ansible.cfg")}
    with tempfile.TemporaryDirectory() as scratch:
        command = [sys.executable, "-m", "ansible", "playbook", "-i", str(hosts), str(playbook)]
        done = subprocess.run(
            [*command, "-e", f"settings_render_to={scratch}"],
            check=False,
            capture_output=True,
            text=True,
            env=environment,
        )
        if done.returncode != 0:
            raise SettingsRefusedError(f"{inventory} cannot be rendered:\n{done.stdout}{done.stderr}")
        return {path.name: path.read_text(encoding="utf-8") for path in sorted(Path(scratch).glob("*.xml"))}


def render(inventory: str) -> list[Path]:
    """Bring the golden files of an inventory up to date; the ones that changed."""
    changed = []
    files, folder = rendered(inventory), RENDERED / inventory
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        path = folder / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            changed.append(path)
    return changed


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(prog="gridlake_control.settings", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("render").add_argument("--inventory", default="lab")
    commands.add_parser("check")
    options = parser.parse_args()
    try:
        sites = setting_keys.sites()
        found = list(setting_keys.problems(sites, setting_keys.known_keys(sites, paths.mirror())))
        if found:
            raise SettingsRefusedError("hadoop_conf/sites has problems:\n  " + "\n  ".join(found))
        if options.command == "render":
            for path in render(options.inventory):
                print(path.relative_to(paths.CHECKOUT))
    except ControlError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
