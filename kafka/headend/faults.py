"""Which transport faults a world has, and how often: the plan behind `--faults`.

Whether a fault strikes a bundle depends on the seed, the meter, the day and the rate of that fault alone; but exchange,
reset and rollover share a meter's life (see device). Of those that change what a bundle says, it gets the first one
only (see restatement).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from headend.errors import RequestError


class Fault(StrEnum):
    """Kinds of transport faults. The value is the name on the command line and in the truth."""

    DUPLICATE = "duplicate"  # the same message again, in half of the cases with a new sent_at
    RESEND = "resend"  # the same content under a new sequence
    REORDER = "reorder"  # arrives up to two days after it was sent
    LATE = "late"  # sent days after the regular time, or never
    PARTIAL = "partial"  # some intervals first, the rest later or never
    CORRECTION = "correction"  # wrong values, replaced later
    WITHDRAWAL = "withdrawal"  # values of no use, taken back later and in half of the cases replaced
    UNIT = "unit"  # kWh taken for Wh, or a transformer ratio counted twice
    CLOCK_CHANGE = "clock_change"  # 96 values on a day of 92 or 100
    EXCHANGE = "exchange"  # two devices share a day
    RESET = "reset"  # a register starts again at zero
    ROLLOVER = "rollover"  # a register passes its last digit
    DRIFT = "drift"  # a clock that runs 1 to 5 minutes away within a day
    UNKNOWN = "unknown"  # a metering point, register or substation that the asset register does not have
    INACTIVE = "inactive"  # a day on which the metering point was not connected yet
    MALFORMED = "malformed"  # no bundle, or one that contradicts itself
    TRUNCATED = "truncated"  # cut short
    OVERLONG = "overlong"  # too long, or with absurd lengths inside
    FOREIGN = "foreign"  # another schema
    BACKLOG = "backlog"  # an outage of the substation's line, then everything within ten minutes


ORDER = tuple(Fault)
"""Faults by bit in the masks of deliveries."""

_NAMES = frozenset(fault.value for fault in Fault)

# Shares of bundles, but of meters for drift, of changed days for clock_change, of substation days for backlog. Late,
# corrected, exchanged and drifting meters as networks report them; the others are assumptions.
_FIELD = {
    Fault.DUPLICATE: 2e-3,
    Fault.RESEND: 5e-4,
    Fault.REORDER: 0.01,
    Fault.LATE: 0.025,
    Fault.PARTIAL: 0.01,
    Fault.CORRECTION: 3.5e-3,
    Fault.WITHDRAWAL: 3e-4,
    Fault.UNIT: 2e-4,
    Fault.CLOCK_CHANGE: 0.02,
    Fault.EXCHANGE: 1.1e-4,
    Fault.RESET: 1e-5,
    Fault.ROLLOVER: 1e-5,
    Fault.DRIFT: 5e-3,
    Fault.UNKNOWN: 2e-4,
    Fault.INACTIVE: 1e-4,
    Fault.MALFORMED: 5e-5,
    Fault.TRUNCATED: 2e-5,
    Fault.OVERLONG: 5e-6,
    Fault.FOREIGN: 1e-5,
    Fault.BACKLOG: 2e-3,
}
# So often that two substations and a week show every kind.
_DENSE = {
    Fault.DUPLICATE: 0.06,
    Fault.RESEND: 0.03,
    Fault.REORDER: 0.1,
    Fault.LATE: 0.1,
    Fault.PARTIAL: 0.06,
    Fault.CORRECTION: 0.06,
    Fault.WITHDRAWAL: 0.04,
    Fault.UNIT: 0.04,
    Fault.CLOCK_CHANGE: 0.25,
    Fault.EXCHANGE: 4e-3,
    Fault.RESET: 2e-3,
    Fault.ROLLOVER: 2e-3,
    Fault.DRIFT: 0.1,
    Fault.UNKNOWN: 0.02,
    Fault.INACTIVE: 0.01,
    Fault.MALFORMED: 0.06,
    Fault.TRUNCATED: 0.02,
    Fault.OVERLONG: 0.01,
    Fault.FOREIGN: 0.01,
    Fault.BACKLOG: 0.15,
}
PROFILES: Mapping[str, Mapping[Fault, float]] = {"none": {}, "field": _FIELD, "dense": _DENSE}


@dataclass(frozen=True)
class Plan:
    """Rates of the faults that are switched on."""

    rates: Mapping[Fault, float] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str) -> Plan:
        """Read a comma list of profiles, faults (at their dense rate) and fault=rate; later items override earlier."""
        rates: dict[Fault, float] = {}
        for item in (part.strip() for part in text.split(",")):
            name, given, rate = item.partition("=")
            if name in PROFILES and not given:
                rates.update(PROFILES[name])
            elif name in _NAMES:
                rates[Fault(name)] = _rate(item, rate) if given else _DENSE[Fault(name)]
            else:
                raise RequestError(
                    f"{item!r} in --faults is neither a profile nor a transport fault",
                    f"choose from the profiles {', '.join(PROFILES)} and the faults {', '.join(Fault)},"
                    " each fault with or without =rate",
                )
        return cls({fault: rates[fault] for fault in ORDER if rates.get(fault)})

    def rate(self, fault: Fault) -> float:
        """How often; 0 where the fault is switched off."""
        return self.rates.get(fault, 0.0)

    def __str__(self) -> str:
        """The plan in full, as `--faults` takes it: what ledgers and truths are labelled with."""
        return ",".join(f"{fault}={rate!r}" for fault, rate in self.rates.items()) or "none"

    def __bool__(self) -> bool:
        """True with at least one fault."""
        return bool(self.rates)


def bit(fault: Fault) -> int:
    """The fault in a mask of several."""
    return 1 << ORDER.index(fault)


def names(mask: int) -> list[str]:
    """The faults of a mask."""
    return [fault.value for position, fault in enumerate(ORDER) if mask >> position & 1]


def _rate(item: str, text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        rate = -1.0
    if not 0 <= rate <= 1:
        raise RequestError(
            f"the rate of {item!r} in --faults is not a number from 0 to 1", "write for example late=0.05"
        )
    return rate
