"""Keeps the materialized views up to date with the tables' streams."""
