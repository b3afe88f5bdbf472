"""The data sets loaded from CSV, each declared once."""

from dataclasses import dataclass
from enum import StrEnum


class Type(StrEnum):
    """What a cell of a column holds."""

    INT = "int"
    STR = "str"
    NUMBER = "number"
    DATE = "date"  # YYYY-MM-DD
    DATETIME = "datetime"  # ISO 8601
    INTS = "ints"  # integers joined by ";"


@dataclass(frozen=True)
class Column:
    name: str
    type: Type
    required: bool = False


@dataclass(frozen=True)
class DataSet:
    """A table: its columns in the order of a file without a header, the first being the key."""

    name: str
    columns: tuple[Column, ...]

    @property
    def key(self) -> str:
        return self.columns[0].name

    @property
    def setting(self) -> str:
        """The environment variable that names its DynamoDB table."""
        return f"{self.name.upper()}_TABLE"


def _data_set(name: str, *columns: Column) -> DataSet:
    return DataSet(name, columns)


# In the order in which references can be resolved
DATA_SETS: dict[str, DataSet] = {
    data_set.name: data_set
    for data_set in (
        _data_set(
            "departments",
            Column("id", Type.INT, required=True),
            Column("department", Type.STR, required=True),
        ),
        _data_set(
            "jobs",
            Column("id", Type.INT, required=True),
            Column("job", Type.STR, required=True),
        ),
        _data_set(
            "hired_employees",
            Column("id", Type.INT, required=True),
            Column("name", Type.STR),
            Column("datetime", Type.DATETIME),
            Column("department_id", Type.INT),
            Column("job_id", Type.INT),
        ),
        _data_set(
            "users",
            Column("user_id", Type.INT, required=True),
            Column("name", Type.STR, required=True),
            Column("email", Type.STR),
            Column("signup_date", Type.DATE),
        ),
        _data_set(
            "compounds",
            Column("compound_id", Type.INT, required=True),
            Column("compound_name", Type.STR, required=True),
            Column("compound_structure", Type.STR),
        ),
        _data_set(
            "user_experiments",
            Column("experiment_id", Type.INT, required=True),
            Column("user_id", Type.INT, required=True),
            Column("experiment_compound_ids", Type.INTS, required=True),
            Column("experiment_run_time", Type.NUMBER),
        ),
    )
}
