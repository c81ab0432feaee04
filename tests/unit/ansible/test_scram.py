"""Claims about SCRAM verifiers, against the exchange that RFC 7677 prints in section 3."""

import base64
import hmac

from scram import verifier, verifies

SALT = base64.b64decode("W22ZaJ0SNY7soEsUEjb6gQ==")
EXCHANGE = (
    b"n=user,r=rOprNGfwEbeRWgbNEkqO,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,"
    b"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
)
SERVER_SIGNATURE = "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="


def test_server_key_signs_the_exchange_of_the_standard() -> None:
    server_key = base64.b64decode(verifier("pencil", SALT).rpartition(":")[2])
    assert base64.b64encode(hmac.digest(server_key, EXCHANGE, "sha256")).decode() == SERVER_SIGNATURE


def test_only_the_same_password_verifies() -> None:
    stored = verifier("pencil")
    assert verifies("pencil", stored)
    assert not verifies("Pencil", stored)


def test_other_kinds_of_verifier_never_match() -> None:
    assert not verifies("pencil", None)
    assert not verifies("pencil", "md5d0f6a0d0f6a0d0f6a0d0f6a0d0f6a0d0")
