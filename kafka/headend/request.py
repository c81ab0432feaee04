"""What is asked for: days of a world, what happens to them on the way, and which of it has arrived."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from headend.errors import RequestError
from headend.faults import Plan
from headend.local_days import Window
from headend.loss_profile import NONE


@dataclass(frozen=True)
class Arrivals:
    """A stretch of the simulated time in which messages arrive, epoch seconds UTC; the world is sent in such waves."""

    begin: int | None = None
    end: int | None = None

    def __post_init__(self) -> None:
        """Refuse a stretch in which nothing can arrive: it would count as sent."""
        if self.begin is not None and self.end is not None and self.begin >= self.end:
            begin, end = str(self).split("..")
            raise RequestError(
                f"--arriving-from {begin} is not before --arriving-before {end}", "give the earlier instant first"
            )

    def __bool__(self) -> bool:
        """True where it leaves anything out."""
        return self.begin is not None or self.end is not None

    def __str__(self) -> str:
        """From and before which instant; what ledgers and truths are labelled with."""
        return "..".join(
            "" if at is None else f"{datetime.fromtimestamp(at, UTC):%FT%H:%M}" for at in (self.begin, self.end)
        )

    def hold(self, at: int) -> bool:
        """Whether something arrives within."""
        return (self.begin is None or at >= self.begin) and (self.end is None or at < self.end)


ALWAYS = Arrivals()


@dataclass(frozen=True)
class Request:
    """One world's window as it is sent; nothing of it says to whom, or which substations."""

    seed: int
    window: Window
    plan: Plan = field(default_factory=Plan)
    arrivals: Arrivals = ALWAYS
    losses: str = NONE

    @property
    def faults(self) -> str:
        """What ledgers call all that is done to the clean messages."""
        return f"{self.plan} {self.arrivals}" if self.arrivals else str(self.plan)
