"""Collects what a support case needs from one host into a tar archive; prints its path and size.

Secrets stay out by two rules: only files that everyone on the host may read are taken, and in those and in journals,
values of keys that look like secrets are masked.
"""

import io
import re
import subprocess
import sys
import tarfile
from pathlib import Path

ARCHIVE = Path("/var/lib/gridlake/support.tar.gz")
FOLDERS = ("gridlake", "hadoop", "spark", "kafka", "trino", "hive-metastore", "airflow", "systemd/system", "sysusers.d")
UNITS = ("hdfs-*", "yarn-*", "spark-*", "kafka", "hive-metastore", "trino", "airflow-*", "postgresql@*")
COMMANDS = {
    "units.txt": ["systemctl", "list-units", "--all", "--no-pager", *UNITS],
    "failed.txt": ["systemctl", "list-units", "--failed", "--no-pager"],
    "memory.txt": ["ps", "-eo", "pid,user,rss,etimes,comm", "--sort=-rss"],
    "disk.txt": ["df", "--human-readable"],
    "listening.txt": ["ss", "-ltn"],
    "packages.txt": ["dpkg-query", "--show"],
    "distributions.txt": ["sh", "-c", "head -v /opt/*/.gridlake-sha512"],
}
SECRET = re.compile(r"(?i)((?:password|secret|token|fernet_key|jwt)[\w.-]*[\"']?\s*[:=>]+\s*[\"']?)([^\s\"'<,;&]+)")


def masked(text: str) -> str:
    """Text with the values of secret-looking keys replaced."""
    return SECRET.sub(r"\1(masked)", text)


def add(archive: tarfile.TarFile, name: str, text: str) -> None:
    """Put one masked text into the archive."""
    content = masked(text).encode()
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    archive.addfile(entry, io.BytesIO(content))


def readable_by_all(path: Path) -> bool:
    """Whether the file and every folder above it are open to everyone."""
    return path.is_file() and path.stat().st_mode & 0o004 != 0 and all(p.stat().st_mode & 0o001 for p in path.parents)


def output(command: list[str]) -> str:
    """What a command printed, errors included: a failing command is evidence, too."""
    done = subprocess.run(command, check=False, capture_output=True, text=True, errors="replace")
    return done.stdout + done.stderr


def main() -> int:
    """Write the archive."""
    ARCHIVE.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(ARCHIVE, "w:gz") as archive:
        for folder in FOLDERS:
            for path in sorted(Path("/etc", folder).rglob("*")):
                if not path.is_symlink() and readable_by_all(path):
                    add(archive, str(path).lstrip("/"), path.read_text(encoding="utf-8", errors="replace"))
        for name, command in COMMANDS.items():
            add(archive, name, output(command))
        for pattern in UNITS:
            journal = output(
                ["journalctl", "--unit", pattern, "--lines", "3000", "--no-pager", "--output", "short-iso"]
            )
            add(archive, f"journal/{pattern.rstrip('*-@')}.log", journal)
    ARCHIVE.chmod(0o600)
    print(f"{ARCHIVE} {ARCHIVE.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
