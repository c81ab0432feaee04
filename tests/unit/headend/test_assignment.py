"""Ids that say nothing, and a register that puts some points elsewhere."""

from collections import Counter

import numpy as np
import pytest

from headend import assignment
from headend.fleet import Fleet
from headend.grid import Grid


def numbers(fleet: Fleet, grid: Grid) -> list[int]:
    """The seven digits of a grid's ids."""
    return [int(point[-7:]) for point in assignment.metering_point_ids(1, fleet.losses, fleet.grids, grid)]


def test_ids_of_a_perfect_world_count_the_loads(fleet: Fleet) -> None:
    ids = assignment.metering_point_ids(1, None, fleet.grids, fleet.grids[411])
    assert ids[0] == "DE-QN000014120001"
    assert len(ids) == len(fleet.grids[411].loads)


def test_ids_of_a_world_with_losses_are_distinct_and_tell_neither_grid_nor_load(scoring: Fleet) -> None:
    by_grid = [numbers(scoring, grid) for grid in scoring.grids]
    every = np.concatenate(by_grid)
    assert len(set(every.tolist())) == len(every) == 32_511
    grid_number = np.repeat(np.arange(412), [len(one) for one in by_grid])
    load_number = np.concatenate([np.arange(len(one)) for one in by_grid])
    # Four standard deviations of a correlation that is none.
    assert abs(np.corrcoef(every, grid_number)[0, 1]) < 4 / np.sqrt(len(every))
    assert abs(np.corrcoef(every, load_number)[0, 1]) < 4 / np.sqrt(len(every))
    # Nor do last digits, which a linear rule would give away.
    assert np.bincount(every % 10).min() > 0.9 * len(every) / 10
    assert np.bincount(np.abs(np.diff(every)) % 10).min() > 0.9 * len(every) / 10


def test_ids_of_a_grid_do_not_depend_on_who_else_is_asked_for(scoring: Fleet) -> None:
    alone = {one.metering_point_id for one in scoring.connections(scoring.grids[7:8])}
    among = {one.metering_point_id for one in scoring.connections(scoring.grids[:9]) if one.grid.number == 8}
    assert alone == among


def test_a_perfect_register_is_right(fleet: Fleet) -> None:
    for one in fleet.connections(fleet.grids[:20]):
        assert one.registered is one.grid
        assert one.registered_bus == one.grid.loads[one.position].bus


def test_the_register_is_wrong_for_7_of_1000_points(scoring: Fleet) -> None:
    connections = scoring.connections(scoring.grids)
    wrong = [one for one in connections if one.registered is not one.grid]
    assert len(wrong) / len(connections) == pytest.approx(0.007, abs=0.002)
    assert all(0 <= one.registered_bus < len(one.registered.busbars) for one in wrong)


def test_most_wrong_substations_are_near_and_some_are_anywhere(scoring: Fleet) -> None:
    ranks = []
    places = np.array([grid.positions[grid.substation_bus] for grid in scoring.grids])
    places[:, 0] *= np.cos(np.radians(53.6))
    for one in scoring.connections(scoring.grids):
        if one.registered is not one.grid:
            far = np.hypot(*(places - places[one.grid.number - 1]).T)
            ranks.append(int((far < far[one.registered.number - 1]).sum()))
    assert 0.3 < np.mean(np.array(ranks) <= 1) < 0.7  # 1 / (1.64 + 0.41), the weight of the nearest
    assert 0.08 < np.mean(np.array(ranks) > 10) < 0.4  # the weight of anywhere and of the long tail: 0.24


def test_a_wrong_substation_is_one_of_those_that_exist(scoring: Fleet) -> None:
    chosen = scoring.select(30)
    connections = scoring.connections(chosen)
    known = {grid.number for grid in chosen}
    assert {one.registered.number for one in connections} <= known
    wrong = {one.metering_point_id for one in connections if one.registered is not one.grid}
    among_all = {one.metering_point_id for one in scoring.connections(scoring.grids) if one.registered is not one.grid}
    assert wrong == among_all & {one.metering_point_id for one in connections}
    assert wrong


def test_one_substation_alone_has_nowhere_to_put_a_point(scoring: Fleet) -> None:
    for grid in scoring.grids[:40]:
        assert Counter(one.registered.number for one in scoring.connections([grid])) == {grid.number: len(grid.loads)}
