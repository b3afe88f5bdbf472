"""What the sprockets, factories and their production take and answer."""

from typing import Annotated, Any, Self

from pydantic import BaseModel, Discriminator, Field, Tag, model_validator

from shared.models import Model
from shared.params import LAST_SECOND

# an integer stays one: what was given is kept exactly
Size = Annotated[int | float, Field(gt=0, le=1e308)]
Count = Annotated[int, Field(ge=0, le=2**53)]
Second = Annotated[int, Field(ge=0, le=LAST_SECOND)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
MOST_POINTS = 10_000


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


class SprocketPage(BaseModel):
    items: list[Sprocket]
    next: str | None


class ChartData(Model):
    """Three arrays of one length, an element each per moment in Unix seconds."""

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
            raise ValueError(f"the three arrays have {lengths} elements, not one number of them")
        return self


class FactoryIn(Model):
    """On update, what is left out stays as it is."""

    name: Name | None = None
    chart_data: ChartData | None = None


class Chart(BaseModel):
    sprocket_production_actual: list[int]
    sprocket_production_goal: list[int]
    time: list[int]


class Factory(BaseModel):
    id: int
    name: str | None
    chart_data: Chart
    chart_data_thinned: bool = Field(
        default=False, description="There where the chart shows some of its points only"
    )


class FactoryPage(BaseModel):
    items: list[Factory]
    next: str | None


class PointIn(Model):
    time: Second
    actual: Count
    goal: Count
    sprocket_types: Annotated[list[Annotated[int, Field(ge=1)]], Field(max_length=20)] = Field(
        default_factory=list
    )


class PointsIn(Model):
    points: Annotated[list[PointIn], Field(min_length=1, max_length=1000)]


def _which(data: Any) -> str:
    return "points" if isinstance(data, dict) and "points" in data else "point"


# one point, or `points` with up to a thousand
PointOrPointsIn = Annotated[
    Annotated[PointIn, Tag("point")] | Annotated[PointsIn, Tag("points")], Discriminator(_which)
]


class Point(BaseModel):
    id: int
    time: int
    actual: int
    goal: int
    sprocket_types: list[int]


class Points(BaseModel):
    items: list[Point]


# what one point was made of, or many
PointOrPoints = Point | Points


class PointPage(BaseModel):
    items: list[Point]
    next: str | None


class SprocketImport(Model):
    sprockets: Annotated[list[SprocketIn], Field(max_length=MOST_POINTS)]


class FactoryWrapper(Model):
    factory: FactoryIn


class FactoryImport(Model):
    factories: Annotated[list[FactoryWrapper], Field(max_length=1000)]


class Imported(BaseModel):
    created: int
    already_loaded: bool = False
