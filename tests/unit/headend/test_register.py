"""Rows of the asset register."""

from headend import register
from headend.fleet import Fleet
from headend.grid import Grid


def test_rows_match_their_columns(fleet: Fleet) -> None:
    for table, rows in (
        (register.SUBSTATION, register.substations(1, fleet.grids[:2])),
        (register.METERING_POINT, register.metering_points(1, fleet.connections(fleet.grids[:2]))),
        (register.REGISTER, register.registers(fleet.connections(fleet.grids[:2]))),
        (register.CONTRACT, register.contracts(fleet.connections(fleet.grids[:2]))),
    ):
        assert {len(row) for row in rows} == {len(table.columns)}


def test_every_metered_register_is_in_the_asset_register(fleet: Fleet, small_grid: Grid) -> None:
    rows = [(row[0], row[1]) for row in register.registers(fleet.connections([small_grid]))]
    assert len(rows) == 17
    assert rows == sorted(rows)


def test_points_with_a_plant_have_two_registers(fleet: Fleet, small_grid: Grid) -> None:
    position = register.METERING_POINT.columns.index("has_pv")
    with_plant = {row[0] for row in register.metering_points(1, fleet.connections([small_grid])) if row[position]}
    assert {
        row[0] for row in register.registers(fleet.connections([small_grid])) if row[1] == "1-0:2.8.0"
    } == with_plant
    assert len(with_plant) == 4


def test_contracts_cover_the_rated_load_generously(fleet: Fleet) -> None:
    position = register.METERING_POINT.columns.index("contract_kw")
    contracts = [row[position] for row in register.metering_points(1, fleet.connections(fleet.grids))]
    rated = [load.active_kw for grid in fleet.grids for load in grid.loads]
    assert all(int(str(contract)) >= 3 * power - 1 for contract, power in zip(contracts, rated, strict=True))
    assert min(int(str(contract)) for contract in contracts) == 15


def test_most_points_have_one_contract_some_change_it_without_a_gap_and_some_have_none(fleet: Fleet) -> None:
    connections = fleet.connections(fleet.grids)
    of_point: dict[object, list[tuple[object, ...]]] = {}
    for point, *contract in register.contracts(connections):
        of_point.setdefault(point, []).append(tuple(contract))
    changed = [rows for rows in of_point.values() if len(rows) == 2]
    assert all(before[2] == after[0] and before[1] != after[1] and after[2] is None for before, after in changed)
    assert all(rows[0][2] is None for rows in of_point.values() if len(rows) == 1)
    # Of 256 points 5 without and 16 who may change, less the third of these that draws the same group again.
    assert 0.01 < 1 - len(of_point) / len(connections) < 0.03
    assert 0.02 < len(changed) / len(connections) < 0.07
