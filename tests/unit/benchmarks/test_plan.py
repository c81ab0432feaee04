"""The order of runs: complete, random by seed, recomputable, resumable."""

import json
from collections import Counter
from itertools import groupby
from pathlib import Path

import pytest
from click.testing import CliRunner
from recorded import SMALL

from gridlake_bench import study
from gridlake_bench.errors import ProfileError
from gridlake_bench.plan import Run, estimated_minutes, main, plan, remaining, sessions
from gridlake_bench.study import Study


def runs_of(of: Study, seed: int = 1, blocks: range = range(1, 6)) -> tuple[Run, ...]:
    return plan(of, of.designs["scan"], seed, blocks)


def turns_of(runs: tuple[Run, ...]) -> list[list[Run]]:
    return [list(turn) for _, turn in groupby(runs, key=lambda run: (run.block, run.turn))]


def test_every_block_holds_every_arm_and_the_twin_once_with_every_setting() -> None:
    for block in range(1, 6):
        counted = Counter(
            (r.arm, r.twin, r.factors["rate"]) for r in runs_of(SMALL) if r.block == block if not r.warmup
        )
        assert counted == {
            (arm, twin, rate): 1
            for arm, twin in (("H-loc", False), ("H-loc", True), ("H-dis", False))
            for rate in ("94", "469")
        }


def test_ids_are_unique_and_say_what_a_run_is() -> None:
    ids = [run.id for run in runs_of(SMALL)]
    # 5 blocks, 3 turns, 1 warm-up and 2 settings
    assert len(set(ids)) == len(ids) == 45
    assert "storage-t1/scan/b03/H-loc~twin/rate=94" in ids
    assert "storage-t1/scan/b05/H-dis/warmup1" in ids


def test_a_turn_begins_with_its_warmups() -> None:
    for turn in turns_of(runs_of(SMALL)):
        assert [run.warmup for run in turn] == [True, False, False]
        assert [run.position for run in turn] == [1, 2, 3]


def test_the_order_is_that_of_hashes_anyone_can_take() -> None:
    # printf '1|storage-t0/counts/b01/H-loc' | sha256sum -> b753…, H-dis 2baa…, S-dis 874f…; the same for settings:
    # 1|storage-t0/counts/b01/H-dis/workload=W2-full …
    of = study.load("storage-t0")
    order = [run.id.removeprefix("storage-t0/counts/b01/") for run in plan(of, of.designs["counts"], 1, [1])]
    assert order == [
        "H-dis/workload=W2-full",
        "H-dis/workload=W2-two-columns",
        "S-dis/workload=W2-two-columns",
        "S-dis/workload=W2-full",
        "H-loc/workload=W2-two-columns",
        "H-loc/workload=W2-full",
    ]


def test_another_seed_is_another_order_of_the_same_runs() -> None:
    one, two = runs_of(SMALL, seed=1), runs_of(SMALL, seed=2)
    assert {run.id for run in one} == {run.id for run in two}
    assert [run.id for run in one] != [run.id for run in two]


def test_every_arm_comes_first_equally_often() -> None:
    first = Counter(
        (turn[0].arm, turn[0].twin)
        for seed in range(200)
        for turn in turns_of(runs_of(SMALL, seed))
        if turn[0].turn == 1
    )
    # 1000 blocks, three turns: 333 each, standard deviation 15
    assert all(270 < count < 400 for count in first.values())
    assert len(first) == 3


def test_later_blocks_do_not_depend_on_earlier_ones() -> None:
    assert runs_of(SMALL)[-9:] == runs_of(SMALL, blocks=range(5, 6))


def test_a_finished_turn_is_not_run_again_and_an_interrupted_one_is_from_its_start() -> None:
    runs = runs_of(SMALL)
    left = remaining(runs, [run.id for run in runs[:5]])
    assert left == runs[3:]
    assert remaining(runs, [run.id for run in runs]) == ()


def test_ids_of_another_plan_are_refused() -> None:
    with pytest.raises(ProfileError, match="not of this plan"):
        remaining(runs_of(SMALL), ["storage-t1/other/b01/H-loc/rate=94"])


def test_sessions_are_cut_at_block_borders_within_the_limit() -> None:
    of = study.load("storage-t1")
    design = of.designs["spark-scan"]
    cut = sessions(of, plan(of, design, 1, range(1, 6)))
    # a block is 6 turns of 45 s and 84 runs of 11 s: 19.9 minutes, so four of five in 80 minutes
    assert [sorted({run.block for run in session}) for session in cut] == [[1, 2, 3, 4], [5]]
    assert estimated_minutes(of, cut[0]) == pytest.approx(79.6)


def test_every_session_of_the_lab_fits_its_limit() -> None:
    of = study.load("storage-t1")
    for design in of.designs.values():
        for session in sessions(of, plan(of, design, 1, range(1, design.blocks + 1))):
            assert estimated_minutes(of, session) <= 80


def test_a_block_longer_than_a_session_is_refused() -> None:
    config = json.loads(json.dumps(SMALL.config))
    config["profile"]["session_minutes"] = 3
    of = study.of_config(config, "short")
    with pytest.raises(ProfileError, match="block 1 alone takes 4 minutes"):
        sessions(of, runs_of(of))


def test_the_program_prints_runs_or_sessions(tmp_path: Path) -> None:
    runner = CliRunner()
    printed = runner.invoke(main, ["storage-t0", "counts", "--seed", "1"]).output.splitlines()
    ids = [json.loads(line)["id"] for line in printed]
    assert len(ids) == 6
    done = tmp_path / "done.json"
    done.write_text(json.dumps({"runs": [{"id": name} for name in ids[:2]]}), encoding="utf-8")
    rest = runner.invoke(main, ["storage-t0", "counts", "--seed", "1", "--done", str(done)]).output.splitlines()
    assert [json.loads(line)["id"] for line in rest] == ids[2:]
    summary = runner.invoke(main, ["storage-t1", "spark-scan", "--seed", "1", "--blocks", "5-5", "--summary"]).output
    assert summary == "session 1: blocks 5-5, 84 runs, about 20 minutes\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["storage-t9", "x"], "no profile storage-t9"),
        (["storage-t0", "x"], "no design x; there are counts"),
        (["storage-t0", "counts", "--blocks", "3-1"], "--blocks 3-1"),
        (["storage-t0", "counts", "--blocks", "3"], "--blocks 3"),
    ],
)
def test_the_program_names_what_is_wrong(arguments: list[str], message: str) -> None:
    found = CliRunner().invoke(main, [*arguments, "--seed", "1"])
    assert found.exit_code == 1
    assert message in str(found.exception)


@pytest.mark.parametrize("content", ["[]", "{}", '{"runs": [1]}'])
def test_a_file_that_holds_no_runs_is_refused_by_name(content: str, tmp_path: Path) -> None:
    done = tmp_path / "done.json"
    done.write_text(content, encoding="utf-8")
    result = CliRunner().invoke(main, ["storage-t0", "counts", "--seed", "1", "--done", str(done)])
    assert result.exit_code == 1
    assert result.output == f"{done} is no document of runs; name one of results/\n"
