"""OBIS codes of the registers that are settled and balanced."""

IMPORT = "1-0:1.8.0"
"""Energy drawn from the grid."""

EXPORT = "1-0:2.8.0"
"""Energy fed into it."""
