"""The base of the models that request bodies are checked by."""

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """Unknown fields are refused, and "1" is not an integer."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)
