"""Claims about Trino's password file."""

from trino_passwords import trino_password_file

# `openssl kdf -keylen 20 -kdfopt digest:SHA1 -kdfopt pass:pencil -kdfopt hexsalt:<salt> -kdfopt iter:100000 PBKDF2`,
# salt = first 16 bytes of sha256("pepper:analyst").
ANALYST = "analyst:100000:6ab6b623f92f167f456453e36629404d:2cd7f5ec708f34651d9c6c8a4d9e60663ba7afd5\n"


def test_a_line_is_what_openssl_derives() -> None:
    assert trino_password_file({"analyst": "pencil"}, "pepper") == ANALYST


def test_lines_are_sorted_and_the_same_each_time() -> None:
    first = trino_password_file({"b": "one", "a": "one"}, "pepper")
    assert first == trino_password_file({"a": "one", "b": "one"}, "pepper")
    assert [line.split(":")[0] for line in first.splitlines()] == ["a", "b"]


def test_equal_passwords_of_two_users_do_not_show() -> None:
    lines = trino_password_file({"a": "one", "b": "one"}, "pepper").splitlines()
    assert lines[0].split(":")[2:] != lines[1].split(":")[2:]
