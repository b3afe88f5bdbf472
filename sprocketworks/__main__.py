"""`python -m sprocketworks`."""

from sprocketworks.main import main

main()
