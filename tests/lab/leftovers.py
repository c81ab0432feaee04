"""What a lab that is down must not leave on the controller."""

from pathlib import Path


def left_behind(inventory: str, directory: Path, bridge: str) -> list[str]:
    """Mounts, links, control groups and container records of one lab."""
    mounts = [line for line in Path("/proc/mounts").read_text().splitlines() if f" {directory}/" in line]
    ports = f"vb-{inventory}-"
    links = [
        path.name for path in Path("/sys/class/net").iterdir() if path.name == bridge or path.name.startswith(ports)
    ]
    groups = [str(path) for path in Path("/sys/fs/cgroup").glob(f"**/gridlake/{inventory}")]
    nspawn = [str(path) for path in Path("/run/systemd/nspawn").glob(f"*/*{inventory}-*")]
    return mounts + links + groups + nspawn
