"""Refuse what must not be published: `python -m gridlake_bench.validate` reads profiles, prices and all results."""

import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import click

from gridlake_bench import comparison, cost, document, result, study
from gridlake_bench.errors import BenchError
from gridlake_bench.plan import plan, sessions


def inputs() -> Iterator[str]:
    """Problems of profiles and cost inputs."""
    names = study.names()
    if not names:
        yield f"no profile in {study.PROFILES}"
    for name in names:
        try:
            of = study.load(name)
            for design in of.designs.values():
                sessions(of, plan(of, design, seed=0, blocks=range(1, design.blocks + 1)))
        except BenchError as error:
            yield from str(error).splitlines()
    try:
        cost.load()
    except BenchError as error:
        yield from str(error).splitlines()


def results(folder: Path) -> list[Path]:
    """Everything below the folder of results: what is no document is a problem, too."""
    return sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []


def problems(path: Path, today: date) -> list[str]:
    """What is wrong with one file of results."""
    if path.suffix != ".json":
        return ["is no result; only dated .json documents belong here"]
    try:
        return list(result.problems_of(document.read_json(path), path, today))
    except BenchError as error:
        return str(error).splitlines()


def _today() -> date:
    return datetime.now(UTC).date()


@click.command()
@click.option("--results", "folder", type=click.Path(path_type=Path), default=result.RESULTS, help="Folder of results.")
def main(folder: Path) -> None:
    """Print a line for each file; end with status 1 if one is refused."""
    today = _today()
    found = [f"inputs: {problem}" for problem in inputs()]
    click.echo(f"profiles: {', '.join(study.names())}")
    paths = results(folder)
    for path in paths:
        wrong = [f"{path.relative_to(folder)}: {problem}" for problem in problems(path, today)]
        if not wrong:
            click.echo(f"{path.relative_to(folder)}: {comparison.tally(document.read_json(path))}")
        found += wrong
    click.echo(f"results: {len(paths)}" if paths else "results: none yet")
    if found:
        click.echo("\n".join(found), err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
