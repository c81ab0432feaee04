"""Balanced AC power flow of one low-voltage grid for all time steps at once (Z-bus fixed point).

V = w * V_mv - Z * conj(S / V), with the admittance matrix of cables and transformer inverted once. Voltages are
line-to-line volts on the 400-V side and powers three-phase VA, so currents carry a factor sqrt(3) that cancels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from headend.errors import HeadendError
from headend.grid import Grid, Transformer
from headend.streams import Floats

Complex = npt.NDArray[np.complex128]

_TOLERANCE = (
    1e-11  # relative to the nominal voltage; far below a meter's step, so that a reading does not depend on its window
)
_MAX_ITERATIONS = 50


class PowerFlowError(HeadendError):
    """The fixed point did not converge: the grid cannot carry this load."""


@dataclass(frozen=True)
class Network:
    """The grid seen by the solver: the MV busbar is the source, all other nodes may carry load."""

    nominal_volts: float
    impedance: Complex
    """Z [busbar, busbar] with the source short-circuited."""
    no_load: Complex
    """Voltage [busbar] per volt of the source without any load."""
    cable_shunt: Complex
    """Charging admittance [busbar] of the cables."""
    substation_bus: int

    @classmethod
    def of(cls, grid: Grid) -> Network:
        """Build and invert the admittance matrix; the last two nodes are the magnetisation and the MV source."""
        buses = len(grid.busbars)
        core, source = buses, buses + 1
        admittance = np.zeros((buses + 2, buses + 2), dtype=np.complex128)
        cable_shunt = np.zeros(buses, dtype=np.complex128)
        for cable in grid.cables:
            resistance, reactance = cable.ohm_per_km
            series = 1.0 / (complex(resistance, reactance) * cable.length_km)
            _connect(admittance, cable.from_bus, cable.to_bus, series)
            half = 0.5j * cable.microsiemens_per_km * cable.length_km * 1e-6
            cable_shunt[[cable.from_bus, cable.to_bus]] += half
        series, magnetising = _transformer(grid.transformer)
        _connect(admittance, source, core, 2.0 * series)
        _connect(admittance, core, grid.substation_bus, 2.0 * series)
        admittance[core, core] += magnetising
        admittance[range(buses), range(buses)] += cable_shunt
        inner = np.linalg.inv(admittance[:source, :source])
        return cls(
            nominal_volts=grid.transformer.secondary_kv * 1000.0,
            impedance=np.ascontiguousarray(inner[:buses, :buses]),
            no_load=-(inner @ admittance[:source, source])[:buses],
            cable_shunt=cable_shunt,
            substation_bus=grid.substation_bus,
        )


@dataclass(frozen=True)
class Solution:
    """Voltages and what the transformer delivers at its LV terminal."""

    voltage: Complex
    """Line-to-line volts [busbar, step]."""
    delivered: Complex
    """VA [step] through the LV busbar: loads less PV plus cable losses; iron and copper losses lie upstream."""


def solve(network: Network, load: Complex, source_pu: Floats) -> Solution:
    """Solve for loads in VA [busbar, step] (generation negative) and the source voltage [step] relative to nominal."""
    open_circuit = network.no_load[:, None] * (source_pu * network.nominal_volts)
    loaded = np.flatnonzero(np.any(load != 0, axis=1))
    demand, impedance = load[loaded], network.impedance[:, loaded]
    voltage = open_circuit
    for _ in range(_MAX_ITERATIONS):
        current = np.conj(demand / voltage[loaded])
        updated = open_circuit - impedance @ current
        # The largest component is as good a measure as the modulus, and needs no square root over all cells.
        change = max(np.abs((updated - voltage).real).max(), np.abs((updated - voltage).imag).max())
        voltage = updated
        if change < _TOLERANCE * network.nominal_volts:
            break
    else:
        raise PowerFlowError(
            f"the power flow still moves by {change:.2g} V after {_MAX_ITERATIONS} iterations",
            "check the loads of this grid: they exceed what its cables can carry",
        )
    # Kirchhoff at the LV busbar: all load and charging currents come through the transformer. Summing them is better
    # conditioned than taking the small voltage drop across the transformer.
    through = np.conj(demand / voltage[loaded]).sum(axis=0) + network.cable_shunt @ voltage
    return Solution(voltage, voltage[network.substation_bus] * np.conj(through))


def _connect(admittance: Complex, one: int, other: int, series: complex) -> None:
    admittance[[one, other], [one, other]] += series
    admittance[[one, other], [other, one]] -= series


def _transformer(transformer: Transformer) -> tuple[complex, complex]:
    """Series and magnetising admittance in siemens on the LV side (T equivalent)."""
    rated_va, volts = transformer.rated_kva * 1000.0, transformer.secondary_kv * 1000.0
    base_ohm = volts**2 / rated_va
    impedance = transformer.impedance_percent / 100.0 * base_ohm
    resistance = transformer.copper_loss_kw * 1000.0 / rated_va * base_ohm
    reactance = np.sqrt(impedance**2 - resistance**2)
    iron = transformer.iron_loss_kw * 1000.0
    magnetising = np.sqrt((transformer.no_load_current_percent / 100.0 * rated_va) ** 2 - iron**2)
    return complex(1.0 / complex(resistance, reactance)), complex(iron, -magnetising) / volts**2
