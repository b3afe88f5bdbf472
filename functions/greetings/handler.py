"""Lambda entry point of the greetings."""

from greetings.routes import api

handler = api
