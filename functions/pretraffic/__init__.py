"""Calls a new version of a function before it gets traffic."""
