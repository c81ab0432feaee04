"""The grids as the SimBench files describe them."""

from collections import Counter

from headend.fleet import Fleet
from headend.grid import Grid


def test_the_data_set_has_the_documented_grids_loads_and_plants(fleet: Fleet) -> None:
    assert len(fleet.grids) == 412
    assert sum(len(grid.loads) for grid in fleet.grids) == 32_511
    assert sum(len(grid.plants) for grid in fleet.grids) == 2_646
    assert Counter(grid.archetype for grid in fleet.grids) == {
        "rural1": 43,
        "rural2": 71,
        "rural3": 40,
        "semiurb4": 111,
        "semiurb5": 95,
        "urban6": 52,
    }


def test_every_grid_is_a_tree_below_its_transformer(fleet: Fleet) -> None:
    assert all(len(grid.cables) == len(grid.busbars) - 1 for grid in fleet.grids)


def test_no_load_has_two_plants(fleet: Fleet) -> None:
    assert all(len(grid.plant_of_load) == len(grid.plants) for grid in fleet.grids)


def test_the_first_rural_grid_is_read_as_the_files_say(small_grid: Grid) -> None:
    assert (small_grid.number, small_grid.subnet, small_grid.feeder) == (1, "LV1.101", "MV1.101")
    assert small_grid.busbars[small_grid.substation_bus] == "Bus 4"
    assert small_grid.transformer.rated_kva == 160.0
    cable = small_grid.cables[0]
    assert (small_grid.busbars[cable.from_bus], small_grid.busbars[cable.to_bus]) == ("Bus 10", "Bus 3")
    assert (cable.length_km, cable.ohm_per_km) == (0.0557667, (0.2067, 0.0804248))
