"""What can go wrong in the head-end, said so that an operator knows the next step."""

from __future__ import annotations


class HeadendError(Exception):
    """A failure with its cause and the next step; both travel between processes."""

    def __init__(self, cause: str, next_step: str) -> None:
        """Both are arguments of the exception, which is what pickling keeps."""
        super().__init__(cause, next_step)
        self.cause = cause
        self.next_step = next_step

    def __str__(self) -> str:
        """What an operator reads."""
        return f"{self.cause}\nNext step: {self.next_step}"


class SourceDataError(HeadendError):
    """The SimBench package is absent or not the data set that the simulator was written for."""


class RequestError(HeadendError):
    """What was asked for cannot be generated (seed, number of substations, days)."""


class DeliveryError(HeadendError):
    """Kafka, HDFS or PostgreSQL did not take what was sent."""
