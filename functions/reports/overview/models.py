"""The response body of the overview, for the OpenAPI document."""

from datetime import date, datetime

from pydantic import BaseModel, Field

from shared.models import JobStatus


class RowCount(BaseModel):
    name: str
    rows: int


class LatestJob(BaseModel):
    id: str
    table: str
    filename: str | None
    status: JobStatus
    progress: float
    created_at: datetime


class Jobs(BaseModel):
    of: int = Field(description="How many of the newest jobs are counted")
    active: int = Field(description="Of these, those that are being prepared or running")
    failed: int = Field(description="Of these, those that failed")
    latest: list[LatestJob]


class LatestChart(BaseModel):
    sprocket_production_actual: list[int]
    sprocket_production_goal: list[int]
    time: list[int]


class LatestFactory(BaseModel):
    id: int
    name: str | None
    chart_data: LatestChart


class NextBirthday(BaseModel):
    username: str
    next_birthday: date
    in_days: int
    turns: int


class Overview(BaseModel):
    as_of: datetime
    tables: list[RowCount]
    jobs: Jobs
    factories: list[LatestFactory] = Field(
        description="The first factories, each with its latest points"
    )
    birthdays: list[NextBirthday] = Field(description="Of today and the 7 days after, in UTC")
