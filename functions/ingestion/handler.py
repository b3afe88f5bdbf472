"""Lambda entry point of the tables, and of the ingestion of large files."""

import ingestion.large.routes  # noqa: F401 - more routes of the same API
from ingestion.routes import api

handler = api
