"""Errors of the controller: each names the cause and the next step."""


class ControlError(Exception):
    """A refusal that the operator can act on; the command line prints it without a traceback."""


class PinError(ControlError):
    """The pin file is missing, malformed or contradicts itself."""


class LockError(ControlError):
    """A lock file is missing, malformed or does not cover the pins."""


class MirrorError(ControlError):
    """A file of the mirror is missing or is not the one that was locked."""


class ResolutionError(ControlError):
    """A package client (Maven, pip) could not resolve or download."""


class AssemblyError(ControlError):
    """A distribution cannot be assembled from its inputs."""
