"""Health of the platform's daemons, asked through the protocol each of them serves."""


class UnhealthyError(Exception):
    """The daemon does not answer as a healthy one would; the message says what was seen and what to do."""
