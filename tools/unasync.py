"""Make wrapper/golive/portal/client.py from aio.py, or check that it is what aio.py makes.

The async client is written by hand. What differs in the blocking one differs by rule, and a rule that
nothing needs any more is an error, so that the list below stays true.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent / "wrapper" / "golive" / "portal"

#: Prose that differs in fact.
TEXTS = (
    (
        '"""The async client. It runs on asyncio and on trio."""',
        '"""The blocking client: `aio` without `await`, made from it by `nox -s generate`."""',
    ),
    (
        "by the tasks of one event loop. Use it as an async context manager, or call\n    `aclose`.",
        "by threads. Use it as a context manager, or call `close`.",
    ),
    ("; the latter two sync or async. It stays yours", ". It stays yours"),
    ("Tasks may share an operation.", "Threads may share an operation."),
    ("Runs flows with async calls.", "Runs flows with blocking calls."),
    ("sleep_async", "sleep"),
)
#: What the language itself writes differently.
TOKENS = (
    (r"\bAsync([A-Z])", r"\1"),
    (r"\basync (def|with|for)\b", r"\1"),
    (r"\bawait ", ""),
    (r"\baclose\b", "close"),
    (r"\b__aenter__\b", "__enter__"),
    (r"\b__aexit__\b", "__exit__"),
    (r"\b__aiter__\b", "__iter__"),
)


def unasync(source: str) -> str:
    """Return the blocking twin of an async module.

    Raises:
        SystemExit: A rule changes nothing.
    """
    for there, here in TEXTS:
        if there not in source:
            raise SystemExit(
                f"aio.py does not hold this any more, which tools/unasync.py changes: {there}"
            )
        source = source.replace(there, here)
    for pattern, here in TOKENS:
        source, changes = re.subn(pattern, here, source)
        if not changes:
            raise SystemExit(f"aio.py holds nothing that {pattern} of tools/unasync.py changes")
    return _tidied(_tidied(source, "check", "--select", "I,F401", "--fix", "--quiet"), "format")


def _tidied(source: str, *command: str) -> str:
    """Have ruff do what a shorter name changes: the order of imports, the breaks of lines."""
    name = str(PACKAGE / "client.py")
    ruff = [sys.executable, "-m", "ruff", *command, "--stdin-filename", name, "-"]
    outcome = subprocess.run(ruff, input=source, capture_output=True, text=True, check=True)
    return str(outcome.stdout)


def main() -> None:
    """Write the twin; with `--check`, only compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="fail if client.py is not what aio.py makes"
    )
    check = parser.parse_args().check
    twin = PACKAGE / "client.py"
    made = unasync((PACKAGE / "aio.py").read_text("utf-8"))
    if not check:
        twin.write_text(made, "utf-8")
    elif twin.read_text("utf-8") != made:
        sys.exit("wrapper/golive/portal/client.py is not what aio.py makes: run `nox -s generate`.")


if __name__ == "__main__":
    main()
