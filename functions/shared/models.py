"""What models of several functions are made of."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

JobStatus = Literal["awaiting_upload", "planning", "running", "succeeded", "failed", "cancelled"]


class Model(BaseModel):
    """The base of those that request bodies are checked by.

    Unknown fields are refused, and "1" is not an integer.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)
