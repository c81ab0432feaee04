"""Every block of commands in the documentation is executed by a test, generated, or says why it is not run."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from test_commands import documents

from gridlake_control import sample_queries

CHECKOUT = Path(__file__).parents[2]
EXECUTED: dict[str, dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("executed_commands.yml").read_text(encoding="utf-8")
)
# What a block may be; all others would hide a command from this test.
COMMANDS, NO_COMMANDS = {"sh", "sql"}, {"text", "yaml"}
MARK = re.compile(r"<!-- (not-run|generated): (\S.*) -->")


@dataclass(frozen=True)
class Block:
    """A fenced block: where it begins, what it says it is, its lines, and the mark above it."""

    document: str
    line: int
    language: str
    text: str
    mark: str

    @property
    def commands(self) -> list[str]:
        """Commands of the block as executed_commands.yml names them."""
        if self.language == "sql":
            return [self.text.strip().removesuffix(";")]
        whole = re.sub(r" *\\\n\s*", " ", self.text)
        lines = (re.sub(r"(^|\s)#.*", "", line).strip() for line in whole.splitlines())
        return [" ".join(line.removeprefix("sudo ").split()) for line in lines if line]


def blocks(document: str, text: str) -> Iterator[Block]:
    """Fenced blocks of a document, also inside lists.

    Raises:
        ValueError: a block is never closed.
    """
    lines = iter(enumerate(text.splitlines(), 1))
    above = ""
    for number, line in lines:
        if (opened := re.fullmatch(r"( *)```(.*)", line)) is None:
            above = line
            continue
        inside = []
        for _, within in lines:
            if within.strip() == "```":
                break
            inside.append(within.removeprefix(opened[1]))
        else:
            raise ValueError(f"{document}, line {number}: a block that is never closed")
        mark = MARK.fullmatch(above.strip())
        yield Block(document, number, opened[2], "\n".join(inside), mark[1] if mark else "")
        above = ""


def every_block() -> list[Block]:
    """All fenced blocks of all documents."""
    return [
        block
        for path in documents()
        for block in blocks(str(path.relative_to(CHECKOUT)), path.read_text(encoding="utf-8"))
    ]


def entry(command: str) -> str:
    """The key of a command: itself, or a target of make without its variables."""
    return command if command in EXECUTED else re.sub(r"^(make [a-z-]+)( [A-Z]+=\S+)+$", r"\1", command)


def complaint(block: Block) -> str:
    """What is wrong with a block, nothing if all is well."""
    if block.language not in COMMANDS | NO_COMMANDS:
        return f"{block.language!r} is no known language; write one of {', '.join(sorted(COMMANDS | NO_COMMANDS))}"
    if block.language in NO_COMMANDS or block.mark:
        return ""
    known = set(sample_queries.read().values()) if block.language == "sql" else set(EXECUTED)
    unknown = [command for command in block.commands if entry(command) not in known]
    return f"no test executes {unknown}; name it in executed_commands.yml, or mark the block" if unknown else ""


@dataclass(frozen=True)
class Function:
    """A function as its file states it: its source, decorators included, and the names that its code uses."""

    name: str
    source: str
    uses: frozenset[str]


def function(place: str) -> Function:
    """The function of file::name, or a script, which uses nothing."""
    file, _, name = place.partition("::")
    source = (CHECKOUT / file).read_text(encoding="utf-8")
    if not name:
        return Function("", source, frozenset())
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and node.name == name:
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            return Function(name, "\n".join(source.splitlines()[first - 1 : node.end_lineno]), frozenset(uses(node)))
    raise AssertionError(f"{file} has no function {name}")


def uses(node: ast.FunctionDef) -> Iterator[str]:
    """Names in a function's code, not in its words: what it calls, and the fixtures that it takes."""
    for one in ast.walk(node):
        match one:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
                yield name
    for decorator in node.decorator_list:
        constants = (one.value for one in ast.walk(decorator) if isinstance(one, ast.Constant))
        yield from (value for value in constants if isinstance(value, str))


def test_there_are_blocks_of_every_kind() -> None:
    found = every_block()
    assert {block.language for block in found} == COMMANDS | NO_COMMANDS
    assert {block.mark for block in found} >= {"", "not-run"}


def test_every_block_of_commands_is_executed_generated_or_says_why_not() -> None:
    wrong = {f"{block.document}:{block.line}": told for block in every_block() if (told := complaint(block))}
    assert wrong == {}


def test_every_executed_command_is_documented() -> None:
    used = {entry(command) for block in every_block() if not block.mark for command in block.commands}
    assert set(EXECUTED) - used == set()


@pytest.mark.parametrize("command", [name for name, one in EXECUTED.items() if "test" in one])
def test_the_test_of_a_command_holds_it(command: str) -> None:
    one = EXECUTED[command]
    at = function(one["test"])
    assert at.name.startswith("test_") or "::" not in one["test"]
    for place in one.get("through", []):
        called = function(place)
        assert called.name in at.uses, f"{at.name} does not use {called.name}"
        at = called
    assert one["words"] in at.source


@pytest.mark.parametrize("command", [name for name, one in EXECUTED.items() if one.get("here")])
def test_a_command_that_needs_no_cluster_runs_as_it_is_written(command: str) -> None:
    found = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    packages = os.pathsep.join(str(CHECKOUT / folder) for folder in ("benchmarks", "spark"))
    given = {**os.environ, "PATH": found, "PYTHONPATH": packages}
    (CHECKOUT / "build").mkdir(exist_ok=True)
    done = subprocess.run(["sh", "-c", command], check=False, capture_output=True, text=True, cwd=CHECKOUT, env=given)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("```sh\nmake nosuch\n```", r"no test executes \['make nosuch'\]"),
        ("```sh\nmake demo\nrm -r /\n```", r"no test executes \['rm -r /'\]"),
        ("```sql\nSELECT 1\n```", r"no test executes \['SELECT 1'\]"),
        ("```\nmake demo\n```", "'' is no known language"),
        ("```bash\nmake demo\n```", "'bash' is no known language"),
        ("<!-- not-run: -->\n```sh\nmake nosuch\n```", "no test executes"),
        ("1. step\n   ```sh\n   make nosuch \\\n     X=1\n   ```", r"no test executes \['make nosuch X=1'\]"),
    ],
)
def test_a_block_that_nobody_executes_is_told(text: str, told: str) -> None:
    (block,) = blocks("some.md", text)
    assert re.search(told, complaint(block))


@pytest.mark.parametrize(
    "text",
    [
        "```sh\nsudo make demo SEED=2 DAYS=1   # and why\n# a comment\n```",
        "<!-- not-run: needs your machines -->\n```sh\nmake nosuch\n```",
        "<!-- generated: by make nothing -->\n   ```sh\n   x\n   ```",
        "```yaml\na: 1\n```",
    ],
)
def test_a_block_that_is_executed_or_says_why_not_is_fine(text: str) -> None:
    (block,) = blocks("some.md", text)
    assert complaint(block) == ""
