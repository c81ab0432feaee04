"""A person at a terminal: what they type, what they see, and how the program ends."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Sequence
from pathlib import Path

ESCAPES = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)|[=>]|[()][A-Z0-9])")
_ROWS, _COLUMNS = 40, 120


class Terminal:
    """One program on a pseudo-terminal, for use with ``contextlib.closing``."""

    def __init__(self, command: Sequence[str], directory: Path, kind: str) -> None:
        self._output, self._read = "", 0
        self._side, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", _ROWS, _COLUMNS, 0, 0))
        self.process = subprocess.Popen(
            command,
            cwd=directory,
            env={**os.environ, "TERM": kind},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)

    def close(self) -> None:
        """End the program, whatever it is doing, with everything that it started."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        os.close(self._side)

    @property
    def seen(self) -> str:
        """All text so far, without what colours it or moves the cursor."""
        return ESCAPES.sub("", self._output)

    def type(self, line: str) -> None:
        """A line and Return."""
        os.write(self._side, f"{line}\r".encode())

    def see(self, pattern: str, timeout: float = 120) -> str:
        """Wait until the pattern appears after what was seen last; the text that matched."""
        deadline = time.monotonic() + timeout
        while (match := re.search(pattern, self.seen[self._read :])) is None:
            assert self._more(deadline), f"no {pattern!r} within {timeout} s, but:\n{self.seen}"
        self._read += match.end()
        return match.group()

    def ended(self, timeout: float = 60) -> int:
        """Exit code of the program, which must end by itself."""
        deadline = time.monotonic() + timeout
        while self._more(deadline):
            pass
        assert time.monotonic() < deadline, f"did not end within {timeout} s:\n{self.seen}"
        return self.process.wait(timeout=max(1.0, deadline - time.monotonic()))

    def _more(self, deadline: float) -> bool:
        """Read a piece; False at the end of the program or of the time."""
        ready, _, _ = select.select([self._side], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            return False
        try:
            piece = os.read(self._side, 65_536)
        except OSError:  # how a pseudo-terminal tells that the other side has closed
            return False
        self._output += piece.decode(errors="replace")
        return bool(piece)
