"""What validation finds in a well-formed day bundle, and what becomes of the day then."""

from enum import StrEnum


class Effect(StrEnum):
    """What a finding does to the day."""

    REJECT = "REJECT"  # does not count, as if it had not been sent
    HOLD = "HOLD"  # does not count until somebody releases it
    SUSPECT = "SUSPECT"  # counts, and somebody looks at it
    NOTE = "NOTE"  # counts, and says why


class Finding(StrEnum):
    """Codes of the validation rules; a day carries all that it shows."""

    INACTIVE_METERING_POINT = "INACTIVE_METERING_POINT"  # a day before the metering point was connected
    UNIT_MULTIPLIER = "UNIT_MULTIPLIER"  # more than the connection can carry, or registers leapt by a factor
    REGISTER_DECREASE = "REGISTER_DECREASE"  # ran backwards without passing its last digit
    SUM_CHECK = "SUM_CHECK"  # intervals do not add up to the registers, a rollover considered
    CONFLICT = "CONFLICT"  # another version has the same sequence and says otherwise
    SPIKE = "SPIKE"  # the highest interval stands far above the third highest
    UNUSUAL_DAY = "UNUSUAL_DAY"  # energy far below or above that of earlier days of the type
    ZERO_RUN = "ZERO_RUN"  # nothing for a week, after use
    FLAT_RUN = "FLAT_RUN"  # the same value again and again
    REVERSE_ENERGY = "REVERSE_ENERGY"  # fed in where no generation is registered
    CLOCK = "CLOCK"  # the device says that its clock was not set
    OUTAGE_ZERO = "OUTAGE_ZERO"  # zeros that a known outage explains
    AFTER_CUT_OFF = "AFTER_CUT_OFF"  # came after a settlement had read the day


EFFECT_OF = {
    Finding.INACTIVE_METERING_POINT: Effect.REJECT,
    Finding.UNIT_MULTIPLIER: Effect.HOLD,
    Finding.REGISTER_DECREASE: Effect.HOLD,
    Finding.SUM_CHECK: Effect.HOLD,
    Finding.CONFLICT: Effect.NOTE,
    Finding.SPIKE: Effect.SUSPECT,
    Finding.UNUSUAL_DAY: Effect.SUSPECT,
    Finding.ZERO_RUN: Effect.SUSPECT,
    Finding.FLAT_RUN: Effect.SUSPECT,
    Finding.REVERSE_ENERGY: Effect.SUSPECT,
    Finding.CLOCK: Effect.NOTE,
    Finding.OUTAGE_ZERO: Effect.NOTE,
    Finding.AFTER_CUT_OFF: Effect.NOTE,
}
