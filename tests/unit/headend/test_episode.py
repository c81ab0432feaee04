"""Episodes: as many as asked for at any time, and the same whatever window asks."""

import itertools

import numpy as np
import pytest

from headend import episode
from headend.episode import Episode
from headend.errors import RequestError
from headend.loss_profile import Kind, Phenomenon
from headend.streams import Flags, Key, Purpose, key

ROWS = 4000


@pytest.fixture(scope="module")
def keys() -> list[Key]:
    return [key(3, 1, row + 1) for row in range(ROWS)]


def everyone(share: float, days: tuple[int, int]) -> tuple[Phenomenon, Flags]:
    return Phenomenon(share, (0.0, 1.0), days), np.ones(ROWS, dtype=np.bool_)


def test_the_wanted_share_is_under_way_on_any_day(keys: list[Key]) -> None:
    kinds = {Kind.VACANCY: everyone(0.2, (30, 240)), Kind.MOVE: everyone(0.1, (90, 360))}
    found = episode.draw(keys, Purpose.OCCUPANCY, kinds, 800)
    for day in (0, 100, 363, 799):
        for kind, share in ((Kind.VACANCY, 0.2), (Kind.MOVE, 0.1)):
            rows = {one.row for one in found if one.kind is kind and one.touches(day, 1)}
            # Four standard deviations of a binomial share of 4,000 rows.
            assert len(rows) / ROWS == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / ROWS))


def test_a_longer_world_has_the_same_episodes_and_later_ones(keys: list[Key]) -> None:
    kinds = {Kind.VACANCY: everyone(0.2, (30, 240))}
    short = episode.draw(keys[:300], Purpose.OCCUPANCY, {k: (p, m[:300]) for k, (p, m) in kinds.items()}, 200)
    long = episode.draw(keys[:300], Purpose.OCCUPANCY, {k: (p, m[:300]) for k, (p, m) in kinds.items()}, 1000)
    assert [one for one in long if one.touches(0, 200)] == short
    assert len(long) > len(short)


def test_a_row_draws_alone_what_it_draws_among_others(keys: list[Key]) -> None:
    phenomenon = Phenomenon(0.3, (0.0, 1.0), (30, 240))
    among = episode.draw(keys[:50], Purpose.FAULT, {Kind.MOVE: (phenomenon, np.ones(50, dtype=np.bool_))}, 700)
    alone = episode.draw([keys[17]], Purpose.FAULT, {Kind.MOVE: (phenomenon, np.ones(1, dtype=np.bool_))}, 700)
    assert alone
    assert [(one.first, one.last, one.level) for one in alone] == [
        (one.first, one.last, one.level) for one in among if one.row == 17
    ]


def test_episodes_of_a_row_never_overlap_and_last_as_long_as_asked(keys: list[Key]) -> None:
    found = episode.draw(keys, Purpose.OCCUPANCY, {Kind.MOVE: everyone(0.5, (90, 360))}, 1500)
    by_row: dict[int, list[Episode]] = {}
    for one in found:
        by_row.setdefault(one.row, []).append(one)
    for episodes in by_row.values():
        assert all(before.last < after.first for before, after in itertools.pairwise(episodes))
    assert {one.last - one.first + 1 for one in found} <= set(range(90, 361))
    begins = np.array([one.first for one in found if one.first >= 0])
    assert (
        np.histogram(begins, bins=5, range=(0, 1500))[0].min() > 0.8 * len(begins) / 5
    )  # at no season more than another


def test_a_kind_befalls_only_those_that_it_can(keys: list[Key]) -> None:
    odd = np.arange(ROWS) % 2 == 1
    found = episode.draw(keys, Purpose.FAULT, {Kind.HALVED_CT: (Phenomenon(0.3, (0.5, 0.5), (120, 360)), odd)}, 400)
    assert {one.row % 2 for one in found} == {1}


def test_days_before_the_world_are_left_out() -> None:
    assert Episode(0, Kind.MOVE, -10, 4, 1.0, ()).days == slice(0, 5)
    assert np.zeros(9)[Episode(0, Kind.MOVE, -10, -3, 1.0, ()).days].size == 0


def test_more_than_one_episode_per_cycle_is_refused(keys: list[Key]) -> None:
    with pytest.raises(RequestError, match="vacancy"):
        episode.draw(keys, Purpose.OCCUPANCY, {Kind.VACANCY: everyone(0.5, (30, 60))}, 100)
    with pytest.raises(RequestError, match="364"):
        episode.draw(keys, Purpose.OCCUPANCY, {Kind.VACANCY: everyone(0.1, (30, 365))}, 100)
