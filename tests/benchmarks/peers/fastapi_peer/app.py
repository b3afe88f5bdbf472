"""The usual way: FastAPI behind Mangum, with boto3."""

import os
from typing import Annotated

import boto3
from fastapi import FastAPI, HTTPException, Query
from mangum import Mangum
from pydantic import BaseModel, Field

app = FastAPI(title="Peer")
table = boto3.resource("dynamodb").Table(os.environ.get("FACTORY_TABLE", "FactoryTable"))


class SprocketIn(BaseModel):
    teeth: Annotated[int, Field(ge=1)]
    pitch_diameter: Annotated[float, Field(gt=0)]
    outside_diameter: Annotated[float, Field(gt=0)]
    pitch: Annotated[float, Field(gt=0)]


class Sprocket(SprocketIn):
    id: int


class Page(BaseModel):
    items: list[Sprocket]
    next: str | None


@app.get("/health")
async def health() -> dict[str, str]:
    return {"status": "ok"}


@app.get("/ping/{name}")
async def ping(name: str, limit: Annotated[int, Query(ge=1, le=100)] = 10) -> dict[str, str | int]:
    return {"name": name, "limit": limit}


@app.get("/sprockets")
async def sprockets(limit: Annotated[int, Query(ge=1, le=100)] = 10) -> Page:
    found = table.query(
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": "SPROCKET"},
        Limit=limit,
    )
    return Page(items=[Sprocket.model_validate(item) for item in found["Items"]], next=None)


@app.get("/sprockets/{number}")
async def sprocket(number: int) -> Sprocket:
    item = table.get_item(Key={"pk": "SPROCKET", "sk": f"{number:015}"}).get("Item")
    if item is None:
        raise HTTPException(404)
    return Sprocket.model_validate(item)


@app.post("/sprockets", status_code=201)
async def create(body: SprocketIn) -> Sprocket:
    made = Sprocket(id=1, **body.model_dump())
    table.put_item(Item={"pk": "SPROCKET", "sk": "1", **made.model_dump(mode="json")})
    return made


handler = Mangum(app, lifespan="off")
