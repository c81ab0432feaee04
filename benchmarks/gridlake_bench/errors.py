"""Errors of the benchmarks: each names the cause and the next step."""


class BenchError(Exception):
    """A refusal that a person can act on; programs print it without a traceback."""


class DocumentError(BenchError):
    """A file is missing, unreadable or not what its schema says."""


class ProfileError(BenchError):
    """A profile contradicts itself, the arms, the workloads or the factors."""


class ResultError(BenchError):
    """A result document cannot be written as it is."""


class SampleError(BenchError):
    """Too little or impossible data for the statistic that was asked for."""
