"""``gridlake-health <check> [--host HOST]``: exit 0 and a figure when healthy, 1 and the reason when not."""

import argparse
import importlib
import pkgutil
import socket
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

import gridlake_health
from gridlake_health import UnhealthyError

Check = Callable[[Mapping[str, Any], str], str]


def checks() -> dict[str, Check]:
    """Every check by name; each service's module states its own in ``CHECKS``."""
    found: dict[str, Check] = {}
    for module in pkgutil.iter_modules(gridlake_health.__path__):
        if not module.name.startswith("_"):
            found.update(importlib.import_module(f"gridlake_health.{module.name}").CHECKS)
    return found


def main() -> int:
    """Run one check against one host."""
    available = checks()
    parser = argparse.ArgumentParser(prog="gridlake-health", description=__doc__)
    parser.add_argument("check", choices=sorted(available))
    parser.add_argument(
        "--host", default=socket.getfqdn(), help="fully qualified name of the daemon's host (default: this one)"
    )
    parser.add_argument("--settings", type=Path, default=Path("/etc/gridlake/platform.yml"))
    options = parser.parse_args()
    settings = yaml.safe_load(options.settings.read_text())
    try:
        print(available[options.check](settings, options.host))
    except (UnhealthyError, OSError, ValueError) as problem:
        print(f"{options.check} on {options.host}: {problem or type(problem).__name__}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
