"""Fingerprints are those of the Avro specification."""

import json

import fastavro
import pytest

from gridlake.catalog import avro_schema
from gridlake.catalog.messages import MESSAGES, METER_READING, Message
from gridlake.errors import ContractError


@pytest.mark.parametrize(
    ("schema", "canonical", "fingerprint"),
    [
        # From the specification's own test vectors (share/test/data/schema-tests.txt).
        ("null", '"null"', 7195948357588979594),
        ({"type": "boolean"}, '"boolean"', -6970731678124411036 % 2**64),
        ("int", '"int"', 8247732601305521295),
        ([], "[]", -1241056759729112623 % 2**64),
    ],
)
def test_canonical_form_and_fingerprint_follow_the_specification(
    schema: object, canonical: str, fingerprint: int
) -> None:
    assert avro_schema.canonical_form(schema) == canonical
    assert avro_schema.fingerprint(schema) == fingerprint


def test_docs_defaults_and_logical_types_do_not_change_the_fingerprint() -> None:
    plain = {"type": "record", "name": "a.R", "fields": [{"name": "day", "type": "int"}]}
    dressed = {
        "doc": "x",
        "name": "R",
        "namespace": "a",
        "type": "record",
        "aliases": ["S"],
        "fields": [{"doc": "y", "default": 0, "name": "day", "type": {"type": "int", "logicalType": "date"}}],
    }
    assert avro_schema.fingerprint(plain) == avro_schema.fingerprint(dressed)


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.topic)
def test_the_header_is_the_one_an_independent_encoder_writes(message: Message) -> None:
    schema = json.loads(message.schema)
    wire = fastavro.schema.fingerprint(fastavro.schema.to_parsing_canonical_form(schema), "CRC-64-AVRO")
    assert message.header == bytes.fromhex("c301" + wire)


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.topic)
def test_sent_at_is_the_last_field_because_the_version_id_leaves_it_out(message: Message) -> None:
    assert json.loads(message.schema)["fields"][-1]["name"] == "sent_at"


def test_a_schema_that_is_not_in_the_package_is_refused_by_name() -> None:
    with pytest.raises(ContractError, match=r"nothing\.avsc is missing"):
        _ = Message(METER_READING.topic, "nothing.avsc", "metering_point_id", 1).schema
