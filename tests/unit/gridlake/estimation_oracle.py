"""Gaps and estimates of one register in plain Python, straight from the rules: no Spark, no code of ours."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

BERLIN = ZoneInfo("Europe/Berlin")
ONE_DAY = timedelta(days=1)
Values = list[int | None]
Profile = Mapping[tuple[int, str], Sequence[int]]


@dataclass(frozen=True)
class Day:
    values: Values
    start: int
    end: int
    versions: tuple[str, ...]


@dataclass(frozen=True)
class Estimate:
    values: Values
    method: str
    energy: int | None
    inputs: tuple[str, ...]


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), BERLIN).astimezone(UTC)


def intervals(day: date) -> list[datetime]:
    start, end = midnight(day), midnight(day + ONE_DAY)
    return [start + timedelta(minutes=15) * step for step in range((end - start) // timedelta(minutes=15))]


def difference(start: int, end: int) -> int | None:
    if end >= start:
        return end - start
    return end + 10**9 - start if 9 * 10**8 <= start < 10**9 and end < 10**8 else None


def credible(day: Day) -> bool:
    if None in day.values:
        return True
    counted = difference(day.start, day.end)
    missing = None if counted is None else abs(counted - sum(value or 0 for value in day.values))
    return counted is not None and missing is not None and (missing <= 2 or missing * 1000 <= counted)


def gaps(days: Mapping[date, Day], expected: Collection[date]) -> list[tuple[list[date], int | None, set[str]]]:
    """Days of each gap, the energy between its registers, and the versions that it was made from."""
    found: list[tuple[list[date], int | None, set[str]]] = []
    for day in sorted(expected):
        here, before, after = (days.get(day + ONE_DAY * step) for step in (0, -1, 1))
        around = {version for one in (before, here, after) if one for version in one.versions}
        if here is None:
            if found and found[-1][0][-1] == day - ONE_DAY and before is None:
                run, _, versions = found.pop()
                found.append(([*run, day], None, versions | around))
            else:
                found.append(([day], None, around))
        elif None in here.values:
            meets = all(
                own == other
                for neighbour, own, other in (
                    (before, here.start, before and before.end),
                    (after, here.end, after and after.start),
                )
                if neighbour and credible(neighbour)
            )
            counted = difference(here.start, here.end) if meets else None
            left = None if counted is None else counted - sum(value or 0 for value in here.values)
            found.append(([day], left if left is not None and left >= 0 else None, around))
    return [
        (run, energy if run[0] in days else _between(days.get(run[0] - ONE_DAY), days.get(run[-1] + ONE_DAY)), versions)
        for run, energy, versions in found
    ]


def _between(before: Day | None, after: Day | None) -> int | None:
    if before is None or after is None or not (credible(before) and credible(after)):
        return None
    return difference(before.end, after.start)


def estimates(
    days: Mapping[date, Day], expected: Collection[date], profile: Profile, holidays: Collection[date]
) -> dict[date, Estimate]:
    found: dict[date, Estimate] = {}
    for run, energy, versions in gaps(days, expected):
        own: dict[date, Values] = {
            day: days[day].values if day in days else [None] * len(intervals(day)) for day in run
        }
        cells = [(day, place) for day in run for place, value in enumerate(own[day]) if value is None]
        chosen = _weights(run, own, cells, days, profile, holidays, energy)
        if chosen is None:
            continue
        method, weights, similar = chosen
        wh = _rounded(weights) if energy is None else _largest_remainders(energy, weights)
        values: dict[date, Values] = {day: [None] * len(own[day]) for day in run}
        for (day, place), amount in zip(cells, wh, strict=True):
            values[day][place] = amount
        inputs = tuple(sorted(versions | similar))
        found |= {day: Estimate(values[day], method, energy, inputs) for day in run}
    return found


def _weights(
    run: list[date],
    own: Mapping[date, Values],
    cells: list[tuple[date, int]],
    days: Mapping[date, Day],
    profile: Profile,
    holidays: Collection[date],
    energy: int | None,
) -> tuple[str, list[Fraction], set[str]] | None:
    if run[0] in days and any(value is not None for value in own[run[0]]) and _longest(own[run[0]]) <= 8:
        return "NEIGHBOURS", [_level(own[day], place) for day, place in cells], set()

    def kind(day: date) -> str:
        if day.weekday() == 6 or day in holidays:
            return "REST_DAY"
        return "SATURDAY" if day.weekday() == 5 else "WORKDAY"

    def quarter(day: date, place: int) -> int:
        clock = intervals(day)[place].astimezone(BERLIN)
        return clock.hour * 4 + clock.minute // 15

    earlier = [
        day
        for day in sorted(days, reverse=True)
        if run[0] - 42 * ONE_DAY <= day < run[0] and len(days[day].values) == 96 and None not in days[day].values
    ]
    if earlier:
        similar = {
            day: _most_alike(own[day], earlier, days)
            if len(own[day]) == 96 and own[day].count(None) <= 48
            else [one for one in earlier if kind(one) == kind(day)] or earlier
            for day in run
        }
        similar = {day: chosen[:12] for day, chosen in similar.items()}
        weights = [
            Fraction(sum(days[one].values[quarter(day, place)] or 0 for one in similar[day]), len(similar[day]))
            for day, place in cells
        ]
        return "SIMILAR_DAYS", weights, {v for of_day in similar.values() for one in of_day for v in days[one].versions}
    if energy is None:
        return None
    if all((day.month, kind(day)) in profile for day in run):
        weights = [Fraction(profile[day.month, kind(day)][quarter(day, place)]) for day, place in cells]
        return "STANDARD_PROFILE", weights, set()
    return "EVEN", [Fraction(1)] * len(cells), set()


def _most_alike(own: Values, latest_first: list[date], days: Mapping[date, Day]) -> list[date]:
    def distance(day: date) -> float:
        pairs = [(mine, other or 0) for mine, other in zip(own, days[day].values, strict=True) if mine is not None]
        theirs = sum(other for _, other in pairs)
        level = sum(mine for mine, _ in pairs) / theirs if theirs else 0.0
        return sum(abs(other * level - mine) for mine, other in pairs)

    return sorted(latest_first, key=distance)


def _longest(values: Values) -> int:
    longest = length = 0
    for value in values:
        length = length + 1 if value is None else 0
        longest = max(longest, length)
    return longest


def _level(values: Values, place: int) -> Fraction:
    before = [value for value in values[:place] if value is not None][-1:]
    after = [value for value in values[place:] if value is not None][:1]
    ends = (before or after) + (after or before)
    return Fraction(sum(ends), 2)


def _rounded(weights: list[Fraction]) -> list[int]:
    return [int(weight + Fraction(1, 2)) for weight in weights]


def _largest_remainders(energy: int, weights: list[Fraction]) -> list[int]:
    if not sum(weights):
        weights = [Fraction(1)] * len(weights)
    exact = [energy * weight / sum(weights) for weight in weights]
    whole = [int(share) for share in exact]
    for place in sorted(range(len(exact)), key=lambda place: whole[place] - exact[place])[: energy - sum(whole)]:
        whole[place] += 1
    return whole
