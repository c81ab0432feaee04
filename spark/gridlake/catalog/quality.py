"""Normalised quality of an interval: the codes of ESPI (Green Button). The raw status is kept beside it."""

from enum import IntEnum, StrEnum


class Quality(IntEnum):
    """What a value is worth."""

    VALID = 0
    ESTIMATED_BY_REFERENCE = 8  # shaped like other days: the register's own, or a standard profile
    ESTIMATED_BY_INTERPOLATION = 9  # even, or between its neighbours
    QUESTIONABLE = 10  # the device said that something was wrong


OF_STATUS = {0: Quality.VALID, 1: Quality.ESTIMATED_BY_INTERPOLATION, 2: Quality.QUESTIONABLE}
"""By the raw status of the device: no event, a substitute value of the head-end, a clock that was not set."""


class Method(StrEnum):
    """How a gap was estimated, in the order in which the methods are tried."""

    NEIGHBOURS = "NEIGHBOURS"  # no more than two hours: level between the readings before and after
    SIMILAR_DAYS = "SIMILAR_DAYS"  # mean of up to twelve earlier days: the most alike, else the latest of its type
    STANDARD_PROFILE = "STANDARD_PROFILE"  # no earlier day: the load profile of the customer class
    EVEN = "EVEN"  # no profile either: the registers' energy, spread evenly


QUALITY_OF = {
    Method.NEIGHBOURS: Quality.ESTIMATED_BY_INTERPOLATION,
    Method.SIMILAR_DAYS: Quality.ESTIMATED_BY_REFERENCE,
    Method.STANDARD_PROFILE: Quality.ESTIMATED_BY_REFERENCE,
    Method.EVEN: Quality.ESTIMATED_BY_INTERPOLATION,
}
