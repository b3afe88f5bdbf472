"""Lambda entry point of the sprockets and factories."""

from sprockets.routes import api

handler = api
