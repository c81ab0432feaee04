"""Result documents: how one is made, written once, and what is wrong with one."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from gridlake_bench import document, study
from gridlake_bench.errors import BenchError, ResultError
from gridlake_bench.plan import plan
from gridlake_bench.study import Study

RESULTS = document.HOME / "results"
# Methods of RULES.md, with the day from which a result may name them: expectations come before numbers.
METHODS = {1: date(2026, 11, 24)}
METHOD = max(METHODS)
PLANNED = ("id", "block", "turn", "position", "arm", "twin", "warmup", "factors")
# A clock read before and after may differ from the timer in between by this much.
CLOCK_SECONDS = 1.0
Document = Mapping[str, Any]


def sealed(content: Document) -> dict[str, Any]:
    """A document with its three hashes; whatever hashes it had are replaced."""
    filled = dict(content)
    filled["environment_sha256"] = document.digest(filled["environment"])
    filled["config_sha256"] = document.digest(filled["config"])
    filled["content_sha256"] = content_hash(filled)
    return filled


def content_hash(content: Document) -> str:
    """Hash of everything but the hash itself."""
    return document.digest({key: value for key, value in content.items() if key != "content_sha256"})


def place(content: Document, folder: Path = RESULTS) -> Path:
    """Where a document belongs."""
    blocks = content["blocks"]
    name = f"{content['profile']}-{content['design']}-seed{content['seed']}-b{min(blocks):02d}-{max(blocks):02d}.json"
    return folder / str(content["date"]) / name


def write(content: Document, today: date, folder: Path = RESULTS) -> Path:
    """Seal and write a document; one that is wrong or already there is refused."""
    filled = sealed(content)
    path = place(filled, folder)
    if problems := list(problems_of(filled, path, today)):
        raise ResultError("\n".join(f"{path.name}: {problem}" for problem in problems))
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(rendered(filled))
    except FileExistsError as error:
        raise ResultError(f"{path} exists; results are never overwritten, run other blocks or another seed") from error
    return path


def rendered(content: Document) -> str:
    """The document as text: one line for each run, so that a difference can be read."""
    parts = []
    for key, value in content.items():
        if key == "runs":
            lines = ",\n".join(f"  {json.dumps(run, ensure_ascii=False)}" for run in value)
            parts.append(f'"runs": [\n{lines}\n ]')
        else:
            parts.append(f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}")
    return "{\n " + ",\n ".join(parts) + "\n}\n"


def problems_of(content: Any, path: Path, today: date) -> Iterator[str]:
    """Everything that keeps a document from being a result, cheapest first: later checks need the earlier ones."""
    if found := document.schema_problems("result", content):
        yield from found
        return
    yield from _hashes(content)
    yield from _dates(content, path, today)
    try:
        of = study.of_config(content["config"], "config")
    except BenchError as error:
        yield from str(error).splitlines()
        return
    yield from _origin(content, of)
    yield from _nulls(content["calibration"], "calibration")
    for run in content["runs"]:
        yield from _run(run, content)


def _hashes(content: Document) -> Iterator[str]:
    found = {
        "environment_sha256": document.digest(content["environment"]),
        "config_sha256": document.digest(content["config"]),
        "content_sha256": content_hash(content),
    }
    for name, value in found.items():
        if content[name] != value:
            yield f"{name} does not fit: edited by hand? Restore the file from its commit"


def _dates(content: Document, path: Path, today: date) -> Iterator[str]:
    try:
        day = date.fromisoformat(content["date"])
        started, ended = instant(content["started"]), instant(content["ended"])
        for run in content["runs"]:
            begin, end = instant(run["started"]), instant(run["ended"])
            if not started <= begin <= end <= ended:
                yield f"{run['id']} ran outside of the document's time, or backwards"
    except ValueError as error:
        yield f"no such time: {error}"
        return
    if started.date() != day:
        yield f"dated {day} but started on {started.date()}"
    if ended.date() > today:
        yield f"ends on {ended.date()}, which is in the future"
    if content["method"] not in METHODS:
        yield f"names method {content['method']}, which RULES.md does not have"
    elif day < METHODS[content["method"]]:
        yield f"dated {day}, before method {content['method']} was registered"
    expected = place(content, path.parent.parent)
    if path != expected:
        yield f"lies in {path.parent.name}/{path.name} but belongs in {expected.parent.name}/{expected.name}"


def instant(text: str) -> datetime:
    """A time of a document."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)


def _origin(content: Document, of: Study) -> Iterator[str]:
    """What ran is what was planned: nothing left out, nothing added, in the planned order."""
    if (content["profile"], content["tier"]) != (of.name, of.tier):
        yield f"says {content['profile']} {content['tier']}, its configuration {of.name} {of.tier}"
        return
    if content["design"] not in of.designs:
        yield f"the profile has no design {content['design']}"
        return
    if not content["tree_clean"] and of.tier != "T0":
        yield "was measured on a tree with uncommitted changes; commit, then run again"
    planned = plan(of, of.designs[content["design"]], content["seed"], sorted(content["blocks"]))
    runs = {run["id"]: run for run in content["runs"]}
    ids = [run["id"] for run in content["runs"]]
    if repeated := sorted({name for name in ids if ids.count(name) > 1}):
        yield f"recorded twice: {_some(repeated)}"
    if missing := sorted({run.id for run in planned} - runs.keys()):
        yield f"planned but not recorded, not even as failed: {_some(missing)}"
    if added := sorted(runs.keys() - {run.id for run in planned}):
        yield f"recorded but not planned: {_some(added)}"
    if missing or added or repeated:
        return
    for expected in planned:
        facts = asdict(expected)
        if wrong := [name for name in PLANNED if runs[expected.id][name] != facts[name]]:
            yield f"{expected.id} differs from the plan in {', '.join(wrong)}"
    times = [instant(runs[run.id]["started"]) for run in planned]
    if times != sorted(times):
        yield "runs started in another order than the planned one"


def _some(names: list[str]) -> str:
    rest = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + rest


def _run(run: Document, content: Document) -> Iterator[str]:
    yield from _nulls(run, run["id"])
    hosts = content["environment"]["hosts"].keys()
    named = {*run["compute_hosts"], *(run["wire"] or {}), *(run["disk"] or {})}
    if unknown := sorted(named - hosts):
        yield f"{run['id']} names hosts that the environment does not: {', '.join(unknown)}"
    if run["state"] == "failed":
        return
    seconds = run["seconds"]
    parts = sum(value for name, value in seconds.items() if name != "wall" and value is not None)
    if parts > seconds["wall"] + CLOCK_SECONDS:
        yield f"{run['id']} took {seconds['wall']} s, its parts {parts} s"
    elapsed = (instant(run["ended"]) - instant(run["started"])).total_seconds()
    if seconds["wall"] > elapsed + CLOCK_SECONDS:
        yield f"{run['id']} took {seconds['wall']} s within {elapsed} s"
    counts = run["bytes"]
    for name in ("client_local", "client_short_circuit", "client_erasure_coded"):
        if None not in (counts[name], counts["read"]) and counts[name] > counts["read"]:
            yield f"{run['id']} counts more bytes as {name} than it read"


def _nulls(part: Document, origin: str) -> Iterator[str]:
    """A null has a reason, and a reason has a null."""
    found = set(_paths_of_nulls(part, ()))
    for name in sorted(found - part["nulls"].keys()):
        yield f"{origin}: {name} is null without a reason in nulls"
    for name in sorted(part["nulls"].keys() - found):
        yield f"{origin}: nulls explains {name}, which is not null"


def _paths_of_nulls(value: Any, path: tuple[str, ...]) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            # The reason of a run that did not fail is no measurement.
            if item is None and (*path, key) != ("reason",):
                yield "/".join((*path, key))
            elif (*path, key) != ("nulls",):
                yield from _paths_of_nulls(item, (*path, key))
