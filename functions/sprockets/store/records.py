"""Sprockets, factories and points as they are stored."""

import json
from dataclasses import dataclass

from shared.factory_keys import factory_key
from shared.items import Item
from sprockets.store.keys import sprocket_key

SIZES = ("pitch_diameter", "outside_diameter", "pitch")


@dataclass(frozen=True)
class Sprocket:
    """`references` counts the points that refer to it."""

    id: int
    teeth: int
    pitch_diameter: float
    outside_diameter: float
    pitch: float
    version: int = 1
    references: int = 0

    @classmethod
    def from_item(cls, item: Item) -> "Sprocket":
        sizes = {name: json.loads(item[name]) for name in SIZES}
        references = item.get("used_by", 0)
        return cls(
            item["id"], item["teeth"], **sizes, version=item["version"], references=references
        )

    def fields(self) -> Item:
        """Sizes as the JSON text they came as, since DynamoDB's numbers would round."""
        return {"teeth": self.teeth, **{name: json.dumps(getattr(self, name)) for name in SIZES}}

    def item(self) -> Item:
        """Of a new sprocket."""
        return {
            **sprocket_key(self.id),
            "id": self.id,
            "version": self.version,
            **self.fields(),
        }


@dataclass(frozen=True)
class Factory:
    """`generation` is the current one of its points."""

    id: int
    name: str | None
    version: int
    generation: int

    @classmethod
    def from_item(cls, item: Item) -> "Factory":
        return cls(item["id"], item.get("name"), item["version"], item["generation"])

    def item(self) -> Item:
        """Of a new factory: no later generation is allocated."""
        return {
            **factory_key(self.id),
            "id": self.id,
            "name": self.name,
            "version": self.version,
            "generation": self.generation,
            "allocated": self.generation,
        }


@dataclass(frozen=True)
class Point:
    """A factory's production around a moment (Unix seconds)."""

    id: int
    time: int
    actual: int
    goal: int
    sprocket_types: tuple[int, ...] = ()
    version: int = 1

    @classmethod
    def from_item(cls, item: Item) -> "Point":
        types = tuple(item["sprocket_types"])
        return cls(item["id"], item["time"], item["actual"], item["goal"], types, item["version"])

    def item(self, factory: int) -> Item:
        """What is stored under each key of the point."""
        return {
            "factory_id": factory,
            "id": self.id,
            "time": self.time,
            "actual": self.actual,
            "goal": self.goal,
            "sprocket_types": list(self.sprocket_types),
            "version": self.version,
        }


# The points of a factory's generation
ChartPoints = tuple[int, int, list[Point]]
