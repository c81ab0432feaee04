"""``make queries``: the sample queries of docs/analyse.md on the lake, as an analyst, for the documentation."""

import json
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from gridlake_control import paths
from gridlake_control.demo_proof import lake_of
from gridlake_control.errors import ControlError
from gridlake_control.inventory import Inventory
from gridlake_control.lake_proof import Lake

PAGE = paths.CHECKOUT / "docs" / "analyse.md"
SHOWN = 10


class SampleError(ControlError):
    """The page holds no sample, or a sample answers with nothing."""


def read(page: Path = PAGE) -> dict[str, str]:
    """Statements of the page by the heading above each."""
    found, title, inside = dict[str, str](), "", False
    for line in page.read_text(encoding="utf-8").splitlines():
        if line.startswith("```"):
            inside = line == "```sql"
        elif inside:
            found[title] = f"{found[title]}\n{line}" if title in found else line
        elif line.startswith("## "):
            title = line.removeprefix("## ")
    if not found:
        raise SampleError(f"{page} holds no heading with a block of SQL; is this a complete checkout?")
    return found


def run(lake: Lake, samples: Mapping[str, str]) -> dict[str, Any]:
    """Answers by heading: columns, the first rows as text, how many there were, and how long it took.

    Raises:
        SampleError: an answer is empty.
    """
    answers = {}
    for title, sql in samples.items():
        started = time.monotonic()
        columns, rows = lake.named(sql)
        if not rows:
            raise SampleError(f"{title!r} has no row to show; fill the lake first: make demo")
        shown = [[_text(value) for value in row] for row in rows[:SHOWN]]
        seconds = round(time.monotonic() - started, 2)
        answers[title] = {"columns": columns, "rows": shown, "count": len(rows), "seconds": seconds}
    return answers


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True) if isinstance(value, dict | list) else str(value)


@click.command()
@click.option("--inventory", default="lab", show_default=True, help="Inventory below ansible/inventories.")
def main(inventory: str) -> None:
    """Run every sample and leave the answers for the documentation."""
    try:
        found = Inventory(inventory)
        analyst = replace(lake_of(found), user="analyst", password=found.secret("trino_analyst"))
        answers = run(analyst, read())
    except ControlError as error:
        raise SystemExit(str(error)) from error
    target = paths.BUILD / "queries" / "queries.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps({"inventory": inventory, "answers": answers}, indent=2) + "\n", encoding="utf-8")
    for title, answer in answers.items():
        print(f"{answer['seconds']:6.2f} s  {answer['count']:4} rows  {title}")


if __name__ == "__main__":
    main()
