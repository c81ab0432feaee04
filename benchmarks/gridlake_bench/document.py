"""Files of the benchmarks as data: read strictly, checked against a schema, hashed in one canonical form."""

import hashlib
import json
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

from gridlake_bench.errors import DocumentError

HOME = Path(__file__).resolve().parents[1]
SCHEMAS = HOME / "schemas"


class _UniqueKeys(yaml.SafeLoader):
    """YAML in which a key that stands twice is an error; PyYAML would let the last one win."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        if twice := sorted({str(key) for key in keys if keys.count(key) > 1}):
            raise DocumentError(f"{node.start_mark}: {', '.join(twice)} stands twice")
        return super().construct_mapping(node, deep)


def read_yaml(path: Path) -> Any:
    """One YAML file."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_UniqueKeys)  # noqa: S506 - a safe loader, only stricter
    except (OSError, yaml.YAMLError) as error:
        raise DocumentError(f"{path} cannot be read: {error}") from error


def read_json(path: Path) -> Any:
    """One JSON file; NaN, infinities and keys that stand twice are no JSON."""
    try:
        return json.loads(path.read_text(encoding="utf-8"), parse_constant=_no_constant, object_pairs_hook=_unique)
    except (OSError, ValueError) as error:
        raise DocumentError(f"{path} cannot be read: {error}") from error


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"{', '.join(twice)} stands twice")
    return dict(pairs)


def canonical(value: Any) -> bytes:
    """The one spelling that hashes are taken of: sorted keys, no spaces, UTF-8, finite numbers only."""
    try:
        text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise DocumentError(f"no canonical form: {error}") from error
    return text.encode("utf-8")


def digest(value: Any) -> str:
    """SHA-256 of the canonical form."""
    return hashlib.sha256(canonical(value)).hexdigest()


def schema_problems(schema: str, value: Any) -> list[str]:
    """What a value violates of ``schemas/<schema>.schema.json``, each with its place."""
    checker = Draft202012Validator(read_json(SCHEMAS / f"{schema}.schema.json"))
    errors = sorted(checker.iter_errors(value), key=lambda error: [str(part) for part in error.absolute_path])
    return [f"/{'/'.join(str(part) for part in error.absolute_path)}: {_short(error.message)}" for error in errors]


def _short(message: str) -> str:
    return message if len(message) <= 200 else f"{message[:120]} … {message[-70:]}"


def require(schema: str, value: Any, origin: str) -> None:
    """Raise with all problems in one list unless the value fits its schema."""
    if problems := schema_problems(schema, value):
        raise DocumentError("\n".join(f"{origin}{problem}" for problem in problems))
