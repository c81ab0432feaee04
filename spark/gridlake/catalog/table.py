"""A table as a fact: what a row is, its columns, how it is laid out, and the statements that make it so."""

from collections.abc import Iterator
from dataclasses import dataclass, field

CATALOG = "lake"

_ALWAYS = {
    # Trino reads and writes nothing newer.
    "format-version": "2",
    "write.parquet.compression-codec": "zstd",
    # A row is a day of readings, a hundred bytes after zstd: the default of 128 MiB gives one task a million rows.
    "read.split.target-size": "16777216",
    "read.split.open-file-cost": "1048576",
    "write.metadata.delete-after-commit.enabled": "true",
    "write.metadata.previous-versions-max": "50",
}


@dataclass(frozen=True)
class Column:
    """One column; types are Spark SQL's."""

    name: str
    type: str
    doc: str
    nullable: bool = True

    def ddl(self) -> str:
        """The column as CREATE TABLE wants it."""
        required = "" if self.nullable else " NOT NULL"
        return f"`{self.name}` {self.type}{required} COMMENT '{_quoted(self.doc)}'"


@dataclass(frozen=True)
class Table:
    """One Iceberg table of the lake. `grain` says what a row is; `key` is what makes it unique."""

    namespace: str
    name: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    owner_job: str
    partition: tuple[str, ...] = ()
    sort: tuple[str, ...] = ()
    # Column whose values are never mixed in one file. A fence judges whole files, and takes one that holds rows of two
    # values for another writer's; partitions do the same for larger tables.
    kept_apart: str | None = None
    properties: dict[str, str] = field(default_factory=dict)

    @property
    def identifier(self) -> str:
        """Full name, as SQL and the DataFrame API take it."""
        return f"{CATALOG}.{self.namespace}.{self.name}"

    @property
    def qualified_name(self) -> str:
        """Name without the catalog: how manifests and ledgers speak of the table."""
        return f"{self.namespace}.{self.name}"

    @property
    def column_names(self) -> tuple[str, ...]:
        """Columns in table order, for closing selects."""
        return tuple(column.name for column in self.columns)

    @property
    def all_properties(self) -> dict[str, str]:
        """Table properties: those of every table, and its own."""
        return {**_ALWAYS, **self.properties}

    def ddl(self) -> Iterator[str]:
        """Statements that create the table; running them again changes nothing."""
        columns = ",\n  ".join(column.ddl() for column in self.columns)
        partition = f"\nPARTITIONED BY ({', '.join(self.partition)})" if self.partition else ""
        rendered = ", ".join(f"'{key}'='{value}'" for key, value in sorted(self.all_properties.items()))
        yield (
            f"CREATE TABLE IF NOT EXISTS {self.identifier} (\n  {columns}\n) USING iceberg{partition}\n"
            f"COMMENT '{_quoted(self.grain)}'\nTBLPROPERTIES ({rendered})"
        )

    def write_order(self) -> str | None:
        """The statement that declares the sort inside a file. Iceberg commits it each time, so only for a new table."""
        if not self.sort:
            return None
        distribution = "DISTRIBUTED BY PARTITION " if self.partition else ""
        return f"ALTER TABLE {self.identifier} WRITE {distribution}LOCALLY ORDERED BY {', '.join(self.sort)}"


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "\\'")
