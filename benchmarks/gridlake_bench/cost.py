"""Cost per usable TB and year as a pure function of inputs that say where they come from (``storage/costs.yml``).

raw per usable TB  k = overhead ÷ fill
€/TB/yr = k · (disk + chassis) ÷ years + k · W · 8.76 · PUE · €/kWh + k · disk · failures
          + network + licence + staff + CPU of storage daemons + cores bought idle with disks
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from gridlake_bench import document
from gridlake_bench.errors import DocumentError, SampleError

INPUTS = document.HOME / "storage" / "costs.yml"
KWH_PER_WATT_YEAR = 8.76


@dataclass(frozen=True)
class Price:
    """One input with its origin."""

    value: float
    unit: str
    basis: str
    date: str
    source: str


@dataclass(frozen=True)
class Scheme:
    """How usable TB become raw TB, and on what. Money in €, power in W, per raw TB unless the name says otherwise."""

    overhead: float
    fill: float
    years: float
    disk: float
    chassis: float
    watts: float
    pue: float
    kwh: float
    disk_failures: float = 0.0
    network_per_usable_tb: float = 0.0
    licence_per_usable_tb: float = 0.0
    staff: float = 0.0
    staff_cost: float = 0.0
    usable_tb: float = 1.0
    daemon_cores_per_usable_tb: float = 0.0
    idle_cores_per_raw_tb: float = 0.0
    core_year: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what no cluster has: a fill above 1, an overhead below 1, a negative price."""
        if wrong := [item.name for item in fields(self) if getattr(self, item.name) < 0]:
            raise SampleError(f"{', '.join(wrong)} must not be negative")
        if not 0 < self.fill <= 1 or self.overhead < 1 or self.years <= 0 or self.usable_tb <= 0 or self.pue < 1:
            raise SampleError("fill lies in (0, 1], overhead and PUE are at least 1, years and usable TB positive")


@dataclass(frozen=True)
class Cost:
    """€ per usable TB and year, by part."""

    hardware: float
    energy: float
    spares: float
    network: float
    licence: float
    staff: float
    daemons: float
    idle_cores: float

    @property
    def total(self) -> float:
        """All parts."""
        return float(sum(getattr(self, item.name) for item in fields(self)))


def raw_per_usable(scheme: Scheme) -> float:
    """Raw TB behind one usable TB."""
    return scheme.overhead / scheme.fill


def yearly(scheme: Scheme) -> Cost:
    """€ per usable TB and year."""
    raw = raw_per_usable(scheme)
    return Cost(
        hardware=raw * (scheme.disk + scheme.chassis) / scheme.years,
        energy=raw * scheme.watts * KWH_PER_WATT_YEAR * scheme.pue * scheme.kwh,
        spares=raw * scheme.disk * scheme.disk_failures,
        network=scheme.network_per_usable_tb / scheme.years,
        licence=scheme.licence_per_usable_tb,
        staff=scheme.staff * scheme.staff_cost / scheme.usable_tb,
        daemons=scheme.daemon_cores_per_usable_tb * scheme.core_year,
        idle_cores=raw * scheme.idle_cores_per_raw_tb * scheme.core_year,
    )


def per_tb_scanned(compute_per_hour: float, seconds: float, table_mb: float) -> float:
    """€ for scanning one TB of table bytes at a measured pace."""
    if table_mb <= 0:
        raise SampleError("nothing was scanned")
    return compute_per_hour * seconds / 3600 / (table_mb / 1e6)


def network_per_usable_tb(ports: int, port: float, usable_tb: float) -> float:
    """€ once for the ports of the NIC rate that the break-even asks for."""
    return ports * port / usable_tb


@dataclass(frozen=True)
class Swing:
    """What one input does to the total when it moves."""

    name: str
    low: float
    high: float

    @property
    def spread(self) -> float:
        """Width of the bar in the tornado chart."""
        return abs(self.high - self.low)


def tornado(scheme: Scheme, names: Sequence[str], share: float) -> list[Swing]:
    """The total at each input ∓ share, widest first."""
    swings = []
    for name in names:
        value = getattr(scheme, name)
        low, high = (yearly(replace(scheme, **{name: value * factor})).total for factor in (1 - share, 1 + share))
        swings.append(Swing(name, low, high))
    return sorted(swings, key=lambda swing: swing.spread, reverse=True)


@dataclass(frozen=True)
class CostInputs:
    """The file of inputs: prices by name, and schemes that name their prices."""

    prices: Mapping[str, Price]
    schemes: Mapping[str, Scheme]
    assumed: Sequence[str] = field(default_factory=tuple)


def load(path: Path = INPUTS) -> CostInputs:
    """Read the inputs; a scheme that names an unknown price is refused."""
    content = document.read_yaml(path)
    document.require("costs", content, f"{path.name}: ")
    prices = {
        name: Price(
            float(entry["value"]), entry["unit"], entry["basis"], entry.get("date", ""), entry.get("source", "")
        )
        for name, entry in content["prices"].items()
    }
    schemes = {
        name: Scheme(**{key: _amount(prices, amount, f"{path.name}: {name}.{key}") for key, amount in entry.items()})
        for name, entry in content["schemes"].items()
    }
    return CostInputs(prices, schemes, tuple(sorted(n for n, price in prices.items() if price.basis == "assumption")))


def _amount(prices: Mapping[str, Price], amount: Any, place: str) -> float:
    """A number, or the sum of prices by name."""
    if isinstance(amount, int | float):
        return float(amount)
    names = [amount] if isinstance(amount, str) else amount
    if unknown := sorted(set(names) - prices.keys()):
        raise DocumentError(f"{place} names {', '.join(unknown)}, which prices does not hold")
    return sum(prices[name].value for name in names)
