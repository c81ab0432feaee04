"""Master data: copies of the asset register, which is the schema `assets` of the PostgreSQL database `assets`."""

from collections.abc import Mapping
from dataclasses import dataclass

from gridlake.catalog.table import Column, Table

SOURCE_SCHEMA = "assets"

SUBSTATION = Table(
    namespace="curated",
    name="substation",
    grain="one substation",
    key=("substation_id",),
    columns=(
        Column("substation_id", "string", "substation", nullable=False),
        Column("area", "string", "supply area; ids of everything in it begin with it", nullable=False),
        Column("archetype", "string", "SimBench grid type", nullable=False),
        Column("feeder", "string", "medium-voltage grid that supplies it", nullable=False),
        Column("rated_kva", "int", "rated power of the transformer", nullable=False),
        Column("longitude", "double", "WGS 84", nullable=False),
        Column("latitude", "double", "WGS 84", nullable=False),
        Column("valid_from", "date", "first day of this row", nullable=False),
    ),
    owner_job="sync_master_data",
    sort=("substation_id",),
)

METERING_POINT = Table(
    namespace="curated",
    name="metering_point",
    grain="one metering point",
    key=("metering_point_id",),
    columns=(
        Column("metering_point_id", "string", "metering point", nullable=False),
        Column("substation_id", "string", "substation that supplies it, as the register believes", nullable=False),
        Column("voltage_level", "string", "LV or MV", nullable=False),
        Column("profile_class", "string", "BDEW standard load profile", nullable=False),
        Column("contract_kw", "int", "contracted power", nullable=False),
        Column("has_pv", "boolean", "true with a PV plant", nullable=False),
        Column("pv_kwp", "decimal(8,1)", "rated power of the PV plant; null without one"),
        Column("valid_from", "date", "first day of this row", nullable=False),
    ),
    owner_job="sync_master_data",
    sort=("metering_point_id",),
)

REGISTER = Table(
    namespace="curated",
    name="register",
    grain="one register of one metering point",
    key=("metering_point_id", "register"),
    columns=(
        Column("metering_point_id", "string", "metering point", nullable=False),
        Column("register", "string", "OBIS code", nullable=False),
        Column("unit", "string", "Wh", nullable=False),
        Column("multiplier", "int", "transformer ratio by which the register is multiplied", nullable=False),
        Column("valid_from", "date", "first day of this row", nullable=False),
    ),
    owner_job="sync_master_data",
    sort=("metering_point_id", "register"),
)

CONTRACT = Table(
    namespace="curated",
    name="contract",
    grain="one supply contract of one metering point",
    key=("metering_point_id", "valid_from"),
    columns=(
        Column("metering_point_id", "string", "metering point", nullable=False),
        Column("balancing_group", "string", "balancing group in which its energy is settled", nullable=False),
        Column("valid_from", "date", "first day on which it holds", nullable=False),
        Column("valid_to", "date", "first day on which it holds no more; null: no end is known"),
    ),
    owner_job="sync_master_data",
    sort=("metering_point_id", "valid_from"),
)

TABLES = (SUBSTATION, METERING_POINT, REGISTER, CONTRACT)


@dataclass(frozen=True)
class Source:
    """The PostgreSQL table behind a copy, and the columns that are called otherwise there."""

    table: str
    renamed: Mapping[str, str]

    def query(self, copy: Table) -> str:
        """SELECT that gives the columns of the copy."""
        columns = ", ".join(f'"{self.renamed.get(name, name)}" AS "{name}"' for name in copy.column_names)
        return f'SELECT {columns} FROM "{SOURCE_SCHEMA}"."{self.table}"'  # noqa: S608 - names of our own specs only


SOURCES: dict[str, Source] = {
    SUBSTATION.name: Source("substation", {}),
    METERING_POINT.name: Source("metering_point", {}),
    REGISTER.name: Source("register", {"register": "obis"}),
    CONTRACT.name: Source("contract", {}),
}
