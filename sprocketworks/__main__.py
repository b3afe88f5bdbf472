"""The program `sprocketworks`, also as `python -m sprocketworks`."""

import sys


def run() -> None:
    try:
        # imported here: the libraries take a moment, in which Ctrl-C is no traceback either
        from sprocketworks.main import main

        main()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    run()
