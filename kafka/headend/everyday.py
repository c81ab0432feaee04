"""What honest customers do that looks like a loss: empty flats, new tenants, holidays, homes that never consume."""

from __future__ import annotations

import numpy as np

from headend import episode
from headend.customer import Channels
from headend.episode import Episode
from headend.grid import Grid
from headend.loss_profile import Kind, LossProfile
from headend.streams import Flags, Floats, Purpose

_SWITCHED_OFF = 0.5  # share of vacant flats whose main switch is off, so that nothing at all flows


def of_class(grid: Grid, first_letter: str) -> Flags:
    """Which channels are the consumption of a customer class: H household, G commercial, L farm."""
    return np.array([load.profile.startswith(first_letter) for load in grid.loads] + [False] * len(grid.plants))


def episodes(grid: Grid, channels: Channels, profile: LossProfile, days: int) -> list[Episode]:
    """Vacancies, moves and holidays that touch the first `days` days."""
    consumers, households = ~channels.is_plant, of_class(grid, "H")
    occupancy = {Kind.VACANCY: (profile[Kind.VACANCY], consumers), Kind.MOVE: (profile[Kind.MOVE], consumers)}
    away = {Kind.HOLIDAY: (profile[Kind.HOLIDAY], households)}
    return [
        *episode.draw(channels.keys, Purpose.OCCUPANCY, occupancy, days),
        *episode.draw(channels.keys, Purpose.HOLIDAY, away, days, episode.QUARTER),
    ]


def empty_homes(grid: Grid, channels: Channels, profile: LossProfile) -> Flags:
    """Households that never consume."""
    never = episode.for_life(channels.keys, Purpose.EMPTY_HOME)[:, 0] < profile[Kind.EMPTY_HOME].share
    return np.asarray(never & of_class(grid, "H"), dtype=np.bool_)


def factor(happening: list[Episode], empty: Flags, days: int) -> Floats:
    """By what consumption differs from habit [channel, day since FIRST_DAY]."""
    table = np.ones((len(empty), days))
    for one in happening:
        off = one.kind is Kind.VACANCY and one.details[0] < _SWITCHED_OFF
        table[one.row, one.days] *= 0.0 if off else one.level
    table[empty] = 0.0
    return table
