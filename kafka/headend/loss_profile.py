"""Loss profiles: how often and how strongly a world departs from perfect metering. Rates and ranges, never who."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from headend.errors import RequestError
from headend.streams import Floats

NONE = "none"
"""The profile of a perfect world: meters with a gain error, honest customers, a right register."""

FILE = Path(__file__).with_name("loss_profiles.yml")


class Kind(StrEnum):
    """What can be out of the ordinary."""

    PARTIAL_BYPASS = "partial_bypass"
    EVENING_BYPASS = "evening_bypass"
    STOPPED_REGISTER = "stopped_register"
    LOST_PHASE = "lost_phase"
    HALVED_CT = "halved_ct"
    INTERMITTENT_BYPASS = "intermittent_bypass"
    WRONG_SUBSTATION = "wrong_substation"
    HOOK = "hook"
    EV_CLUSTER = "ev_cluster"
    SMALL_TRANSFORMER = "small_transformer"
    FAULTY_TAP = "faulty_tap"
    VACANCY = "vacancy"
    MOVE = "move"
    HOLIDAY = "holiday"
    EMPTY_HOME = "empty_home"
    STREET_LIGHTING = "street_lighting"
    CLOCK_ERROR = "clock_error"
    CLOCK_DRIFT = "clock_drift"
    TRANSFORMER_GAIN = "transformer_gain"
    ESTIMATED_GAP = "estimated_gap"


UNDER_RECORDING = (
    Kind.PARTIAL_BYPASS,
    Kind.EVENING_BYPASS,
    Kind.STOPPED_REGISTER,
    Kind.LOST_PHASE,
    Kind.HALVED_CT,
    Kind.INTERMITTENT_BYPASS,
)
"""A meter records less than flows through it."""

FAULTS = (*UNDER_RECORDING, Kind.WRONG_SUBSTATION, Kind.HOOK, Kind.EV_CLUSTER, Kind.SMALL_TRANSFORMER, Kind.FAULTY_TAP)
"""What a detector should find; everything else only looks like it."""


@dataclass(frozen=True)
class Phenomenon:
    """How often one kind occurs and how strong it is."""

    share: float
    """Of the points or substations that show it at any time."""
    level: tuple[float, float]
    days: tuple[int, int] | None = None
    """How long it lasts; None is for life."""

    def level_at(self, uniform: Floats | float) -> Floats:
        """The level that a uniform number means."""
        low, high = self.level
        return np.asarray(low + (high - low) * np.asarray(uniform), dtype=np.float64)


@dataclass(frozen=True)
class LossProfile:
    """All kinds of one profile."""

    name: str
    phenomena: dict[Kind, Phenomenon]
    sha256: str
    """Of the file, to be named beside every score."""

    def __getitem__(self, kind: Kind) -> Phenomenon:
        """The phenomenon of a kind."""
        return self.phenomena[kind]


def names() -> list[str]:
    """What `--losses` takes."""
    return [NONE, *(name for name in _document() if not name.startswith("_"))]


def read(name: str, file: Path = FILE) -> LossProfile | None:
    """The profile of a name; None for the perfect world."""
    if name == NONE:
        return None
    document = _document(file)
    if name.startswith("_") or name not in document:
        raise RequestError(f"there is no loss profile {name}", f"choose --losses among {', '.join(names())}")
    entry: dict[str, Any] = document[name]
    if set(entry) != set(Kind):
        raise RequestError(
            f"profile {name} of {file} and the kinds differ in {sorted(set(entry) ^ set(Kind))}",
            "name every kind exactly once; a share of 0 leaves one out",
        )
    phenomena = {Kind(kind): _phenomenon(f"{name}.{kind}", fields) for kind, fields in entry.items()}
    return LossProfile(name, phenomena, hashlib.sha256(file.read_bytes()).hexdigest())


def _phenomenon(place: str, fields: dict[str, Any]) -> Phenomenon:
    ranges = [fields.get("level"), fields.get("days", [1, 1])]
    if not set(fields) <= {"share", "level", "days"} or not all(
        isinstance(pair, list) and len(pair) == 2 and pair[0] <= pair[1] for pair in ranges
    ):
        raise RequestError(
            f"{place} is not a share, a level [low, high] and perhaps days [low, high]: {fields}", f"mend {FILE}"
        )
    level, days = fields["level"], fields.get("days")
    return Phenomenon(float(fields["share"]), (float(level[0]), float(level[1])), (days[0], days[1]) if days else None)


def _document(file: Path = FILE) -> dict[str, Any]:
    return dict(yaml.safe_load(file.read_text(encoding="utf-8")))
