"""What is wrong with the values that an inventory gives to settings, told before anything computes with them.

What a setting may be follows from its value in hadoop_conf/platform.yml: a number stays a number, a flag a flag.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

# By the end of a setting's name, the least and the most that it may be; other numbers may be any (-1 is "no limit").
_BOUNDS = {
    "_port": (1, 65535),
    "_replication": (1, None),
    "_replicas": (1, None),
    "_heap_mb": (1, None),
    "_memory_mb": (1, None),
}
# Numbers of a host that are no settings of the platform.
_OF_A_HOST = {"memory_mb": (1, None), "lab_memory_mb": (1, None), "kafka_node_id": (0, None)}
_REFERENCE = re.compile(r"@\{([^}]+)\}")


def _number(name: str, value: object, bounds: tuple[int, int | None]) -> str | None:
    text = str(value).strip()
    if isinstance(value, bool) or not re.fullmatch(r"-?\d+", text):
        return f"{name} is {value!r}; write a whole number without a unit"
    least, most = bounds
    if int(text) < least or (most is not None and int(text) > most):
        return f"{name} is {text}; write a number " + (f"from {least} to {most}" if most else f"of {least} or more")
    return None


def _value(name: str, value: object, default: object) -> str | None:
    """What is wrong with a value where the platform's own is ``default``; -e makes texts of numbers and flags."""
    if isinstance(default, bool):
        return None if str(value).lower() in {"true", "false"} else f"{name} is {value!r}; write true or false"
    if isinstance(default, int):
        named = (bounds for ending, bounds in _BOUNDS.items() if name.endswith(ending))
        return _number(name, value, next(named, (-(2**63), None)))
    if value is None or isinstance(value, Mapping | list) or not str(value).strip():
        return f"{name} is {value!r}; write a text such as {default!r}, several in one separated by commas"
    return None


def _overrides(variable: str, given: Mapping[str, Any], names: Iterable[str]) -> Iterator[str]:
    for key, value in given.items():
        if value is None or isinstance(value, Mapping | list):
            yield f"{variable}: {key} is {value!r}; write a text, a number, true or false, or take the key out"
            continue
        for reference in _REFERENCE.findall(str(value)):
            for name in reference.split(":"):
                if name not in names:
                    yield (
                        f"{variable}: {key} names @{{{reference}}}, but {name} is neither a setting of "
                        "hadoop_conf/platform.yml nor a group of the inventory; correct the name"
                    )


def setting_problems(
    hosts: Mapping[str, Mapping[str, Any]], defaults: Mapping[str, Any], names: Mapping[str, Any]
) -> list[str]:
    """Every value that cannot be what its setting needs, with the hosts that have it; empty when all can.

    ``defaults`` are the settings as platform.yml has them, ``names`` what a placeholder may name.
    """
    seen_on: dict[str, list[str]] = {}
    for host in sorted(set(hosts) - {"localhost"}):
        variables = hosts[host]
        found = [_value(name, variables[name], default) for name, default in defaults.items() if name in variables]
        found += [_number(name, variables[name], bounds) for name, bounds in _OF_A_HOST.items() if name in variables]
        for variable in sorted(variables):
            if variable.endswith("_overrides") and isinstance(variables[variable], Mapping):
                found += _overrides(variable, variables[variable], names)
        for problem in found:
            if problem:
                seen_on.setdefault(problem, []).append(host)
    return [f"{problem} (set for {', '.join(on)})" for problem, on in seen_on.items()]


class FilterModule:
    """Names under which Ansible offers these functions."""

    def filters(self) -> dict[str, Any]:
        """Filters by name."""
        return {"setting_problems": setting_problems}
