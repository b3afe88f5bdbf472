"""What the portal responds with, for the OpenAPI document."""

from typing import Literal

from pydantic import BaseModel, Field


class Health(BaseModel):
    status: Literal["ok", "unavailable"]
    checks: dict[str, Literal["ok", "unavailable"]] = Field(
        description="By the name of the store", examples=[{"departments": "ok", "landing": "ok"}]
    )
