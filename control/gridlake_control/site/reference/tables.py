"""Tables of the lake: those of the catalog, and those that dbt makes."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from gridlake.catalog.reasons import Reason
from gridlake.catalog.table import Table
from gridlake_control import paths
from gridlake_control.documents.checkout import Checkout
from gridlake_control.site import markdown
from gridlake_control.site.pages import Page

_MADE_BY = {"raw": "Spark", "curated": "Spark", "ops": "Spark and dbt", "marts": "dbt"}


def page(checkout: Checkout) -> Page:
    """Every table with its columns, by namespace."""
    specs = {spec.qualified_name: _of_spec(spec) for spec in checkout.specs}
    models = {f"{path.parts[-3]}.{model['name']}": _of_model(path, model) for path, model in checkout.models}
    both = specs | models
    parts = []
    for namespace in dict.fromkeys(name.split(".")[0] for name in sorted(both, key=_order)):
        inside = [both[name] for name in sorted(both) if name.startswith(f"{namespace}.")]
        parts.append(markdown.section(2, namespace, f"Written by {_MADE_BY.get(namespace, 'dbt')}.", *inside))
    return Page(
        "reference/tables.md",
        markdown.section(
            1,
            "Tables and columns",
            "In the catalog `lake`. Types of Spark's tables are Spark SQL's; Trino shows its own names for them. An "
            "array holds a day's values from local midnight on, in steps of a quarter of an hour in UTC.",
            *parts,
        ),
    )


def reasons() -> Page:
    """Why a record is rejected, in the order of the rules."""
    file = paths.CHECKOUT / "spark" / "gridlake" / "catalog" / "reasons.py"
    meanings = dict(_commented(file.read_text(encoding="utf-8").splitlines()))
    rows = [(markdown.code(reason), markdown.text(meanings[reason.name])) for reason in Reason]
    return Page(
        "reference/reasons.md",
        markdown.section(
            1,
            "Reasons for a rejection",
            "`curated.reading_rejected` keeps each rejected record with its bytes and the first rule that it fails; "
            "the rules run in this order.",
            markdown.table(["reason", "when"], rows),
        ),
    )


def _commented(lines: Iterable[str]) -> Iterable[tuple[str, str]]:
    for line in lines:
        name, equals, rest = line.strip().partition(" = ")
        if equals and "#" in rest:
            yield name, rest.split("#", 1)[1].strip()


def _order(name: str) -> tuple[int, str]:
    namespaces = list(_MADE_BY)
    namespace = name.split(".")[0]
    return (namespaces.index(namespace) if namespace in namespaces else len(namespaces), name)


def _of_spec(spec: Table) -> str:
    facts = [("one row is", markdown.text(spec.grain)), ("key", markdown.codes(spec.key))]
    facts += [("written by", f"job {markdown.code(spec.owner_job)}")] if spec.owner_job else []
    facts += [("partition", markdown.codes(spec.partition))] if spec.partition else []
    facts += [("sorted by", markdown.codes(spec.sort))] if spec.sort else []
    rows = [
        (markdown.code(one.name), markdown.code(one.type), "" if one.nullable else "not null", markdown.text(one.doc))
        for one in spec.columns
    ]
    return markdown.section(
        3,
        spec.qualified_name,
        "".join(f"- {name}: {value}\n" for name, value in facts),
        markdown.table(["column", "type", "", "meaning"], rows),
    )


def _of_model(path: Path, model: Mapping[str, Any]) -> str:
    first = path.with_suffix(".sql").read_text(encoding="utf-8").splitlines()[0]
    rows = [(markdown.code(one["name"]), markdown.text(one["description"])) for one in model["columns"]]
    return markdown.section(
        3,
        f"{path.parts[-3]}.{model['name']}",
        markdown.text(model["description"]),
        f"- {markdown.text(first.removeprefix('--').strip())}\n",
        markdown.table(["column", "meaning"], rows),
    )
