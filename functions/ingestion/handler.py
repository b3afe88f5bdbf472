"""Lambda entry point of the tables."""

from ingestion.routes import api

handler = api
