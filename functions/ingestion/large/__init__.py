"""Large files: planned, loaded in parallel by a state machine, finished."""
