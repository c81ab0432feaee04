"""One play at a time that changes an inventory's hosts: a second one is refused before it speaks to any of them."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path
from typing import IO, Any

from ansible import context
from ansible.plugins.callback import CallbackBase

DOCUMENTATION = r"""
name: one_at_a_time
type: notification
short_description: Refuse a play while another one changes the same inventory's hosts
description:
  - Two runs at once would restart daemons past each other's health gates.
  - Holds a lock in C($GRIDLAKE_STATE) as long as the play's process lives, so a killed one leaves none behind.
  - It knows of this machine's runs only. Playbooks that change nothing run beside everything.
"""

CHANGE_NOTHING = {"lab_status.yml", "settings_render.yml", "support_bundle.yml", "verify.yml"}
PATIENCE_SECONDS = 10  # in which the workers of a play that was just killed end


class CallbackModule(CallbackBase):
    """Takes the lock when the playbook starts; the process gives it back when it ends."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "one_at_a_time"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        """Nothing is held yet."""
        super().__init__()
        self.held: IO[str] | None = None

    def v2_playbook_on_start(self, playbook: Any) -> None:
        """Take the lock of the first inventory, which names the cluster."""
        sources = context.CLIARGS["inventory"] or ()
        # With a comma it is a list of hosts, and no folder names their cluster.
        if Path(playbook._file_name).name in CHANGE_NOTHING or not sources or "," in sources[0]:
            return
        hosts = Path(sources[0]).resolve()
        inventory = hosts.parent.name if hosts.is_file() else hosts.name
        path = Path(os.environ.get("GRIDLAKE_STATE") or "/var/lib/gridlake", "lab", f"{inventory}.play.lock")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self.held = path.open("a+")
        except OSError as error:
            # Passwords are kept there too: a play that writes any of them will say so itself.
            self._display.warning(f"{path} cannot be opened ({error.strerror}): another run would not be noticed")
            return
        if not self._locked():
            self.held.seek(0)
            # Ansible swallows what a callback raises, except this.
            self._display.error(
                f"Another run works on the hosts of inventory {inventory}: {self.held.read().strip() or path}. "
                "Wait until it has ended, then run this again. Nothing has been changed."
            )
            raise SystemExit(2)
        self.held.truncate(0)
        self.held.write(f"{Path(playbook._file_name).name}, process {os.getpid()}, since {time.strftime('%F %T %Z')}\n")
        self.held.flush()

    def _locked(self) -> bool:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self.held:
            try:
                fcntl.flock(self.held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    return False
                time.sleep(0.2)
            else:
                return True
        return False
