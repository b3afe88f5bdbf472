"""The command-line client of Sprocketworks' API."""

import os
import sys

# a stream that the shell has closed reads as empty, and takes what nobody wants
for _name, _mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
    if getattr(sys, _name) is None:
        setattr(sys, _name, open(os.devnull, _mode, encoding="utf-8"))  # noqa: PTH123, SIM115
