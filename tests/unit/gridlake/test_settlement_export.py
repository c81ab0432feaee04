"""The export's bytes and the manifests' chain."""

import dataclasses
import hashlib
from datetime import date
from typing import Any

import pytest

from gridlake.catalog.obis import EXPORT, IMPORT
from gridlake.catalog.settlement import Kind
from gridlake.errors import SettlementBalanceError, SettlementDiffersError, SettlementRefusedError
from gridlake.quality.settlement_balance import check_balance, check_sums
from gridlake.settlement.export import Line, Loss, canonical_export
from gridlake.settlement.manifest import Chain, Plan, Recorded, plan, sha256

MARCH, DAY = date(2016, 3, 1), date(2016, 3, 27)
START = "2016-03-26T23:00:00Z"
DRAWN = Line("A1", DAY, "Grün; Süd", IMPORT, START, 184, 183, (10, 20))
FED_IN = Line("A1", DAY, "Grün; Süd", EXPORT, START, 92, 92, (0, 5))
BALANCE = Loss("A1", DAY, START, 92, 92, (11, 16), (10, 20), (0, 5), (1, 1))


def made(chain: Chain, kind: Kind, **changes: Any) -> Recorded:
    facts = plan(chain, MARCH, kind, {"tzdata": "2025a"} | changes, {"curated.reading_current": 7})
    text = facts.manifest(canonical_export(MARCH, kind, [DRAWN], [BALANCE]), {"lines": 1})
    return Recorded(
        chain_number=facts.facts["chain_number"],
        settlement_id=facts.settlement_id,
        month=MARCH,
        kind=kind,
        run_number=facts.facts["run_number"],
        run_id="r",
        tag=facts.tag,
        inputs={},
        export_sha256="",
        manifest_sha256=sha256(text),
        previous_manifest_sha256=facts.facts["previous_manifest_sha256"],
        manifest=text,
    )


def test_the_export_is_these_bytes_whatever_the_order_of_the_rows() -> None:
    export = canonical_export(MARCH, Kind.FIRST, [FED_IN, DRAWN], [BALANCE])
    expected = (
        '["settlement","2016-03","FIRST"]\n'
        '["line","A1","2016-03-27","Grün; Süd","1-0:1.8.0","2016-03-26T23:00:00Z",184,183,[10,20]]\n'
        '["line","A1","2016-03-27","Grün; Süd","1-0:2.8.0","2016-03-26T23:00:00Z",92,92,[0,5]]\n'
        '["loss","A1","2016-03-27","2016-03-26T23:00:00Z",92,92,[11,16],[10,20],[0,5],[1,1]]\n'
    )
    assert export.content.decode("utf-8") == expected
    assert export.rows == 3
    assert export.sha256 == hashlib.sha256(expected.encode("utf-8")).hexdigest()
    assert canonical_export(MARCH, Kind.FIRST, [DRAWN, FED_IN], [BALANCE]) == export


def test_a_run_is_named_by_what_goes_into_it() -> None:
    def named(**changes: Any) -> Plan:
        return plan(Chain([]), MARCH, Kind.FIRST, {"tzdata": "2025a"} | changes, {"curated.reading_current": 7})

    assert named().settlement_id == named().settlement_id
    assert named().settlement_id != named(tzdata="2025b").settlement_id
    assert named().tag == f"settlement-2016-03-FIRST-{named().settlement_id}"


def test_manifests_make_a_chain_that_no_change_leaves_whole() -> None:
    first = made(Chain([]), Kind.FIRST)
    second = made(Chain([first]), Kind.CLEARING)
    third = made(Chain([first, second]), Kind.SETTLEMENT)
    Chain([first, second, third]).check()
    assert f'"previous_manifest_sha256":"{first.manifest_sha256}"' in second.manifest
    assert f'"previous_settlement_id":"{first.settlement_id}"' in second.manifest
    edited = first.manifest.replace("2025a", "2025b")
    rehashed = dataclasses.replace(first, manifest=edited, manifest_sha256=sha256(edited))
    for number, runs in (
        (1, [dataclasses.replace(first, manifest=edited), second, third]),
        (2, [rehashed, second, third]),
        (2, [first, third]),
    ):
        with pytest.raises(SettlementDiffersError, match=f"broken at number {number} "):
            Chain(runs).check()


def test_a_run_must_add_up_to_its_readings() -> None:
    check_sums([DRAWN, FED_IN], [BALANCE], {IMPORT: 30, EXPORT: 5}, 27)
    check_sums([DRAWN], [BALANCE], {IMPORT: 30, EXPORT: 0}, 27)
    for lines, energy, infeed in (
        ([DRAWN], {IMPORT: 30, EXPORT: 5}, 27),
        ([DRAWN, DRAWN], {IMPORT: 30}, 27),
        ([DRAWN], {IMPORT: 30}, 28),
    ):
        with pytest.raises(SettlementBalanceError):
            check_sums(lines, [BALANCE], energy, infeed)


def test_a_run_must_balance_in_every_interval() -> None:
    check_balance([DRAWN, FED_IN], [BALANCE])
    moved = dataclasses.replace(BALANCE, difference=(0, 2))
    with pytest.raises(SettlementBalanceError, match="interval 0"):
        check_balance([DRAWN, FED_IN], [moved])
    with pytest.raises(SettlementBalanceError, match="1 area days have lines and no balance"):
        check_balance([DRAWN], [])


def test_each_kind_is_made_once_and_none_after_a_later_one() -> None:
    chain = Chain([made(Chain([]), Kind.CLEARING)])
    for kind, reason in (
        (Kind.CLEARING, "the CLEARING run of 2016-03 was made already"),
        (Kind.FIRST, "FIRST would come before it"),
    ):
        with pytest.raises(SettlementRefusedError, match=reason):
            chain.refuse_out_of_turn(MARCH, kind)
    chain.refuse_out_of_turn(MARCH, Kind.SETTLEMENT)
    chain.refuse_out_of_turn(date(2016, 2, 1), Kind.FIRST)
