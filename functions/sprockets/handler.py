"""Lambda entry point of the sprockets and factories."""

import sprockets.works.routes  # noqa: F401 - more routes of the same API
from sprockets.routes import api

handler = api
