"""Identifiers: fixed width, ASCII, a function of (seed, grid, load) only: many seeds live side by side in one lake."""

from __future__ import annotations

IMPORT = "1-0:1.8.0"
"""OBIS code of the register A+ (energy drawn from the grid); every metering point has it."""

EXPORT = "1-0:2.8.0"
"""OBIS code of the register A- (energy fed in); points with a PV plant have it."""


def area(seed: int) -> str:
    """The supply area that one seed generates."""
    return f"QN-{seed:05d}"


def substation_id(seed: int, grid: int) -> str:
    """Secondary substation: area and grid number 001..412."""
    return f"{area(seed)}-{grid:03d}"


def metering_point_prefix(seed: int) -> str:
    """What all metering points of one area begin with."""
    return f"DE-QN{seed:05d}"


def metering_point_id(seed: int, grid: int, load: int) -> str:
    """Metering point: prefix, grid (3 digits), load within the grid (4 digits, from 0001)."""
    return f"{metering_point_prefix(seed)}{grid:03d}{load:04d}"
