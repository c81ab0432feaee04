"""`python -m gridlake_control.documents`: render docs/ into build/docs (make docs)."""

import click

from gridlake_control import paths
from gridlake_control.documents.render import Writer, write
from gridlake_control.errors import ControlError


@click.command()
def main() -> None:
    """Render the documents; a false claim or a number without origin stops it."""
    try:
        files = write(Writer(), paths.BUILD / "docs")
    except ControlError as error:
        raise SystemExit(str(error)) from error
    for file in files:
        print(file.relative_to(paths.CHECKOUT))


if __name__ == "__main__":
    main()
