"""Make the blocking twins of the async modules, or check that they are what those make.

The async modules are written by hand. What differs in the blocking ones differs by rule, and a rule that
nothing needs any more is an error, so that the lists below stay true.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent / "wrapper" / "golive"

#: The async modules and their twins.
TWINS = {
    "aio.py": "blocking.py",
    "portal/aio.py": "portal/client.py",
    "ingestion/aio.py": "ingestion/client.py",
}

#: Prose that differs in fact.
TEXTS = (
    (
        '"""The async client. It runs on asyncio and on trio."""',
        '"""The blocking client: `aio` without `await`, made from it by `nox -s generate`."""',
    ),
    (
        '"""What the async clients share: an operation, and what runs flows; on any event loop."""',
        '"""What the blocking clients share: `aio` without `await`, made by `nox -s generate`."""',
    ),
    (
        "by the tasks of one event loop. Use it as an async context manager, or call\n    `aclose`.",
        "by threads. Use it as a context manager, or call `close`.",
    ),
    ("; the latter two sync or async. It stays yours", ". It stays yours"),
    ("Tasks may share an operation.", "Threads may share an operation."),
    ("Runs flows with async calls.", "Runs flows with blocking calls."),
    ("sleep_async", "sleep"),
    ("from golive.aio import", "from golive.blocking import"),
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


def unasync(source: str, twin: str) -> tuple[str, set[str]]:
    """Return the blocking twin of an async module, and the rules that changed something."""
    used = set()
    for there, here in TEXTS:
        if there in source:
            used.add(there)
            source = source.replace(there, here)
    for pattern, here in TOKENS:
        source, changes = re.subn(pattern, here, source)
        if changes:
            used.add(pattern)
    made = _tidied(source, twin, "check", "--select", "I,F401", "--fix", "--quiet")
    return _tidied(made, twin, "format"), used


def _tidied(source: str, twin: str, *command: str) -> str:
    """Have ruff do what a shorter name changes: the order of imports, the breaks of lines."""
    ruff = [sys.executable, "-m", "ruff", *command, "--stdin-filename", str(PACKAGE / twin), "-"]
    outcome = subprocess.run(ruff, input=source, capture_output=True, text=True, check=True)
    return str(outcome.stdout)


def main() -> None:
    """Write the twins; with `--check`, only compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="fail if a twin is not what its async module makes"
    )
    check = parser.parse_args().check
    used: set[str] = set()
    for source, twin in TWINS.items():
        made, rules = unasync((PACKAGE / source).read_text("utf-8"), twin)
        used |= rules
        if not check:
            (PACKAGE / twin).write_text(made, "utf-8")
        elif (PACKAGE / twin).read_text("utf-8") != made:
            sys.exit(f"wrapper/golive/{twin} is not what {source} makes: run `nox -s generate`.")
    for rule in (*(there for there, _ in TEXTS), *(pattern for pattern, _ in TOKENS)):
        if rule not in used:
            sys.exit(f"No async module holds this any more, which tools/unasync.py changes: {rule}")


if __name__ == "__main__":
    main()
