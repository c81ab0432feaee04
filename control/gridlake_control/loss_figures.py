"""How what was found compares with the truth: the figures of a score, and the goals that they have to reach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from statistics import median
from typing import Any

from gridlake.catalog.losses import UNDER_RECORDING, LossKind
from gridlake.losses.detector import Case
from gridlake.losses.relocation import Misplaced
from gridlake_control.loss_baselines import Suspicion
from headend.fault_truth import Row
from headend.loss_profile import Kind

HIDDEN = Kind.INTERMITTENT_BYPASS
"""Reported apart: no tuning may see it."""

MIX = {
    Kind.PARTIAL_BYPASS: 0.008,
    Kind.EVENING_BYPASS: 0.005,
    Kind.STOPPED_REGISTER: 0.004,
    Kind.LOST_PHASE: 0.003,
    Kind.HALVED_CT: 0.010,
}
"""How often each kind occurs in the mix that recall is standardised to; the last one among commercial points."""
FLOORS = {
    Kind.PARTIAL_BYPASS: 0.75,
    Kind.EVENING_BYPASS: 0.30,
    Kind.STOPPED_REGISTER: 0.55,
    Kind.LOST_PHASE: 0.60,
    Kind.HALVED_CT: 0.95,
}
"""Recall that each kind needs."""
MOST_CASES_WITHOUT_FAULTS = 5 / 412
"""Per substation."""
_LARGE_KWH_PER_YEAR = 1000.0


@dataclass
class Outcome:
    """One seed, or several together."""

    first_day: date
    days: int
    substations: int
    points: int
    commercial: int
    truth: list[Row] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    misplaced: list[Misplaced] = field(default_factory=list)
    baselines: dict[str, list[Suspicion]] = field(default_factory=dict)

    def plus(self, other: Outcome) -> Outcome:
        """Both together; ids of different seeds never meet."""
        names = self.baselines.keys() | other.baselines.keys()
        return Outcome(
            self.first_day,
            self.days,
            self.substations + other.substations,
            self.points + other.points,
            self.commercial + other.commercial,
            self.truth + other.truth,
            self.cases + other.cases,
            self.misplaced + other.misplaced,
            {name: self.baselines.get(name, []) + other.baselines.get(name, []) for name in sorted(names)},
        )


Figures = dict[str, Any]
"""Nested; a figure is null where the world holds nothing that it could be of."""


def figures(outcome: Outcome) -> Figures:
    """All figures of an outcome."""
    under = _UnderRecording.of(outcome)
    return {
        "substations": outcome.substations,
        "points": outcome.points,
        "under_recording": under.figures(outcome),
        "mapping": _mapping(outcome),
        "hook": _hooks(outcome),
        "baselines": {name: under.baseline(ranked) for name, ranked in outcome.baselines.items()},
        "failures": under.failures(),
    }


def goals(found: Figures, *, with_faults: bool) -> list[tuple[str, float | None, str, bool | None]]:
    """Name, figure, what it should be, and whether it is; None where there was nothing to judge."""
    under, mapping, hook = found["under_recording"], found["mapping"], found["hook"]
    if not with_faults:
        per_substation = (under["flagged"] + mapping["flagged"] + hook["flagged"]) / found["substations"]
        return [_at_most("cases per substation without faults", per_substation, MOST_CASES_WITHOUT_FAULTS)]
    rows = [
        _at_least("under-recording precision", under["precision"], 0.80),
        _at_least("under-recording recall, standardised", under["recall_standardised"], 0.60),
        _at_least("under-recording top 100 by kWh, precision", under["top100_precision"], 0.85),
        _at_least("under-recording recall by energy", under["energy_recall"], 0.85),
        _at_least("under-recording recall above 1 MWh a year", under["recall_large"], 0.80),
        *(
            _at_least(f"recall of {kind}", under["by_kind"][kind.value]["recall"], floor)
            for kind, floor in FLOORS.items()
        ),
        _at_most("kWh error, median", under["kwh_error_median"], 0.08),
        _at_least("share within the 80 % interval", under["interval_coverage"], 0.75),
        _at_most("share within the 80 % interval, not too wide", under["interval_coverage"], 0.85),
        _at_most("onset error in days, median", under["onset_error_days_median"], 2.0),
        _at_least("mapping precision", mapping["precision"], 0.95),
        _at_least("mapping recall", mapping["recall"], 0.88),
        _at_least("right substation", mapping["right_substation"], 0.93),
        _at_least("hook precision", hook["precision"], 0.6),
        _at_least("hook recall", hook["recall"], 0.90),
    ]
    for name, other in found["baselines"].items():
        ahead = _difference(under["recall"], other["recall"])
        rows.append((f"recall beyond {name} at as many flags", ahead, "> 0", None if ahead is None else ahead > 0))
    return rows


@dataclass(frozen=True)
class _UnderRecording:
    """Cases that claim under-recording beside the points that do."""

    faults: Sequence[Row]
    hidden: Sequence[Row]
    cases: Sequence[Case]
    found: Mapping[int, list[Case]]
    """Per fault, by position, the cases of its point that overlap it."""
    right: set[int]
    """Cases by position that have a fault, the hidden kind included."""
    first_day: date
    days: int

    @classmethod
    def of(cls, outcome: Outcome) -> _UnderRecording:
        last_day = outcome.first_day + timedelta(days=outcome.days - 1)
        faults = [row for row in outcome.truth if row.kind in FLOORS]
        hidden = [row for row in outcome.truth if row.kind is HIDDEN]
        cases = [case for case in outcome.cases if case.kind in UNDER_RECORDING]
        right, found = set(), {}
        by_point: dict[str | None, list[int]] = {}
        for position, case in enumerate(cases):
            by_point.setdefault(case.metering_point_id, []).append(position)
        for number, fault in enumerate([*faults, *hidden]):
            hits = [
                position
                for position in by_point.get(fault.metering_point_id, [])
                if _overlap(cases[position], fault, last_day)
            ]
            right.update(hits)
            found[number] = [cases[position] for position in hits]
        return cls(faults, hidden, cases, found, right, outcome.first_day, outcome.days)

    def figures(self, outcome: Outcome) -> Figures:
        caught = [fault for number, fault in enumerate(self.faults) if self.found[number]]
        by_kind = {
            kind.value: {
                "faults": sum(fault.kind is kind for fault in self.faults),
                "recall": _share(sum(fault.kind is kind for fault in caught), sum(f.kind is kind for f in self.faults)),
            }
            for kind in FLOORS
        }
        mix = MIX | {Kind.HALVED_CT: MIX[Kind.HALVED_CT] * outcome.commercial / max(outcome.points, 1)}
        recalls = {kind: by_kind[kind.value]["recall"] for kind in mix}
        known = {kind: recall for kind, recall in recalls.items() if recall is not None}
        large = [number for number, fault in enumerate(self.faults) if self._per_year(fault) > _LARGE_KWH_PER_YEAR]
        ranking = sorted(range(len(self.cases)), key=lambda one: -self.cases[one].kwh_per_year)
        hidden = sum(bool(self.found[len(self.faults) + number]) for number in range(len(self.hidden)))
        errors, covered, onsets = self._accuracy()
        named = sum(
            any(one.kind.value == fault.kind.value for one in self.found[n]) for n, fault in enumerate(self.faults)
        )
        return {
            "faults": len(self.faults),
            "flagged": len(self.cases),
            "precision": _share(len(self.right), len(self.cases)),
            "recall": _share(len(caught), len(self.faults)),
            "recall_standardised": (
                sum(mix[kind] * recall for kind, recall in known.items()) / sum(mix[kind] for kind in known)
                if known
                else None
            ),
            "recall_large": _share(sum(bool(self.found[number]) for number in large), len(large)),
            "energy_recall": _share(sum(f.kwh_lost for f in caught), sum(f.kwh_lost for f in self.faults)),
            "kind_named_right": _share(named, len(caught)),
            **{f"top{k}_precision": self._top(ranking, k) for k in (25, 50, 100)},
            "kwh_error_median": median(errors) if errors else None,
            "interval_coverage": _share(sum(covered), len(covered)),
            "onset_error_days_median": median(onsets) if onsets else None,
            "onset_within_7_days": _share(sum(days <= 7 for days in onsets), len(onsets)),
            "by_kind": by_kind,
            "hidden_kind": {"faults": len(self.hidden), "recall": _share(hidden, len(self.hidden))},
        }

    def baseline(self, ranked: Sequence[Suspicion]) -> Figures:
        """A ranking cut off where it flags as many points as there are cases."""
        chosen = sorted(ranked, key=lambda one: (-one.score, one.metering_point_id))[: len(self.cases)]
        points = {one.metering_point_id for one in chosen}
        faulty = {fault.metering_point_id for fault in (*self.faults, *self.hidden)}
        caught = [fault for fault in self.faults if fault.metering_point_id in points]
        top = [one.metering_point_id in faulty for one in chosen[:100]]
        return {
            "flagged": len(points),
            "precision": _share(len(points & faulty), len(points)),
            "recall": _share(len(caught), len(self.faults)),
            "energy_recall": _share(sum(f.kwh_lost for f in caught), sum(f.kwh_lost for f in self.faults)),
            "top100_precision": _share(sum(top), len(top)),
        }

    def failures(self) -> Figures:
        """The largest losses that were missed, and the cases that are none, by what they claim."""
        missed = [fault for number, fault in enumerate(self.faults) if not self.found[number]]
        wrong = [case for position, case in enumerate(self.cases) if position not in self.right]
        return {
            "missed": [
                {"metering_point_id": one.metering_point_id, "kind": one.kind.value, "kwh_lost": round(one.kwh_lost)}
                for one in sorted(missed, key=lambda one: -one.kwh_lost)[:10]
            ],
            "wrong": [
                {
                    "metering_point_id": one.metering_point_id,
                    "kind": one.kind.value,
                    "kwh_per_year": round(one.kwh_per_year),
                    "score": round(one.score, 1),
                }
                for one in sorted(wrong, key=lambda one: -one.kwh_per_year)[:10]
            ],
        }

    def _accuracy(self) -> tuple[list[float], list[bool], list[int]]:
        errors, covered, onsets = [], [], []
        for number, fault in enumerate(self.faults):
            hits = self.found[number]
            if not hits:
                continue
            if fault.kwh_lost > 0:
                kwh = sum(case.kwh_window for case in hits)
                errors.append(abs(kwh - fault.kwh_lost) / fault.kwh_lost)
                low, high = (
                    sum(case.kwh_window * getattr(case, side) / case.kwh_per_year for case in hits)
                    for side in ("kwh_per_year_low", "kwh_per_year_high")
                )
                covered.append(low <= fault.kwh_lost <= high)
            if fault.onset_date > self.first_day:
                onsets.append(min(abs((case.onset_date - fault.onset_date).days) for case in hits))
        return errors, covered, onsets

    def _per_year(self, fault: Row) -> float:
        last_day = self.first_day + timedelta(days=self.days - 1)
        begin, end = max(fault.onset_date, self.first_day), min(fault.end_date or last_day, last_day)
        return fault.kwh_lost / ((end - begin).days + 1) * 365.0

    def _top(self, ranking: Sequence[int], number: int) -> float | None:
        """Of all cases where there are fewer."""
        return _share(sum(one in self.right for one in ranking[:number]), len(ranking[:number]))


def _mapping(outcome: Outcome) -> Figures:
    truth = {
        row.metering_point_id: row.true_substation_id
        for row in outcome.truth
        if row.kind is Kind.WRONG_SUBSTATION and row.metering_point_id is not None
    }
    said = {one.metering_point_id: one.supplied_by for one in outcome.misplaced}
    right = truth.keys() & said.keys()
    return {
        "faults": len(truth),
        "flagged": len(said),
        "precision": _share(len(right), len(said)),
        "recall": _share(len(right), len(truth)),
        "right_substation": _share(sum(said[point] == truth[point] for point in right), len(right)),
    }


def _hooks(outcome: Outcome) -> Figures:
    last_day = outcome.first_day + timedelta(days=outcome.days - 1)
    truth = [row for row in outcome.truth if row.kind is Kind.HOOK]
    cases = [case for case in outcome.cases if case.kind is LossKind.HOOK]

    def meet(case: Case, row: Row) -> bool:
        return case.substation_id == row.substation_id and _overlap(case, row, last_day)

    caught = sum(any(meet(case, row) for case in cases) for row in truth)
    right = sum(any(meet(case, row) for row in truth) for case in cases)
    return {
        "faults": len(truth),
        "flagged": len(cases),
        "precision": _share(right, len(cases)),
        "recall": _share(caught, len(truth)),
    }


def _overlap(case: Case, row: Row, last_day: date) -> bool:
    return case.onset_date <= (row.end_date or last_day) and row.onset_date <= (case.end_date or last_day)


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _difference(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one - other


def _at_least(name: str, value: float | None, goal: float) -> tuple[str, float | None, str, bool | None]:
    return name, value, f">= {goal:g}", None if value is None else value >= goal


def _at_most(name: str, value: float | None, goal: float) -> tuple[str, float | None, str, bool | None]:
    return name, value, f"<= {goal:.4g}", None if value is None else value <= goal
