"""Refusals of the pipeline: each message names the cause and the next step."""


class GridlakeError(Exception):
    """A job stopped on purpose; the launcher prints the message without a traceback."""


class SettingsError(GridlakeError):
    """The host's settings file is missing or lacks a value that the job needs."""


class ContractError(GridlakeError):
    """A message schema is missing, malformed or not the one that a table was made for."""


class RetentionGapError(GridlakeError):
    """Kafka no longer holds records that the ledger expects next: they would be lost without a word."""


class TopicRecreatedError(GridlakeError):
    """The topic's name belongs to another topic than the one that the ledger was kept on."""


class TopicRewoundError(GridlakeError):
    """A partition ends below the ledger: records that were acknowledged are gone from Kafka."""


class ConcurrentWriterError(GridlakeError):
    """Another run committed first; nothing was written by this one."""


class RowBalanceError(GridlakeError):
    """Records read, and records accounted for, differ."""


class SourceError(GridlakeError):
    """A source (Kafka topic, PostgreSQL table) is missing or holds nothing to copy."""


class FileError(GridlakeError):
    """A file in HDFS is not what a job left there, or could not be put in its place."""


class SettlementRefusedError(GridlakeError):
    """A settlement run must not be made: not yet, not again, or not from what is there."""


class SettlementBalanceError(GridlakeError):
    """A settlement run does not add up."""


class SettlementDiffersError(GridlakeError):
    """What was submitted, and what is found of it now, differ."""
