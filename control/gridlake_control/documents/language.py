"""What the sources of documents may say themselves: words. Numbers and comparisons come from macros.

A digit or a number word outside code, headings, list numbers and dates is a literal; so is one inside a macro's text.
A comparison in words must be the phrase of claim(predicate, phrase), which fails the build when the predicate is false.
"""

import re
from collections.abc import Iterator

from jinja2 import Environment, nodes

# Kept in place of a macro, so that a digit glued to one is still seen.
_MACRO = "\N{LEFT-POINTING DOUBLE ANGLE QUOTATION MARK}"
_CODE = (r"^```.*?^```", r"`[^`\n]*[A-Za-z_/][^`\n]*`")
_EXEMPT = (*_CODE, r"^#.*$", r"^ *\d+\. ", r"\]\([^)]*\)", r"\b\d{4}-\d\d-\d\d\b")

_NUMBER_WORDS = (
    "two three four five six seven eight nine ten eleven twelve dozen twenty thirty forty fifty "
    "hundred thousand million billion"
)
NUMBERS = re.compile(rf"(?<![A-Za-z\d])\d[\d.,]*|\b({'|'.join(_NUMBER_WORDS.split())})s?\b", re.IGNORECASE)
COMPARISONS = re.compile(
    r"\b(more|less|fewer|[a-z]+er)\s+(\w+\s+)?than\b"
    r"|\b(fast|slow|cheap|larg|small|high|low|great|short|long|bigg)e(r|st)\b|\b(better|best|worse|worst|wins?)\b"
    r"|\b(twice|thrice|half|doubles?|triples?|threefold|tenfold|majority|exceed(s|ed)?|outperforms?|beats)\b"
    r"|\b(at least|at most|almost all|nearly all|most of|the most|the least)\b",
    re.IGNORECASE,
)


def problems(environment: Environment, source: str) -> Iterator[str]:
    """Literals, comparisons and smuggled numbers of one source, each with its line."""
    yield from _in_text(_text(environment, source))
    yield from _in_macros(environment.parse(source))


def _text(environment: Environment, source: str) -> str:
    """The source with macros and comments taken out and every line where it was."""
    parts = []
    for _, kind, value in environment.lex(source):
        if kind == "data":
            parts.append(value)
        else:
            parts.append((_MACRO if kind == "variable_begin" else "") + "\n" * value.count("\n"))
    return "".join(parts)


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match[0])


def _in_text(text: str) -> Iterator[str]:
    for pattern in _EXEMPT:
        text = re.sub(pattern, _blank, text, flags=re.DOTALL | re.MULTILINE if "```" in pattern else re.MULTILINE)
    for number, line in enumerate(text.splitlines(), 1):
        for match in NUMBERS.finditer(line):
            yield f"line {number}: {match[0]!r} is a literal number; take it from facts, pins, settings or results"
        for match in COMPARISONS.finditer(line):
            yield f"line {number}: {match[0]!r} compares; write it as claim(predicate, phrase)"


def _in_macros(tree: nodes.Template) -> Iterator[str]:
    allowed = set[int]()
    for node in tree.find_all((nodes.Filter, nodes.If, nodes.CondExpr)):
        inner = node.args if isinstance(node, nodes.Filter) else [node.test]  # type: ignore[attr-defined]  # others have it
        allowed |= {id(const) for part in inner for const in _constants(part)}
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "claim" and call.args:
            allowed |= {id(const) for const in _constants(call.args[0])}
            if not any(True for _ in call.args[0].find_all(nodes.Name)) and not isinstance(call.args[0], nodes.Name):
                yield f"line {call.lineno}: a claim about nothing: its predicate names no fact, setting or result"
            allowed |= {id(phrase) for phrase in call.args[1:] if not re.search(r"\d", _string(phrase))}
    for const in _constants(tree):
        if id(const) not in allowed and isinstance(const.value, int | float) and not isinstance(const.value, bool):
            yield f"line {const.lineno}: the number {const.value} inside a macro is a literal"
    for output in tree.find_all(nodes.Output):
        for part in output.nodes:
            if isinstance(part, nodes.Const) and NUMBERS.search(str(part.value)):
                yield f"line {part.lineno}: {part.value!r} inside a macro holds a literal number"
    for call in tree.find_all(nodes.Call):
        for text in [*call.args, *(keyword.value for keyword in call.kwargs)]:
            if id(text) not in allowed and re.search(r"(?<![A-Za-z.\d])\d", _string(text).replace(".v1", "")):
                yield f"line {call.lineno}: {_string(text)!r} inside a macro holds a literal number"


def _constants(node: nodes.Node) -> Iterator[nodes.Const]:
    if isinstance(node, nodes.Const):
        yield node
    yield from node.find_all(nodes.Const)


def _string(node: nodes.Node) -> str:
    return node.value if isinstance(node, nodes.Const) and isinstance(node.value, str) else ""
