"""Messages of the topics: their schemas, fingerprints and bounds."""

import json
from dataclasses import dataclass
from importlib import resources

from gridlake.catalog import avro_schema
from gridlake.errors import ContractError

MAGIC = bytes((0xC3, 0x01))
HEADER_BYTES = 10


@dataclass(frozen=True)
class Message:
    """What one topic carries: Avro single-object encoding of one schema version.

    Every schema ends with `sent_at`: the body without it is what the sender said, whenever it was sent.
    """

    topic: str
    schema_file: str
    key_field: str
    max_bytes: int

    @property
    def schema(self) -> str:
        """The schema as JSON text; it travels inside the job package."""
        source = resources.files("gridlake").joinpath("schemas", self.schema_file)
        try:
            return json.dumps(json.loads(source.read_text(encoding="utf-8")))
        except (FileNotFoundError, KeyError) as error:
            raise ContractError(f"{source} is missing; build the job package again: make package") from error
        except json.JSONDecodeError as error:
            raise ContractError(f"{source} is not JSON ({error}); restore it from kafka/schemas") from error

    @property
    def header(self) -> bytes:
        """The ten bytes every message starts with: magic and little-endian fingerprint."""
        return MAGIC + avro_schema.fingerprint(json.loads(self.schema)).to_bytes(8, "little")


# A hundred values of ten bytes, as many status codes, and names: 4 KiB; anything beyond 64 KiB is no day bundle.
METER_READING = Message(
    "meter.reading.v1", "meter_reading_bundle.v1.avsc", key_field="metering_point_id", max_bytes=65_536
)
TRANSFORMER_READING = Message(
    "transformer.reading.v1", "transformer_reading.v1.avsc", key_field="substation_id", max_bytes=4_096
)

MESSAGES = (METER_READING, TRANSFORMER_READING)
