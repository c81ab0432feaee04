"""From links between files of the repository to links between pages of the site."""

import posixpath
import re
from collections.abc import Callable, Mapping

from gridlake_control import paths
from gridlake_control.site.errors import SiteError

_LINK = re.compile(r"\[([^\[\]]*)\]\(([^)#:\s]+)(#[^)\s]*)?\)")
_FENCED = re.compile(r"(^ *```.*?^ *```)", re.DOTALL | re.MULTILINE)


def outside_fences(markdown: str, change: Callable[[str], str]) -> str:
    """The text with everything changed that is no fenced block."""
    parts = _FENCED.split(markdown)
    parts[::2] = [change(part) for part in parts[::2]]
    return "".join(parts)


def led(markdown: str, source: str, place: str, pages: Mapping[str, str]) -> str:
    """A page's text with its links as they lead on the site.

    `source` is the file in the repository, `place` its page, `pages` the page of every file that has one. A link to
    another file of the repository becomes its path, since the site stands without the repository.

    Raises:
        SiteError: a link leads to nothing.
    """

    def one(match: re.Match[str]) -> str:
        words, target, part = match[1], match[2], match[3] or ""
        path = posixpath.normpath(posixpath.join(posixpath.dirname(source), target))
        page = pages.get(path) or pages.get(f"{path}/README.md")
        if page:
            return f"[{words}]({posixpath.relpath(page, posixpath.dirname(place) or '.')}{part})"
        if not (paths.CHECKOUT / path).exists():
            raise SiteError(f"{source} links to {target}, which is not there; mend the link")
        return f"`{path}`" if words.strip("`/") in (path, target.strip("/")) else f"{words} (`{path}`)"

    return outside_fences(markdown, lambda text: _LINK.sub(one, text))
