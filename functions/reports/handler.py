"""Lambda entry point of the reports."""

from reports.routes import api

handler = api
