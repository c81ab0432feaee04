"""Worker processes leave nobody behind."""

import os
import signal
import subprocess
import sys
from contextlib import suppress

WAITING = """
import os, time
from headend import workers
pool = workers.pool(1)
print(pool.submit(os.getpid).result(), flush=True)
time.sleep(600)
"""


def test_a_killed_command_leaves_no_worker_behind() -> None:
    with subprocess.Popen([sys.executable, "-c", WAITING], stdout=subprocess.PIPE, text=True) as command:
        assert command.stdout is not None
        worker = int(command.stdout.readline())
        command.kill()
        try:
            # The worker holds the other end of the same pipe: it closes when both have ended.
            command.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)
            raise
