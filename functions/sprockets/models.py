"""Bodies of requests and responses about sprockets, factories and their production."""

import re
import sys
from typing import Annotated, Any, ClassVar, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    Field,
    PlainValidator,
    WithJsonSchema,
    WrapValidator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from shared.models import Model
from shared.params import LAST_SECOND


def _size(value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PydanticCustomError("number_type", "Input should be a valid number")
    # an integer beyond the doubles would be infinite for most clients
    if not abs(value) <= sys.float_info.max:
        raise PydanticCustomError("finite_number", "Input should be a finite number")
    if value <= 0:
        raise PydanticCustomError("greater_than", "Input should be greater than 0")
    return value


# an integer stays one and a double is not rounded: what was given is kept exactly
Size = Annotated[
    int | float,
    PlainValidator(_size),
    WithJsonSchema({"type": "number", "exclusiveMinimum": 0}),
]
Count = Annotated[int, Field(ge=0, le=2**53)]
Second = Annotated[int, Field(ge=0, le=LAST_SECOND)]
# without characters that XML can't hold: a name is the title of a drawing
_PRINTABLE = re.compile(r"^[^\u0000-\u001f\u007f-\u009f\ufffe\uffff]*$")


def _printable(name: str) -> str:
    if not _PRINTABLE.fullmatch(name):
        raise ValueError("must be without control characters")
    return name


Name = Annotated[
    str,
    Field(min_length=1, max_length=200, json_schema_extra={"pattern": _PRINTABLE.pattern}),
    AfterValidator(_printable),
]
MOST_POINTS = 10_000
# Each transaction of a request counts the references to each sprocket: a hundred may take 140
MOST_REFERENCED = 100
MOST_IMPORTED = 50_000  # in all charts of a document


class SprocketIn(Model):
    teeth: Annotated[int, Field(ge=1, le=2**53)]
    pitch_diameter: Size
    outside_diameter: Size
    pitch: Size


class Sprocket(BaseModel):
    id: int
    teeth: int
    pitch_diameter: float
    outside_diameter: float
    pitch: float


class References(BaseModel):
    """While there are any, the sprocket can not be deleted."""

    points: int


class SprocketPage(BaseModel):
    items: list[Sprocket]
    next: str | None


class ChartData(Model):
    """Three arrays of one length, one element per moment in Unix seconds."""

    sprocket_production_actual: Annotated[list[Count], Field(max_length=MOST_POINTS)]
    sprocket_production_goal: Annotated[list[Count], Field(max_length=MOST_POINTS)]
    time: Annotated[list[Second], Field(max_length=MOST_POINTS)]

    @model_validator(mode="after")
    def _one_length(self) -> Self:
        lengths = [
            len(self.sprocket_production_actual),
            len(self.sprocket_production_goal),
            len(self.time),
        ]
        if len(set(lengths)) != 1:
            raise ValueError(f"the three arrays have {lengths} elements, not the same number")
        return self


class FactoryIn(Model):
    """An update does not change what is left out; a name that is null is removed."""

    name: Name | None = None
    chart_data: ChartData | None = None

    @property
    def renames(self) -> bool:
        return "name" in self.model_fields_set


class Chart(BaseModel):
    sprocket_production_actual: list[int]
    sprocket_production_goal: list[int]
    time: list[int]


class Factory(BaseModel):
    id: int
    name: str | None
    chart_data: Chart
    chart_data_thinned: bool = Field(
        default=False,
        description="Present where the chart has only some of its points, evenly taken",
    )


class FactoryPage(BaseModel):
    items: list[Factory]
    next: str | None


class PointIn(Model):
    single: ClassVar[bool] = True
    time: Second
    actual: Count
    goal: Count
    sprocket_types: Annotated[list[Annotated[int, Field(ge=1, le=2**53)]], Field(max_length=20)] = (
        Field(default_factory=list)
    )

    @property
    def points(self) -> "list[PointIn]":
        return [self]


class PointsIn(Model):
    """Up to 1,000 points, which refer to at most 100 different sprockets."""

    single: ClassVar[bool] = False
    points: Annotated[list[PointIn], Field(min_length=1, max_length=1000)]

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        sprockets = {number for point in self.points for number in point.sprocket_types}
        if len(sprockets) > MOST_REFERENCED:
            raise ValueError(
                f"the points refer to {len(sprockets)} different sprockets, more than "
                f"{MOST_REFERENCED}: send them in several requests"
            )
        return self


def _one_or_many(data: Any, _: Any) -> PointIn | PointsIn:
    # not by pydantic: the faults of its union are at places that the body does not have
    model = PointsIn if isinstance(data, dict) and "points" in data else PointIn
    return model.model_validate(data)


# one point, or `points` with up to a thousand
PointOrPointsIn = Annotated[PointIn | PointsIn, WrapValidator(_one_or_many)]


class Point(BaseModel):
    id: int
    time: int
    actual: int
    goal: int
    sprocket_types: list[int]


class Points(BaseModel):
    items: list[Point]


# the response to one point, or to many
PointOrPoints = Point | Points


class PointPage(BaseModel):
    items: list[Point]
    next: str | None


class FactoryPoint(Point):
    factory_id: int


class FactoryPointPage(BaseModel):
    items: list[FactoryPoint]
    next: str | None


class SprocketImport(Model):
    sprockets: Annotated[list[SprocketIn], Field(max_length=MOST_POINTS)]


class FactoryWrapper(Model):
    factory: FactoryIn


class FactoryImport(Model):
    factories: Annotated[list[FactoryWrapper], Field(max_length=1000)]

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        charts = [each.factory.chart_data for each in self.factories]
        points = sum(len(chart.time) for chart in charts if chart)
        if points > MOST_IMPORTED:
            raise ValueError(f"the charts have {points} points, more than {MOST_IMPORTED}")
        return self


class Imported(BaseModel):
    created: int
    already_loaded: bool = False
