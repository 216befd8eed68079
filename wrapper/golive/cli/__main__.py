"""`python -m golive.cli` is the command `golive`."""

from golive.cli import main

main()
