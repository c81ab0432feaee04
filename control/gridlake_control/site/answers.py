"""Sample queries with what the lake answered, below each of them."""

from gridlake_control import sample_queries
from gridlake_control.documents.results import Results
from gridlake_control.site import markdown
from gridlake_control.site.errors import SiteError


def with_answers(page: str, results: Results) -> str:
    """The page of sample queries with an answer below every statement, or the command that fetches it."""
    answers = results.document("queries")["answers"] if results.have("queries") else {}
    for title, sql in sample_queries.read().items():
        if results.have("queries"):
            if title not in answers:
                raise SiteError(f"{results.place('queries')} has no answer to {title!r}; run `make queries` again")
            answer = answers[title]
            rows = [[markdown.text(cell) for cell in row] for row in answer["rows"]]
            told = f"{markdown.table(answer['columns'], rows)}\n{_length(answer)}, {answer['seconds']} s"
            told += f" (measured in `{results.place('queries')}`)."
        else:
            lacking = results.missing("queries")
            told = f"*{lacking.shown}* (`{lacking.command}`)"
        page = page.replace(f"{sql}\n```\n", f"{sql}\n```\n\n{told}\n", 1)
    return page


def _length(answer: dict[str, object]) -> str:
    shown, count = len(list(answer["rows"])), answer["count"]  # type: ignore[call-overload]  # read from JSON
    return f"{count} rows" if shown == count else f"The first {shown} of {count} rows"
