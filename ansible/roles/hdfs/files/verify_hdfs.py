"""HDFS through the data path, as an ordinary user on a DataNode's host; prints figures, fails with the reason.

A file is written and read back twice, first with short-circuit reads, then with them off. The DataNode writes into its
journal which block's files it has handed to a local reader: every block of the first reading must be there, none of the
second.
"""

import hashlib
import os
import re
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

import yaml

USER = "analyst"
BYTES = 24 << 20
_BLOCK = re.compile(r"blk_(\d+)_\d+ len=(\d+)")
_HANDED_OUT = re.compile(r"op: REQUEST_SHORT_CIRCUIT_FDS, blockid: (\d+),.* success: true")


def hdfs(*arguments: str, stdin: bytes | None = None) -> bytes:
    """One `hdfs dfs` command as the ordinary user."""
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LANG": "C.UTF-8"}
    command = ["/usr/local/bin/hdfs", "dfs", *arguments]
    done = subprocess.run(command, input=stdin, capture_output=True, check=False, user=USER, cwd="/", env=environment)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)} as {USER}: {done.stderr.decode(errors='replace').strip()[-600:]}")
    return done.stdout


def block_lengths(settings: dict[str, Any], path: str) -> dict[str, int]:
    """Length of each block of a file, by its number."""
    query = urllib.parse.urlencode({"ugi": USER, "files": 1, "blocks": 1, "path": path})
    for namenode in settings["hosts"]["namenode"]:
        url = f"http://{namenode}:{settings['hdfs_namenode_http_port']}/fsck?{query}"
        with urllib.request.urlopen(url, timeout=30) as answer:
            if found := _BLOCK.findall(answer.read().decode()):
                return {number: int(length) for number, length in found}
    raise SystemExit(f"no NameNode names the blocks of {path}; run hdfs fsck on it")


def handed_out_since(moment: float) -> set[str]:
    """Numbers of the blocks whose files this host's DataNode has handed to local readers."""
    subprocess.run(["journalctl", "--sync"], check=True)
    command = ["journalctl", "--unit", "hdfs-datanode", "--output", "cat", "--no-pager", f"--since=@{moment:.3f}"]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return set(_HANDED_OUT.findall(lines))


def read(path: str, digest: str, short_circuit: str) -> tuple[set[str], float]:
    """Blocks handed out while the file was read, and the seconds that took."""
    since, started = time.time(), time.monotonic()
    found = hashlib.sha256(hdfs(f"-Ddfs.client.read.shortcircuit={short_circuit}", "-cat", path)).hexdigest()
    seconds = time.monotonic() - started
    if found != digest:
        raise SystemExit(f"{path} reads as sha256 {found}, was written as {digest}; run hdfs fsck on it")
    return handed_out_since(since), seconds


def main() -> int:
    """Write, read back, count."""
    settings = yaml.safe_load(Path("/etc/gridlake/platform.yml").read_text(encoding="utf-8"))
    content = os.urandom(BYTES)
    digest = hashlib.sha256(content).hexdigest()
    path = f"/user/{USER}/verify-hdfs-{os.getpid()}"
    started = time.monotonic()
    try:
        hdfs("-put", "-", path, stdin=content)
        written = time.monotonic() - started
        lengths = block_lengths(settings, path)
        local, seconds = read(path, digest, "true")
        remote, _ = read(path, digest, "false")
    finally:
        hdfs("-rm", "-f", "-skipTrash", path)
    short_circuit = sum(length for number, length in lengths.items() if number in local)
    if short_circuit != BYTES:
        raise SystemExit(
            f"{short_circuit} of {BYTES} bytes read short-circuit; look at /run/hadoop-hdfs and `hadoop checknative`"
        )
    if remote & set(lengths):
        raise SystemExit("blocks were handed out with short-circuit off: this check cannot fail, so it proves nothing")
    print(f"hdfs write and read back: {BYTES} bytes, sha256 equal, written in {written:.1f} s, read in {seconds:.1f} s")
    print(f"hdfs short-circuit: {short_circuit} of {BYTES} bytes, 0 with short-circuit off")
    return 0


if __name__ == "__main__":
    sys.exit(main())
