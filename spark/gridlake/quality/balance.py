"""Row balance: what was read is what was accounted for, to the record."""

from collections.abc import Mapping
from dataclasses import dataclass

from gridlake.errors import RowBalanceError


@dataclass(frozen=True)
class Balance:
    """Records of one topic in one run, by disposition."""

    topic: str
    raw: int
    accepted: int
    duplicates: int
    rejected: Mapping[str, int]

    def check(self, expected: int) -> None:
        """Refuse a run whose raw rows are not those of the ledger, or whose dispositions do not add up to them."""
        if self.raw != expected:
            raise RowBalanceError(
                f"topic {self.topic}: the ledger says {expected} records since the last run, the raw table holds "
                f"{self.raw}. Compare offsets per partition in the raw table with the ledger in its snapshots."
            )
        accounted = self.accepted + self.duplicates + sum(self.rejected.values())
        if self.raw != accounted:
            raise RowBalanceError(
                f"topic {self.topic}: {self.raw} raw records, but {self.accepted} accepted + {self.duplicates} "
                f"duplicates + {sum(self.rejected.values())} rejected = {accounted}. Nothing was published; "
                "this is a defect of the curation, report it with the run id."
            )

    def counts(self) -> dict[str, int]:
        """Flat form for the manifest: `meter.reading.v1/rejected/SUM_CHECK` and so on."""
        plain = {"raw": self.raw, "accepted": self.accepted, "duplicates": self.duplicates}
        reasons = {f"rejected/{reason}": count for reason, count in sorted(self.rejected.items())}
        return {f"{self.topic}/{name}": count for name, count in {**plain, **reasons}.items()}
