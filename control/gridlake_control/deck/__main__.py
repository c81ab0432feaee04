"""`python -m gridlake_control.deck`: docs/deck to build/deck/quellbruck.pptx and, by LibreOffice, .pdf (make deck)."""

import shutil
import subprocess
import tempfile
from pathlib import Path

import click

from gridlake_control import paths
from gridlake_control.deck.build import presentation
from gridlake_control.deck.check import problems
from gridlake_control.deck.script import Script
from gridlake_control.deck.slide import SlideError
from gridlake_control.errors import ControlError

TARGET = paths.BUILD / "deck" / "quellbruck.pptx"
PACKAGES = "libreoffice-impress fonts-liberation poppler-utils"


@click.command()
@click.option("--pictures", is_flag=True, help="each slide as an image too, to be looked at")
def main(pictures: bool) -> None:
    """Build the deck; a false claim, a number without origin or a text that overflows stops it."""
    try:
        for file in write(TARGET, pictures=pictures):
            print(file.relative_to(paths.CHECKOUT))
    except ControlError as error:
        raise SystemExit(str(error)) from error


def write(target: Path, *, pictures: bool) -> list[Path]:
    """Write the deck and what is made from it; the deck itself needs no other program."""
    deck = presentation(Script.of_checkout().told())
    if found := list(problems(deck)):
        raise SlideError("\n".join(found))
    target.parent.mkdir(parents=True, exist_ok=True)
    deck.save(str(target))
    _need("soffice", target)
    with tempfile.TemporaryDirectory() as profile:
        convert = ["soffice", f"-env:UserInstallation=file://{profile}", "--headless", "--convert-to", "pdf"]
        _run([*convert, "--outdir", str(target.parent), str(target)])
    pdf = target.with_suffix(".pdf")
    if not pdf.is_file():
        raise SlideError(f"LibreOffice left no {pdf.name}; open {target.name} with it to see why")
    if not pictures:
        return [target, pdf]
    _need("pdftoppm", target)
    for old in target.parent.glob(f"{target.stem}-*.png"):
        old.unlink()
    _run(["pdftoppm", "-r", "80", "-png", str(pdf), str(target.with_suffix(""))])
    images = sorted(target.parent.glob(f"{target.stem}-*.png"))
    if len(images) != len(deck.slides):
        raise SlideError(f"{len(deck.slides)} slides became {len(images)} pages; open {target.name} to see which")
    return [target, pdf, *images]


def _need(program: str, target: Path) -> None:
    if shutil.which(program) is None:
        raise SlideError(
            f"{target.relative_to(paths.CHECKOUT)} is written. Its PDF needs {program}: apt-get install {PACKAGES}"
        )


def _run(command: list[str]) -> None:
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=300)
    if done.returncode != 0:
        raise SlideError(f"{command[0]} failed: {done.stderr.strip() or done.stdout.strip()}")


if __name__ == "__main__":
    main()
