"""Compares the views with the tables, and repairs them on request: the tasks of a state machine."""
