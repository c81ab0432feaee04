"""Transformer meters: 15-minute energy, voltages and oil temperature at the LV busbar of each substation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from headend.grid import Grid
from headend.local_days import INTERVAL_MINUTES, Window
from headend.power_flow import Complex, Network, solve
from headend.streams import SUBSTATION, Floats, Ints, Purpose, generator, key, normals, uniforms

_ENERGY_STEP_WH = 10
_HOURS = INTERVAL_MINUTES / 60
_SOURCE_PU, _SOURCE_SIGMA = 1.025, 0.006
_KNOTS = 24  # one supply-voltage deviation per hour, interpolated in between
_PHASE_SIGMA = 0.003
_OIL_RISE_K, _IRON_RISE_K, _OIL_HOURS = 47.0, 8.0, 3.0


@dataclass(frozen=True)
class TransformerReadings:
    """One row per interval of the window."""

    interval_start: Ints
    """Epoch seconds UTC."""
    import_wh: Ints
    export_wh: Ints
    reactive_varh: Ints
    phase_volts: Floats
    """[interval, phase L1..L3] against neutral."""
    oil_celsius: Floats


def read_transformer(
    seed: int, grid: Grid, load: Complex, window: Window, tap: Floats | float = 1.0, gain: float = 1.0
) -> TransformerReadings:
    """Solve the grid for loads in VA [busbar, interval] and meter the LV busbar.

    `tap` multiplies the voltage of the source per interval, `gain` is the error of the energy meter.
    """
    solution = solve(Network.of(grid), load, supply_voltage(seed, grid.feeder, window) * tap)
    energy = solution.delivered * _HOURS * gain
    stream_key = key(seed, grid.number, SUBSTATION)
    unbalance = generator(stream_key, Purpose.METER).normal(1.0, _PHASE_SIGMA, 3)
    volts = np.abs(solution.voltage[grid.substation_bus]) / np.sqrt(3.0)
    loading = np.abs(solution.delivered) / (grid.transformer.rated_kva * 1000.0)
    return TransformerReadings(
        interval_start=window.interval_starts,
        import_wh=_counted(np.maximum(energy.real, 0.0), window),
        export_wh=_counted(np.maximum(-energy.real, 0.0), window),
        reactive_varh=_counted(energy.imag, window),
        phase_volts=np.round(volts[:, None] * unbalance, 1),
        oil_celsius=np.round(_oil_temperature(loading, stream_key, window), 1),
    )


def supply_voltage(seed: int, feeder: str, window: Window) -> Floats:
    """MV voltage per interval, shared by a feeder's substations: without it a voltage would only show its own load."""
    stream_key = key(seed, int.from_bytes(feeder.encode()) % 2**63, SUBSTATION)
    # The first deviation of the following day closes each day, so that days join although each draws alone.
    drawn = uniforms([stream_key], Purpose.SUPPLY_VOLTAGE, window.first_number, window.days + 1, 2 * _KNOTS)[0]
    deviation = _SOURCE_SIGMA * normals(drawn[:, :_KNOTS], drawn[:, _KNOTS:])
    pieces = []
    for day, length in enumerate(window.lengths):
        knots = [*deviation[day], deviation[day + 1, 0]]
        pieces.append(np.interp(np.arange(length) / length * _KNOTS, np.arange(_KNOTS + 1), knots))
    return _SOURCE_PU + np.concatenate(pieces)


def _counted(energy: Floats, window: Window) -> Ints:
    """Energy in the meter's whole steps; the remainder goes over to the next interval of the day, as in a register."""
    table = np.zeros(window.slots.shape)
    table[window.present] = energy
    running = np.floor(np.cumsum(table, axis=1) / _ENERGY_STEP_WH + 0.5).astype(np.int64)
    return np.diff(running, axis=1, prepend=0)[window.present] * _ENERGY_STEP_WH


def _oil_temperature(
    loading: Floats, stream_key: np.ndarray[tuple[int], np.dtype[np.uint64]], window: Window
) -> Floats:
    """Ambient plus top-oil rise with a time constant of three hours. Each day starts settled: it is computed alone."""
    decay = np.exp(-_HOURS / _OIL_HOURS)
    weather = uniforms([stream_key], Purpose.WEATHER, window.first_number, window.days, 4)[0]
    pieces = []
    for day, rise in enumerate(np.split(_OIL_RISE_K * loading**1.6, np.cumsum(window.lengths)[:-1])):
        season = 10.0 - 9.0 * np.cos(2 * np.pi * (window.dates[day].timetuple().tm_yday - 20) / 365.25)
        hour = np.arange(len(rise)) * _HOURS
        ambient = season + 6.0 * (weather[day, 0] - 0.5) - 4.0 * np.cos(2 * np.pi * (hour - 3.0) / 24.0)
        oil, state = np.empty_like(rise), rise[0]
        for step, target in enumerate(rise):
            state += (1.0 - decay) * (target - state)
            oil[step] = state
        pieces.append(ambient + _IRON_RISE_K + oil)
    return np.concatenate(pieces)
