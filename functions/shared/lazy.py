"""References to models that are imported when they are first needed: pydantic is slow to import.

A routes module refers to the models of its package as if it had imported them:

    if TYPE_CHECKING:
        from sprockets import models
    else:
        models = LazyModels("sprockets.models")

For type checkers and editors `models.Sprocket` is the class; when the code runs it is a Reference.
"""

from dataclasses import dataclass
from importlib import import_module
from types import UnionType
from typing import Any

# What the contract of a route names: a model, a union of models
Model = type[Any] | UnionType


@dataclass(frozen=True)
class Reference:
    """A name in a module that may not be imported yet."""

    module: str
    name: str

    def load(self) -> Any:
        return getattr(import_module(self.module), self.name)


@dataclass(frozen=True)
class LazyModels:
    """A module whose attributes are references."""

    module: str

    def __getattr__(self, name: str) -> Reference:
        if name.startswith("_"):
            raise AttributeError(name)
        return Reference(self.module, name)


def load(model: object) -> Any:
    """The model itself."""
    return model.load() if isinstance(model, Reference) else model
