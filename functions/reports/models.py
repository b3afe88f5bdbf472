"""The response bodies of the reports, for the OpenAPI document."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict, Field


class Paged(BaseModel):
    """A report of any number of rows."""

    next: str | None = Field(
        None, description="Only where a page was asked for, or more rows follow"
    )


class QuarterRow(BaseModel):
    department: str
    job: str
    Q1: int
    Q2: int
    Q3: int
    Q4: int


class HiresByQuarter(Paged):
    report: str
    year: int
    as_of: datetime
    results: list[QuarterRow]


class DepartmentRow(BaseModel):
    id: int
    department: str
    hired: int


class DepartmentsAboveMean(Paged):
    report: str
    year: int
    as_of: datetime
    mean: float
    results: list[DepartmentRow]


class MeanHiresRow(BaseModel):
    mean_hires: float


class MeanHires(BaseModel):
    report: str
    year: int
    as_of: datetime
    results: list[MeanHiresRow]


class ProductionRow(BaseModel):
    factory_id: int
    name: str | None
    actual: int
    goal: int
    attainment: float | None = Field(description="Actual by goal, null where the goal is 0")
    points: int


class Production(Paged):
    """Sums over whole days of UTC, `from` and `to` included."""

    model_config = ConfigDict(serialize_by_alias=True)

    report: str
    as_of: datetime
    first: date = Field(alias="from")
    to: date
    results: list[ProductionRow]


class UserReport(BaseModel):
    user_id: int
    name: str | None
    count: int
    fav_compound: str | None


class Experiments(BaseModel):
    report: str
    as_of: datetime
    average_experiment_count: float
    user_reports: list[UserReport]
    next: str | None
