"""Three calls by a client that is made of the contract: `python calls.py http://…`."""

import json
import sys

from made.api.production import list_production
from made.api.sprockets import create_sprocket, get_sprocket
from made.client import AuthenticatedClient
from made.models import Problem, Sprocket, SprocketIn


def main(api: str) -> None:
    size = SprocketIn(teeth=12, pitch_diameter=3.86, outside_diameter=4.2, pitch=1)
    with AuthenticatedClient(api, "a token") as client:
        made = create_sprocket.sync(client=client, body=size)
        assert isinstance(made, Sprocket)
        found = get_sprocket.sync(str(made.id), client=client)
        points = list_production.sync(client=client, factory=[1, 2], limit=5)
    assert isinstance(found, Sprocket)
    assert isinstance(points, Problem)
    faults = [fault.to_dict() for fault in points.errors]
    print(json.dumps([found.to_dict(), None, faults]))


if __name__ == "__main__":
    main(sys.argv[1])
