"""Predicted time from calibration alone (RULES.md, "Roofline"). MB are 10^6 bytes."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

from gridlake_bench.errors import SampleError
from gridlake_bench.verdict import MARGIN

TOLERANCE = 0.20


@dataclass(frozen=True)
class Demand:
    """What a cell asks for, over all hosts."""

    cpu_seconds: float
    storage_cpu_seconds: float
    # All bytes that come off disks, for local and for remote readers; 0 when warm.
    disk_mb: float
    remote_mb: float
    requests: float


@dataclass(frozen=True)
class Capacity:
    """What the calibration found, over all hosts: the sums of their rates."""

    cores: float
    storage_cores: float
    disk_mb_per_s: float
    # The side with less of it: sum of the storage hosts' or of the compute hosts' goodput.
    nic_mb_per_s: float
    round_trip_s: float
    concurrency: float

    def __post_init__(self) -> None:
        """Refuse capacities that would divide by zero."""
        if wrong := [field.name for field in fields(self) if getattr(self, field.name) <= 0]:
            raise SampleError(f"{', '.join(wrong)} must be positive; calibrate (W0) first")


@dataclass(frozen=True)
class Prediction:
    """Seconds, and the resource that binds."""

    seconds: float
    bound: str


def predict(demand: Demand, capacity: Capacity) -> Prediction:
    """The slowest resource, and the round trips that no bandwidth shortens."""
    terms = {
        "cpu": demand.cpu_seconds / capacity.cores,
        "storage cpu": demand.storage_cpu_seconds / capacity.storage_cores,
        "disk": demand.disk_mb / capacity.disk_mb_per_s,
        "network": demand.remote_mb / capacity.nic_mb_per_s,
    }
    round_trips = demand.requests * capacity.round_trip_s / capacity.concurrency
    bound = max(terms, key=lambda name: terms[name])
    if round_trips > terms[bound]:
        return Prediction(terms[bound] + round_trips, "round trips")
    return Prediction(terms[bound] + round_trips, bound)


def break_even_rate(remote_fraction: float, demand_mb_per_s_per_core: float) -> float:
    """n* by the roofline: the NIC rate per core at which remote bytes take the margin longer than the local run."""
    return remote_fraction * demand_mb_per_s_per_core / MARGIN


@dataclass(frozen=True)
class Agreement:
    """How well predictions held."""

    cells: int
    within: int

    @property
    def share(self) -> float:
        """Share of cells within the tolerance."""
        return self.within / self.cells


def agreement(predicted_and_measured: Sequence[tuple[float, float]]) -> Agreement:
    """Count predictions within 20 % of what was measured."""
    if not predicted_and_measured:
        raise SampleError("no cell to compare; an agreement over nothing says nothing")
    within = sum(abs(guess / found - 1) <= TOLERANCE for guess, found in predicted_and_measured)
    return Agreement(len(predicted_and_measured), within)
