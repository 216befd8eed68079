"""`python -m golive` is the command `golive`."""

from golive.cli import main

main()
