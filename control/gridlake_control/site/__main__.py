"""`python -m gridlake_control.site`: the documentation site in build/site (make site)."""

import click

from gridlake_control import paths
from gridlake_control.documents.render import Writer
from gridlake_control.errors import ControlError, place_refusals
from gridlake_control.site.build import collect, html


@click.command()
def main() -> None:
    """Build the site; a link to nothing, a false claim or a warning of Sphinx stops it."""
    try:
        with place_refusals():
            pages = collect(Writer())
            html(pages, paths.BUILD / "site")
    except ControlError as error:
        raise SystemExit(str(error)) from error
    print(f"{len(pages)} pages: build/site/index.html")


if __name__ == "__main__":
    main()
