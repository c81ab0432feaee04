"""RULES.md and the programs say the same."""

import re

from gridlake_bench import bootstrap, document, manipulation, result, roofline, study, verdict

RULES = (document.HOME / "RULES.md").read_text(encoding="utf-8")


def test_methods_are_those_of_the_changelog() -> None:
    table = RULES.split("## Changes of the method")[1]
    assert dict(re.findall(r"^\| (\d+) \| (\S+) \|", table, re.MULTILINE)) == {
        str(number): since.isoformat() for number, since in result.METHODS.items()
    }


def test_thresholds_are_those_of_the_text() -> None:
    assert (verdict.MARGIN, verdict.MINIMUM_PAIRS, verdict.MAXIMUM_BLOCKS, verdict.LARGEST_VARIATION) == (
        1.1,
        5,
        20,
        0.1,
    )
    assert (bootstrap.RESAMPLES, bootstrap.LEVEL, roofline.TOLERANCE) == (10_000, 0.95, 0.2)
    assert (manipulation.GOODPUT, manipulation.FROM_DEVICE, manipulation.NEIGHBOURS) == ((0.93, 0.97), 0.95, 0.05)
    for sentence in (
        "within 1/1.1 … 1.1",
        "Fewer than 5 pairs",
        "exceeds 10 %, up to 20",
        "10,000 resamples",
        "within 20 % in 80 % of cells",
        "93-97 % of the set rate",
        "at least 95 % of the expected bytes",
        "less than 5 % of its CPU",
        "within\n   10 points of r/N",
    ):
        assert " ".join(sentence.split()) in " ".join(RULES.split())


def test_every_arm_and_every_hypothesis_is_named() -> None:
    for arm in study.load("storage-t1").arms:
        assert arm in RULES
    assert re.findall(r"^\| (H\d+) \|", RULES, re.MULTILINE) == [f"H{number}" for number in range(1, 12)]


def test_every_number_of_a_hypothesis_has_a_mark() -> None:
    rows = [line.split(" | ") for line in RULES.splitlines() if re.match(r"\| H\d+ \|", line)]
    assert all(re.search(r"\[[VMDE]", expected) for _, _, expected, _ in rows)
