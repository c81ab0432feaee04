"""The manifest of a settlement run, and the chain that manifests make.

A manifest names everything that went into the run and nothing of the attempt that made it, so that a run that is
repeated after a crash has the same manifest. Each holds the hash of the one before it: none can be changed later
without changing all that follow.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from gridlake.catalog.settlement import Kind
from gridlake.errors import SettlementDiffersError, SettlementRefusedError
from gridlake.settlement.export import Export

_FORMAT = 1
_ID_LENGTH = 16


@dataclass(frozen=True)
class Recorded:
    """A run that counts: its row in ops.settlement_run."""

    chain_number: int
    settlement_id: str
    month: date
    kind: Kind
    run_number: int
    run_id: str
    tag: str
    inputs: Mapping[str, int]
    export_sha256: str
    manifest_sha256: str
    previous_manifest_sha256: str | None
    manifest: str


@dataclass(frozen=True)
class Chain:
    """All runs that count, from the first."""

    runs: Sequence[Recorded]

    @property
    def last(self) -> Recorded | None:
        """The newest run of any month."""
        return self.runs[-1] if self.runs else None

    def of_month(self, month: date) -> list[Recorded]:
        """The month's runs, from the first."""
        return [run for run in self.runs if run.month == month]

    def find(self, month: date, kind: Kind) -> Recorded | None:
        """The month's run of one kind."""
        return next((run for run in self.of_month(month) if run.kind is kind), None)

    def refuse_out_of_turn(self, month: date, kind: Kind) -> None:
        """Refuse a kind that the month has already, or that comes before one that it has."""
        for made in self.of_month(month):
            if made.kind is kind:
                raise SettlementRefusedError(
                    f"the {kind} run of {month:%Y-%m} was made already ({made.settlement_id}, by run {made.run_id}); "
                    "its lines never change. What has come since goes into the month's next kind of run."
                )
            if list(Kind).index(made.kind) > list(Kind).index(kind):
                raise SettlementRefusedError(
                    f"the {made.kind} run of {month:%Y-%m} was made already, and {kind} would come before it; make the "
                    "kind that follows instead"
                )

    def check(self) -> None:
        """Refuse a chain of which a manifest, or the link to the one before it, was changed."""
        previous: str | None = None
        for number, run in enumerate(self.runs, start=1):
            found = sha256(run.manifest)
            if (run.chain_number, run.manifest_sha256, run.previous_manifest_sha256) != (number, found, previous) or (
                json.loads(run.manifest)["previous_manifest_sha256"] != previous
            ):
                raise SettlementDiffersError(
                    f"the chain of settlement manifests is broken at number {number} ({run.month:%Y-%m} {run.kind}): "
                    f"its manifest hashes to {found}, recorded are {run.manifest_sha256} and, for the one before, "
                    f"{run.previous_manifest_sha256}. Compare with the copies in the landing directory settlement/."
                )
            previous = found


@dataclass(frozen=True)
class Plan:
    """What a run is made from: everything in its manifest that is known before anything is computed."""

    facts: Mapping[str, Any]

    @property
    def settlement_id(self) -> str:
        """The same for the same inputs, code, calendar and place in the chain."""
        return sha256(canonical(self.facts))[:_ID_LENGTH]

    @property
    def tag(self) -> str:
        """Name of the tag on each input table."""
        return f"settlement-{self.facts['month']}-{self.facts['kind']}-{self.settlement_id}"

    def manifest(self, export: Export, counts: Mapping[str, int]) -> str:
        """The manifest's text; its bytes in UTF-8 are what is hashed."""
        found = {"sha256": export.sha256, "bytes": len(export.content), "rows": export.rows}
        return canonical(
            {
                **self.facts,
                "settlement_id": self.settlement_id,
                "tag": self.tag,
                "counts": dict(counts),
                "export": found,
            }
        )


def plan(chain: Chain, month: date, kind: Kind, parameters: Mapping[str, Any], inputs: Mapping[str, int]) -> Plan:
    """The plan of the month's next run; `parameters` are whatever else decides about its result."""
    last, earlier = chain.last, chain.of_month(month)
    return Plan(
        {
            **parameters,
            "format": _FORMAT,
            "chain_number": len(chain.runs) + 1,
            "previous_manifest_sha256": None if last is None else last.manifest_sha256,
            "month": f"{month:%Y-%m}",
            "kind": kind.value,
            "run_number": len(earlier) + 1,
            "previous_settlement_id": earlier[-1].settlement_id if earlier else None,
            "inputs": dict(inputs),
        }
    )


def canonical(document: Mapping[str, Any]) -> str:
    """JSON of which there is one way to write it."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"


def sha256(text: str) -> str:
    """Of the text's bytes in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()
