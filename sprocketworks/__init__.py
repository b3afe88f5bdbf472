"""The command-line client of Sprocketworks' API."""
