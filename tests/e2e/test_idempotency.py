"""One key, many clients at once: done once."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import httpx
import pytest

from tests.stack import Stack

pytestmark = pytest.mark.e2e
SPROCKET = {"teeth": 77, "pitch_diameter": 7, "outside_diameter": 7.7, "pitch": 1}


def test_clients_at_once_with_one_key_create_one_sprocket(stack: Stack) -> None:
    headers = {"Idempotency-Key": uuid4().hex}

    def create(_: int) -> httpx.Response:
        return stack.api.post("/sprockets", json=SPROCKET, headers=headers)

    with ThreadPoolExecutor(8) as clients:
        responses = list(clients.map(create, range(8)))
    created = [response for response in responses if response.status_code == 201]
    assert {response.status_code for response in responses} <= {201, 409}
    assert len({response.json()["id"] for response in created}) == 1
    assert sum("idempotent-replayed" not in response.headers for response in created) == 1
    again = create(0)
    assert again.status_code == 201
    assert again.headers["idempotent-replayed"] == "true"
    assert again.json() == created[0].json()
