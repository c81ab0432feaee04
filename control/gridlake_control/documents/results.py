"""Measured results: what this checkout measured last (build/), else the newest committed (benchmarks/results)."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gridlake_control import paths
from gridlake_control.documents.quantity import Missing, Quantity
from gridlake_control.errors import ControlError

# Name -> file below build/, and the make target that leaves it there.
KNOWN = {
    "demo": ("demo/proof.json", "demo"),
    "cluster": ("cluster/lab.json", "cluster"),
    "score": ("score/score.json", "score"),
    "drills": ("drills/drills.json", "drills"),
    "queries": ("queries/queries.json", "queries"),
    "ingest": ("bench/ingest.json", "bench-ingest"),
    "storage": ("bench/storage.json", "bench-storage"),
    "spark": ("bench/spark.json", "bench-spark"),
    "sql": ("bench/sql.json", "bench-sql"),
}


class ResultError(ControlError):
    """A result file cannot be read, or lacks a figure that a document shows."""


@dataclass
class Results:
    """Results below a folder like build/ and one like benchmarks/results/, read once."""

    measured: Path = paths.BUILD
    committed: Path = paths.CHECKOUT / "benchmarks" / "results"
    _read: dict[str, Any] = field(default_factory=dict)

    def file(self, name: str) -> Path | None:
        """The file that speaks for a result, if there is one."""
        if name not in KNOWN:
            raise ResultError(f"no result {name!r}; known are {', '.join(KNOWN)}")
        own = self.measured / KNOWN[name][0]
        return own if own.is_file() else max(self.committed.glob(f"*/{name}.json"), default=None)

    def have(self, name: str) -> bool:
        """Whether the result exists."""
        return self.file(name) is not None

    def missing(self, name: str) -> Missing:
        """What stands in the place of a figure that does not exist."""
        return Missing(f"make {KNOWN[name][1]}")

    def place(self, name: str) -> str:
        """The file, for a reader, as a path in the checkout."""
        path = self.file(name)
        if path is None:
            return self.missing(name).shown
        return str(path.relative_to(paths.CHECKOUT) if path.is_relative_to(paths.CHECKOUT) else path.name)

    def figure(self, name: str, key: str, unit: str = "count") -> Quantity | Missing:
        """One figure by its dotted key; a result that does not exist, or says null, has none yet.

        Raises:
            ResultError: the result exists and has no such figure.
        """
        return self._quantity(name, key, self._value(name, key) if self.have(name) else None, unit)

    def _quantity(self, name: str, key: str, value: Any, unit: str) -> Quantity | Missing:
        if value is None:
            return self.missing(name)
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise ResultError(f"{self.place(name)}: {key} is {type(value).__name__}, not a figure")
        return Quantity(value, unit, f"{key} of {self.place(name)}")

    def figures(self, name: str, key: str, unit: str = "count") -> dict[str, Quantity | Missing]:
        """All figures below a dotted key by their own keys; for charts, behind have(…)."""
        found = self._value(name, key)
        if not isinstance(found, dict) or not found:
            raise ResultError(f"{self.place(name)}: {key} holds no figures")
        return {label: self._quantity(name, f"{key}.{label}", value, unit) for label, value in found.items()}

    def holds(self, name: str, key: str) -> bool:
        """Whether a result says yes; for predicates, behind have(…)."""
        value = self._value(name, key)
        if not isinstance(value, bool):
            raise ResultError(f"{self.place(name)}: {key} is {value!r}, neither true nor false")
        return value

    def _value(self, name: str, key: str) -> Any:
        value: Any = self.document(name)
        for part in key.split("."):
            if not isinstance(value, dict) or part not in value:
                raise ResultError(f"{self.place(name)} has no {key}; measure again: make {KNOWN[name][1]}")
            value = value[part]
        return value

    def document(self, name: str) -> Any:
        """The whole of a result; behind have(…)."""
        path = self.file(name)
        if path is None:
            raise ResultError(
                f"there is no result {name} yet; ask have({name!r}) first, or measure: make {KNOWN[name][1]}"
            )
        if name not in self._read:
            try:
                self._read[name] = json.loads(path.read_text(encoding="utf-8"))
            except json.JSONDecodeError as error:
                raise ResultError(f"{path} is not JSON; measure again: make {KNOWN[name][1]}") from error
        return self._read[name]
