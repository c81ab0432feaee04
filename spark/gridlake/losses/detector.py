"""Find what a substation's balance lacks: one case after another, each the one that explains most of what is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import Enum, auto

import numpy as np

from gridlake.catalog.calendar import holidays
from gridlake.catalog.losses import Explanation, LossKind, Verdict
from gridlake.losses.balance import Balance, Effect
from gridlake.losses.daylight import darkness
from gridlake.losses.pattern import Bounds, Evidence, Pattern, cells, quick, refined, whole
from gridlake.losses.supply import SLOTS, Flags, Floats, Problem, Supply, checked, is_computable

_DAYS_PER_YEAR = 365
_QUARTER_KW_WH = 250.0
"""One kilowatt for a quarter of an hour: unmetered load is counted in kW."""

# How far things are off by nature: one standard deviation.
_METER_GAIN, _CLOCK, _TRANSFORMER_GAIN, _CABLE_LOSS = 0.006, 0.013, 0.004, 0.006
_CONSTANT_WH = 5.0
_LAMPS_GAIN, _LAMPS_HOURS = 0.10, 0.30
_LAMPS_DEGREES, _DUSK_DEGREES, _NIGHT_DEGREES = -3.0, 0.0, -6.0
_HALF_NIGHT_OFF = ((88, 92), (92, 20), (20, 24))  # lamps of half a night go out between 22 and 23 h, until 5 or 6

_MOST_CASES = 12
_TRIED = 8
_HOURS_DISCOUNT, _STOPPED_BONUS = 0.85, 1.5
_METER = Bounds(0.12, 30.0)
_STRAY = Bounds(-1.3, -0.7)
_STOPPED = Bounds(0.1, 12.0)
_UNMETERED = Bounds(0.65, 30.0)
_LAMPS = Bounds(0.3, 30.0)
_ZERO_DAYS, _USUAL_DAYS = 7, 10
_TWO_THIRDS, _HALF = (0.60, 0.73), (0.46, 0.54)
_EIGHTY_PERCENT = 1.2816
_INEXACT = 0.01
"""Share of a case's energy that meters themselves may be off by."""


@dataclass(frozen=True)
class Settings:
    """What calibration decides, on worlds that no scoring uses."""

    least_score: float = 8.0
    """Standard errors that a case needs."""
    least_score_of_hours: float = 12.0
    """The same of one that is there in certain hours only."""
    least_score_of_stopped: float = 5.0
    """The same of a register that stands still: there are few, and no pattern in time is looked for."""
    stray_score: float = 5.0
    """Standard errors from which on a point is tried at other substations."""
    interval_width: float = 1.8
    """By what an interval is wider than its standard error says."""


@dataclass(frozen=True)
class Check:
    """One competing explanation, and how it fared."""

    name: Explanation
    verdict: Verdict
    number: float


@dataclass(frozen=True)
class Case:
    """Something that the balance lacks, with its evidence."""

    substation_id: str
    metering_point_id: str | None
    """None for load without a meter."""
    kind: LossKind
    score: float
    factor: float
    """What is missing relative to what is recorded; for load without a meter in kW."""
    factor_low: float
    factor_high: float
    onset_date: date
    onset_in_window: bool
    end_date: date | None
    """Last day; None where it still lasts at the window's end."""
    kwh_window: float
    kwh_per_year: float
    kwh_per_year_low: float
    kwh_per_year_high: float
    residual_before_wh: float
    residual_after_wh: float
    days: int
    days_supporting: int
    explanations: tuple[Check, ...]


@dataclass(frozen=True)
class Stray:
    """A point that seems to be supplied elsewhere, and what it draws [interval]."""

    metering_point_id: str
    score: float
    curve: Floats


@dataclass(frozen=True)
class Finding:
    """What is known of one substation."""

    substation_id: str
    first_day: date
    readings: int
    """Handed to the regression."""
    cases: tuple[Case, ...] = ()
    problems: tuple[Problem, ...] = ()
    residual: Floats = field(default_factory=lambda: np.zeros(0))
    """What nothing explains [interval]."""
    strays: tuple[Stray, ...] = ()


class _Role(Enum):
    METER = auto()
    STRAY = auto()
    STOPPED = auto()
    UNMETERED = auto()
    LAMPS = auto()


@dataclass(frozen=True)
class _Suspect:
    role: _Role
    point: int | None
    curve: int
    """Row among the curves."""
    only: Pattern | None = None
    """The one pattern that it can have."""

    @property
    def bounds(self) -> Bounds:
        """Factors that make it a case."""
        return _BOUNDS[self.role]


_BOUNDS = {
    _Role.METER: _METER,
    _Role.STRAY: _STRAY,
    _Role.STOPPED: _STOPPED,
    _Role.UNMETERED: _UNMETERED,
    _Role.LAMPS: _LAMPS,
}


@dataclass(frozen=True)
class _Hopeful:
    worth: float
    score: float
    suspect: _Suspect
    pattern: Pattern


@dataclass(frozen=True)
class _Found:
    suspect: _Suspect
    pattern: Pattern
    rival: float
    """Gain of the best other suspect relative to its own."""


def detect(supply: Supply, settings: Settings | None = None) -> Finding:
    """All cases of one substation; what its data lack is named, and the rest is computed."""
    usable, problems = checked(supply)
    if not is_computable(problems):
        return Finding(supply.substation_id, supply.first_day, 0, problems=tuple(problems))
    search = _Search(usable, settings or Settings())
    search.run()
    return Finding(
        supply.substation_id,
        supply.first_day,
        usable.readings,
        tuple(search.cases()),
        tuple(problems),
        search.balance.unexplained(),
        tuple(search.strays()),
    )


class _Search:
    """The balance of one substation while cases are looked for."""

    def __init__(self, supply: Supply, settings: Settings) -> None:
        self.supply, self.settings = supply, settings
        self.days = len(supply.meter_wh)
        self.number = len(supply.points)
        rest_days = set(holidays(sorted({day.year for day in supply.days})))
        self.resting = np.array([day.weekday() >= 5 or day in rest_days for day in supply.days])
        self.consumption, absent = _filled(supply.consumption, self.resting)
        self.estimated = (supply.estimated | absent).reshape(self.number, -1)
        generation, dark = _filled(supply.generation, self.resting)
        self.generation = generation.reshape(len(generation), self.days * SLOTS)
        self.generation_estimated = (supply.generation_estimated | dark).reshape(len(generation), self.days * SLOTS)
        self.by_point = self.consumption.reshape(self.number, -1)
        self.dark = {
            degrees: darkness(supply.days, supply.longitude, supply.latitude, degrees).ravel() * _QUARTER_KW_WH
            for degrees in (_LAMPS_DEGREES, _DUSK_DEGREES, _NIGHT_DEGREES)
        }
        metered = supply.meter_wh.ravel()
        known = np.isfinite(metered)
        self.delivered = np.where(known, metered, 0.0)
        residual = self.delivered - self.by_point.sum(axis=0) + self.generation.sum(axis=0)
        lamps, lamp_columns = self._declared_lamps()
        residual = np.where(known, residual - lamps, 0.0)
        weights = self._weights(residual, known)
        self.balance = Balance(residual, weights, self._small(lamp_columns))
        self.silent = _zero_runs(supply.consumption)
        self.suspects, curves = self._suspects()
        self.curves = curves
        self.weighted = curves * self.balance.root
        self.energy = cells(self.weighted**2)
        self.found: list[_Found] = []
        self.tried: dict[int, Effect] = {}

    def run(self) -> None:
        """Add the best case until none is good enough, then look at all of them once more."""
        while len(self.found) < _MOST_CASES and self._add_best():
            pass
        self._again()
        self._prune()

    # --- what belongs to the world as it should be

    def _declared_lamps(self) -> tuple[Floats, list[Floats]]:
        lamps = self.supply.lamps
        nothing = np.zeros_like(self.delivered)
        if lamps is None:
            return nothing, []
        burning = self.dark[_LAMPS_DEGREES]
        uncertain = []
        if lamps.half_night:
            parts = [burning * Pattern(0, self.days, *hours).mask(self.days) for hours in _HALF_NIGHT_OFF]
            # Whether they burn in these hours nobody has written down.
            uncertain = [part * lamps.declared_kw * 0.7 for part in parts]
            burning = burning - sum(parts, nothing)
        declared = burning * lamps.declared_kw
        shoulders = [
            (self.dark[_DUSK_DEGREES] - self.dark[_LAMPS_DEGREES]) * lamps.declared_kw * _LAMPS_HOURS,
            (self.dark[_LAMPS_DEGREES] - self.dark[_NIGHT_DEGREES]) * lamps.declared_kw * _LAMPS_HOURS,
        ]
        return declared, [declared * _LAMPS_GAIN, *shoulders, *uncertain]

    def _weights(self, residual: Floats, known: Flags) -> Floats:
        """Less where neighbours are estimated: their variance comes on top of the noise."""
        doubt = self.by_point.var(axis=1) @ self.estimated + self.generation.var(axis=1) @ self.generation_estimated
        steps = np.diff(residual)[known[1:] & known[:-1]]
        noise = max(10.0, float(np.median(np.abs(steps))) / 2.0)
        lost = self.estimated.mean(axis=0) > 0.5
        return np.where(known & ~lost, noise**2 / (noise**2 + doubt), 0.0)

    def _small(self, lamps: Sequence[Floats]) -> Floats:
        own = np.concatenate([self.by_point, self.generation])
        net = self.delivered
        cable = net**2 / max(float(np.abs(net).mean()), 1.0)
        # Each meter may be off by a share and its clock by seconds; what follows is the substation's.
        return np.concatenate(
            [
                own * _METER_GAIN,
                (np.roll(own, -1, axis=1) - own) * _CLOCK,
                (np.roll(own, 1, axis=1) - own) * _CLOCK,
                np.stack(
                    [net * _TRANSFORMER_GAIN, cable * _CABLE_LOSS, np.full_like(net, _CONSTANT_WH), *lamps],
                ),
            ]
        )

    # --- who is asked

    def _suspects(self) -> tuple[list[_Suspect], Floats]:
        whole_window = Pattern(0, self.days)
        suspects, curves = [], list(self.by_point)
        plants: dict[int, list[int]] = {}
        for plant, point in enumerate(self.supply.plant_of.tolist()):
            plants.setdefault(point, []).append(plant)
        for point in range(self.number):
            suspects.append(_Suspect(_Role.METER, point, point))
        for point in range(self.number):
            behind = plants.get(point, [])
            suspects.append(_Suspect(_Role.STRAY, point, len(curves) if behind else point, whole_window))
            if behind:
                curves.append(self.by_point[point] - self.generation[behind].sum(axis=0))
        for point, first, end in self.silent:
            usual = self._usual(point)
            if usual is not None:
                only = Pattern(first, end)
                suspects.append(_Suspect(_Role.STOPPED, point, len(curves), only))
                curves.append(usual * only.mask(self.days))
        for role, curve in (
            (_Role.UNMETERED, np.full_like(self.delivered, _QUARTER_KW_WH)),
            (_Role.LAMPS, self.dark[_LAMPS_DEGREES]),
        ):
            suspects.append(_Suspect(role, None, len(curves)))
            curves.append(curve)
        return suspects, np.stack(curves)

    def _usual(self, point: int) -> Floats | None:
        """What a point without consumption would use: as on its own other days, else as its class does."""
        # A closed Sunday belongs to a usual week; a week of nothing does not.
        used = np.ones((self.number, self.days), dtype=np.bool_)
        for other, begin, stop in self.silent:
            used[other, begin:stop] = False
        own = np.zeros_like(used)
        own[point] = used[point]
        if own.sum() < _USUAL_DAYS:
            alike = np.array([one == self.supply.profile_class[point] for one in self.supply.profile_class])
            own = used & alike[:, None]
        if not own.any():
            return None
        table = np.zeros((self.days, SLOTS))
        for resting in (False, True):
            chosen = own & (self.resting == resting)[None, :]
            pool = self.consumption[chosen if chosen.any() else own]
            table[self.resting == resting] = pool.mean(axis=0)
        return table.ravel()

    # --- the search

    def _add_best(self) -> bool:
        balance, number = self.balance, self.number
        moment = cells(self.weighted * balance.error)
        left = np.concatenate(
            [
                balance.information_of_small(number, _METER_GAIN),
                balance.information(self.weighted[number:]),
            ]
        )
        whole_energy = self.energy.sum(axis=(1, 2))
        taken = 1.0 - np.divide(left, whole_energy, out=np.ones_like(left), where=whole_energy > 0)
        evidence = Evidence(moment, self.energy, np.clip(taken, 0.0, 1.0), balance.noise)
        busy = {one.suspect.point for one in self.found if one.suspect.point is not None}
        ranking = np.zeros(len(self.suspects))
        for role, bounds in _BOUNDS.items():
            places = [
                place
                for place, one in enumerate(self.suspects)
                if one.role is role and (one.point is None or one.point not in busy)
            ]
            if places:
                rows = [self.suspects[place].curve for place in places]
                part = Evidence(moment[rows], self.energy[rows], evidence.taken[rows], balance.noise)
                judge = quick if self.suspects[places[0]].only is None else whole
                ranking[places] = judge(part, bounds)
        hopeful = []
        for place in np.argsort(-ranking)[:_TRIED].tolist():
            if ranking[place] < self.settings.stray_score**2:
                break
            suspect = self.suspects[place]
            pattern = suspect.only or refined(
                self._evidence(suspect, balance.error, float(evidence.taken[suspect.curve])), suspect.bounds
            )
            effect = balance.test(self._column(suspect, pattern))
            if effect is None or not suspect.bounds.low <= effect.factor <= suspect.bounds.high:
                continue
            if suspect.role is _Role.STRAY and suspect.point is not None:
                self.tried[suspect.point] = effect
            hopeful.append(_Hopeful((effect.factor / effect.model_error) ** 2, abs(effect.score), suspect, pattern))
        hopeful.sort(key=self._preference, reverse=True)
        for one in hopeful:
            if one.score < self._least_score(one.suspect, one.pattern):
                continue
            rival = max((other.worth for other in hopeful if other is not one), default=0.0) / one.worth
            self.found.append(_Found(one.suspect, one.pattern, rival))
            balance.add(self._column(one.suspect, one.pattern))
            return True
        return False

    def _preference(self, one: _Hopeful) -> float:
        """Some neighbour is always about as even as load without a meter: then the simpler claim comes first."""
        if one.suspect.role is _Role.STOPPED:
            return one.worth * _STOPPED_BONUS
        simple = one.suspect.role in (_Role.UNMETERED, _Role.LAMPS) or one.pattern.is_all_day
        return one.worth if simple else one.worth * _HOURS_DISCOUNT

    def _least_score(self, suspect: _Suspect, pattern: Pattern) -> float:
        """Hours are one choice among hundreds."""
        if suspect.role is _Role.STOPPED:
            return self.settings.least_score_of_stopped
        return self.settings.least_score if pattern.is_all_day else self.settings.least_score_of_hours

    def _evidence(self, suspect: _Suspect, error: Floats, taken: float) -> Evidence:
        """Per slot [day, slot]."""
        curve = self.weighted[suspect.curve]
        moment, energy = (part.reshape(self.days, SLOTS) for part in (curve * error, curve**2))
        return Evidence(moment, energy, np.array(taken), self.balance.noise)

    def _column(self, suspect: _Suspect, pattern: Pattern) -> Floats:
        curve: Floats = self.curves[suspect.curve]
        everything = pattern.is_all_day and pattern.first == 0 and pattern.end == self.days
        return curve if everything else curve * pattern.mask(self.days)

    def _again(self) -> None:
        """With all cases known, look at the boundaries of each in time once more."""
        for _ in range(len(self.found)):
            # Always the first one: what is added again becomes the last.
            one, pattern = self.found.pop(0), None
            if one.suspect.only is None:
                factor = self.balance.effects[0].factor
                left = self.balance.error + factor * self._column(one.suspect, one.pattern) * self.balance.root
                pattern = refined(self._evidence(one.suspect, left, 0.0), one.suspect.bounds)
            self.balance.remove(0)
            self.found.append(replace(one, pattern=pattern or one.pattern))
            self.balance.add(self._column(one.suspect, pattern or one.pattern))

    def _prune(self) -> None:
        """Leave out what the others have made needless, the weakest first."""
        while self.found:
            margins = [
                abs(effect.score) / self._least_score(one.suspect, one.pattern)
                if one.suspect.bounds.low <= effect.factor <= one.suspect.bounds.high
                else 0.0
                for one, effect in zip(self.found, self.balance.effects, strict=True)
            ]
            weakest = int(np.argmin(margins))
            if margins[weakest] >= 1.0:
                return
            self.balance.remove(weakest)
            del self.found[weakest]

    # --- what is said of it

    def cases(self) -> list[Case]:
        """The cases; lamps that nobody declared explain what is missing and are none."""
        return [
            self._case(one, effect)
            for one, effect in zip(self.found, self.balance.effects, strict=True)
            if one.suspect.role is not _Role.LAMPS
        ]

    def strays(self) -> list[Stray]:
        """Points to be tried elsewhere: those of cases, and weaker ones."""
        scores = {point: abs(effect.score) for point, effect in self.tried.items()}
        others = {one.suspect.point for one in self.found if one.suspect.role is not _Role.STRAY}
        curves = {one.point: one.curve for one in self.suspects if one.role is _Role.STRAY}
        return [
            Stray(self.supply.points[point], score, self.curves[curves[point]])
            for point, score in sorted(scores.items())
            if score >= self.settings.stray_score and point not in others
        ]

    def _case(self, one: _Found, effect: Effect) -> Case:
        suspect, pattern = one.suspect, one.pattern
        column = self._column(suspect, pattern)
        wide = _EIGHTY_PERCENT * self.settings.interval_width * float(np.hypot(effect.error / effect.factor, _INEXACT))
        low, high = sorted((effect.factor * (1.0 - wide), effect.factor * (1.0 + wide)))
        kwh = effect.factor * float(column.sum()) / 1000.0
        per_year = kwh / (pattern.end - pattern.first) * _DAYS_PER_YEAR
        weighted = column * self.balance.root
        left = self.balance.error + effect.factor * weighted
        inside = (weighted != 0) & (self.balance.root > 0)
        moment, energy = (part.reshape(self.days, SLOTS).sum(axis=1) for part in (weighted * left, weighted**2))
        spoken = energy > 0
        daily = np.divide(moment, energy, out=np.zeros_like(moment), where=spoken)
        days = self.supply.days
        return Case(
            substation_id=self.supply.substation_id,
            metering_point_id=None if suspect.point is None else self.supply.points[suspect.point],
            kind=self._kind(suspect, pattern, effect),
            score=abs(effect.score),
            factor=effect.factor,
            factor_low=low,
            factor_high=high,
            onset_date=days[pattern.first],
            onset_in_window=pattern.first > 0,
            end_date=None if pattern.end == self.days else days[0] + timedelta(days=pattern.end - 1),
            kwh_window=kwh,
            kwh_per_year=per_year,
            kwh_per_year_low=per_year * (1.0 - wide),
            kwh_per_year_high=per_year * (1.0 + wide),
            residual_before_wh=_root_mean_square(left[inside]),
            residual_after_wh=_root_mean_square(self.balance.error[inside]),
            days=int(spoken.sum()),
            days_supporting=int((daily[spoken] / effect.factor > 0.5).sum()),
            explanations=tuple(self._checks(one, effect, column)),
        )

    def _kind(self, suspect: _Suspect, pattern: Pattern, effect: Effect) -> LossKind:
        if suspect.role is not _Role.METER or suspect.point is None:
            return {
                _Role.STRAY: LossKind.WRONG_SUBSTATION,
                _Role.STOPPED: LossKind.STOPPED_REGISTER,
                _Role.UNMETERED: LossKind.HOOK,
            }[suspect.role]
        if not pattern.is_all_day:
            return LossKind.EVENING_BYPASS
        recorded = 1.0 / (1.0 + effect.factor)
        if _HALF[0] <= recorded <= _HALF[1] and self.supply.profile_class[suspect.point].startswith("G"):
            return LossKind.HALVED_CT
        return LossKind.LOST_PHASE if _TWO_THIRDS[0] <= recorded <= _TWO_THIRDS[1] else LossKind.PARTIAL_BYPASS

    def _checks(self, one: _Found, effect: Effect, column: Floats) -> list[Check]:
        point, role, days = one.suspect.point, one.suspect.role, one.pattern
        touched = column != 0
        checks = []

        def say(name: Explanation, number: float, possible: bool) -> None:
            checks.append(Check(name, Verdict.POSSIBLE if possible else Verdict.EXCLUDED, float(number)))

        still = (self.delivered[touched] == 0).mean() if touched.any() else 0.0
        say(Explanation.OUTAGE, still, still > 0.05)
        night = float(np.corrcoef(column, self.dark[_LAMPS_DEGREES])[0, 1]) if column.std() > 0 else 0.0
        say(Explanation.LIGHTING, night, role is _Role.UNMETERED and night > 0.6)
        say(Explanation.NEIGHBOUR, one.rival, one.rival > 0.8)
        if point is None:
            return checks
        share = float(self.estimated[point][touched].mean()) if touched.any() else 1.0
        say(Explanation.ESTIMATED, share, share > 0.2)
        behind = self.number + len(self.generation)
        ahead, back = self.balance.small[[behind + point, 2 * behind + point]] * _CLOCK
        seconds = 900.0 * float(back - ahead)
        say(Explanation.CLOCK, seconds, abs(seconds) > 60.0 and abs(effect.factor) < 0.3)
        use = self.consumption[point].sum(axis=1)
        inside = np.zeros(self.days, dtype=np.bool_)
        inside[days.first : days.end] = True
        before = float(use[~inside].mean()) if (~inside).sum() >= _ZERO_DAYS else 0.0
        if before <= 0:
            checks.append(Check(Explanation.OWN_CHANGE, Verdict.UNKNOWN, 1.0))
        else:
            # People who left use nothing; what a stopped register hides still flows.
            gone = role is _Role.STOPPED and effect.factor - 2.0 * effect.error < 0.5
            say(Explanation.OWN_CHANGE, float(use[inside].mean()) / before, gone)
        return checks


def _filled(values: Floats, resting: Flags) -> tuple[Floats, Flags]:
    """Missing readings replaced by the mean of the same slot on days of the same type; and which they are."""
    absent = np.isnan(values)
    if not absent.any():
        return values, absent
    complete = values.copy()
    for row in np.flatnonzero(absent.any(axis=(1, 2))).tolist():
        there = ~absent[row]
        overall = float(values[row][there].mean()) if there.any() else 0.0
        for kind in (False, True):
            days = resting == kind
            number = there[days].sum(axis=0)
            total = np.where(there[days], values[row][days], 0.0).sum(axis=0)
            usual = np.where(number > 0, total / np.maximum(number, 1), overall)
            complete[row, days] = np.where(there[days], values[row][days], usual)
    return complete, absent


def _zero_runs(consumption: Floats) -> list[tuple[int, int, int]]:
    """Point, first day and the one after the last of a week or more without any consumption; NaN is no reading."""
    known = np.isfinite(consumption)
    silent = (np.where(known, consumption, 0.0).sum(axis=2) == 0) & (known.sum(axis=2) > SLOTS // 2)
    runs = []
    for point in np.flatnonzero(silent.any(axis=1)).tolist():
        edges = np.flatnonzero(np.diff(np.concatenate([[0], silent[point].astype(np.int64), [0]])))
        runs += [
            (point, first, end)
            for first, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
            if end - first >= _ZERO_DAYS
        ]
    return runs


def _root_mean_square(values: Floats) -> float:
    return float(np.sqrt((values**2).mean())) if len(values) else 0.0
