"""A profile with the arms, factors and workloads that it refers to, as checked facts.

The whole configuration travels in every result, which is so judged by what it was measured with, not by today's files.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from gridlake_bench import document
from gridlake_bench.errors import ProfileError
from gridlake_bench.locality import by_chance

PROFILES = document.HOME / "profiles"
STORAGE = document.HOME / "storage"
REFERENCE = "H-loc"
CHANCE_MARGIN = 0.10
Factors = Mapping[str, str]


@dataclass(frozen=True)
class Arm:
    """Where the bytes lie and where the work runs."""

    name: str
    store: str
    placement: str
    locality: bool
    redundancy: str | None
    local_share: Mapping[str, Any]


@dataclass(frozen=True)
class Redundancy:
    """What a way of storing survives, and copies of a byte that a reader may find."""

    survives: int
    copies: int
    least_hosts: int


@dataclass(frozen=True)
class Design:
    """A part of a profile that is run and recorded by itself."""

    name: str
    arms: tuple[str, ...]
    twin: str | None
    blocks: int
    warmups: int
    hold: Factors
    vary: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Study:
    """Everything that the planner, the validator and the report need to know."""

    config: Mapping[str, Any]
    arms: Mapping[str, Arm]
    redundancy: Mapping[str, Redundancy]
    levels: Mapping[str, tuple[str, ...]]
    centre: Factors
    designs: Mapping[str, Design]

    @property
    def profile(self) -> Mapping[str, Any]:
        """The profile as it was written."""
        found: Mapping[str, Any] = self.config["profile"]
        return found

    @property
    def name(self) -> str:
        """Name of the profile."""
        return str(self.profile["profile"])

    @property
    def tier(self) -> str:
        """T0, T1 or T2."""
        return str(self.profile["tier"])

    def settings(self, design: Design) -> list[dict[str, str]]:
        """All settings of a design, each naming every factor, in the order of the file."""
        varied = list(product(*design.vary.values()))
        return [{**self.centre, **design.hold, **dict(zip(design.vary, levels, strict=True))} for levels in varied]

    def redundancy_of(self, arm: str, factors: Factors) -> Redundancy:
        """How an arm stores: as it pins, else as the setting says."""
        return self.redundancy[self.arms[arm].redundancy or factors["redundancy"]]

    def checks(self, factors: Factors) -> tuple[str, ...]:
        """Manipulation checks that a run of this setting must pass."""
        workload, variant = factors["workload"].split("-", 1)
        entry = self.config["workloads"]["workloads"][workload]
        meaningful = {"answer", "neighbours", *entry["variants"][variant].get("checks", entry["checks"])}
        if factors["cache"] != "cold":
            meaningful.discard("cold")
        if self.profile["rates"][factors["rate"]]["mbit_per_s"] is None:
            meaningful.discard("goodput")
        return tuple(check for check in self.profile["checks"] if check in meaningful)

    def local_share(self, arm: str, factors: Factors) -> tuple[float, float] | None:
        """Range of the local share of bytes within which a run counts; None where none is required."""
        required = self.arms[arm].local_share[factors["engine"]]
        if required == "chance":
            copies = self.redundancy_of(arm, factors).copies
            share = by_chance(copies, int(self.profile["requires"]["storage_hosts"]))
            return share - CHANCE_MARGIN, share + CHANCE_MARGIN
        if "unset" in required or not required.get("where", {}).items() <= factors.items():
            return None
        return float(required["min"]), float(required["max"])


def load(name: str) -> Study:
    """The study of a profile by name, from the files of the checkout."""
    path = PROFILES / f"{name}.yml"
    if not path.is_file():
        known = ", ".join(sorted(found.stem for found in PROFILES.glob("*.yml")))
        raise ProfileError(f"no profile {name}; there are {known}")
    config = {"profile": document.read_yaml(path)}
    config |= {part: document.read_yaml(STORAGE / f"{part}.yml") for part in ("arms", "factors", "workloads")}
    study = of_config(config, path.name)
    if study.name != name:
        raise ProfileError(f"{path.name} calls itself {study.name}; name both alike")
    return study


def of_config(config: Mapping[str, Any], origin: str) -> Study:
    """Check a configuration and make facts of it; all problems come in one list."""
    document.require("study", config, f"{origin}: ")
    profile = config["profile"]
    factors = config["factors"]["factors"]
    workloads = config["workloads"]["workloads"]
    study = Study(
        config=config,
        arms={
            name: Arm(name, arm["store"], arm["placement"], arm["locality"], arm.get("redundancy"), arm["local_share"])
            for name, arm in config["arms"]["arms"].items()
        },
        redundancy={name: Redundancy(**entry) for name, entry in config["arms"]["redundancy"].items()},
        levels={
            "workload": tuple(
                f"{name}-{variant}" for name, entry in workloads.items() for variant in entry["variants"]
            ),
            "rate": tuple(profile["rates"]),
            "disk": tuple(profile["disks"]),
            **{name: tuple(entry["levels"]) for name, entry in factors.items()},
        },
        centre={name: entry["centre"] for name, entry in factors.items() if "centre" in entry},
        designs={name: _design(name, entry) for name, entry in profile["designs"].items()},
    )
    if problems := list(_problems(study)) or list(_unequal_problems(study)):
        raise ProfileError("\n".join(f"{origin}: {problem}" for problem in problems))
    return study


def _design(name: str, entry: Mapping[str, Any]) -> Design:
    vary = {factor: tuple(levels) for factor, levels in entry["vary"].items()}
    return Design(
        name, tuple(entry["arms"]), entry["twin"], entry["blocks"], entry["warmups"], dict(entry["hold"]), vary
    )


def _problems(study: Study) -> Iterator[str]:
    for name, arm in study.arms.items():
        if arm.redundancy is not None and arm.redundancy not in study.redundancy:
            yield f"arm {name} pins the unknown redundancy {arm.redundancy}"
        for required in arm.local_share.values():
            where = required.get("where", {}) if required != "chance" else {}
            yield from (
                f"arm {name} speaks of {factor} {level}, which is no level"
                for factor, level in where.items()
                if level not in study.levels.get(factor, ())
            )
    for factor, level in study.centre.items():
        if level not in study.levels[factor]:
            yield f"the centre {level} of {factor} is not among its levels"
    for design in study.designs.values():
        yield from (f"design {design.name}: {problem}" for problem in _design_problems(study, design))


def _unequal_problems(study: Study) -> Iterator[str]:
    """Asked only of a study whose names are all known."""
    for design in study.designs.values():
        yield from (f"design {design.name}: {problem}" for problem in dict.fromkeys(_unequal(study, design)))


def _design_problems(study: Study, design: Design) -> Iterator[str]:
    if unknown := sorted(set(design.arms) - study.arms.keys()):
        yield f"unknown arms {', '.join(unknown)}"
    if both := sorted(design.hold.keys() & design.vary.keys()):
        yield f"holds and varies {', '.join(both)}"
    for factor, levels in {**{name: (level,) for name, level in design.hold.items()}, **design.vary}.items():
        if factor not in study.levels:
            yield f"unknown factor {factor}"
        elif unknown := sorted(set(levels) - set(study.levels[factor])):
            yield f"{factor} has no level {', '.join(unknown)}"
    named = study.centre.keys() | design.hold.keys() | design.vary.keys()
    if open_factors := sorted(study.levels.keys() - named):
        yield f"leaves {', '.join(open_factors)} open"


def _unequal(study: Study, design: Design) -> Iterator[str]:
    """Arms that do not compare: other fault tolerance, too few hosts, an engine without a word on locality."""
    hosts = int(study.profile["requires"]["storage_hosts"])
    for factors in study.settings(design):
        for arm in design.arms:
            if factors["engine"] not in study.arms[arm].local_share:
                yield f"arm {arm} does not say what share {factors['engine']} must read locally"
            if study.redundancy_of(arm, factors).least_hosts > hosts:
                yield f"arm {arm} needs {study.redundancy_of(arm, factors).least_hosts} storage hosts, not {hosts}"
        survives = {arm: study.redundancy_of(arm, factors).survives for arm in design.arms}
        if len(set(survives.values())) > 1:
            yield f"arms survive different losses: {', '.join(f'{arm} {lost}' for arm, lost in survives.items())}"
            return


def names() -> list[str]:
    """All profiles of the checkout."""
    return sorted(path.stem for path in PROFILES.glob("*.yml"))
