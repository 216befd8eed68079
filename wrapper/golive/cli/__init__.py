"""The `golive` command. It needs the extra `cli`."""

from __future__ import annotations

import importlib.util
import sys

__all__ = ["main"]


def main() -> None:
    """Run the command with the arguments of this process, and exit."""
    for package in ("click", "rich"):
        if importlib.util.find_spec(package) is None:
            sys.exit(f"golive: the command needs {package}: pip install 'golive[cli]'")
    from golive.cli.app import run

    sys.exit(run(sys.argv[1:]))
