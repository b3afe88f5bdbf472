"""Lambda entry point of the reports."""

import reports.overview.routes  # noqa: F401 - more routes of the same API
from reports.routes import api

handler = api
