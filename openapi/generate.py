"""Make generated/golive_api from golive.yaml, or check that it is what golive.yaml makes.

Beside the client, the package holds a copy of the contract: it ships in the wheel, and no change of
the contract, not even one that the generator ignores, can go by without a regeneration.
"""

from __future__ import annotations

import argparse
import difflib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
CONTRACT = HERE / "golive.yaml"
CONFIG = HERE / "openapi-python-client.yaml"
PACKAGE = HERE.parent / "generated" / "golive_api"


def generate(package: Path) -> None:
    """Write the package that the contract makes to the folder `package`, which must not exist."""
    scripts = str(Path(sys.executable).parent)
    environment = {**os.environ, "PATH": scripts + os.pathsep + os.environ.get("PATH", "")}
    if shutil.which("ruff", path=environment["PATH"]) is None:
        # The generator would only warn, and format nothing.
        raise SystemExit("ruff is not installed; install the project's extra 'dev'")
    outcome = subprocess.run(
        [
            sys.executable,
            "-m",
            "openapi_python_client",
            "generate",
            *("--path", CONTRACT),
            *("--config", CONFIG),
            *("--output-path", package),
            *("--meta", "none"),
            "--fail-on-warning",
        ],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if outcome.returncode:
        raise SystemExit(f"{outcome.stdout}\nThe generator refused {CONTRACT.name}.")
    (package / "py.typed").touch()
    shutil.copyfile(CONTRACT, package / CONTRACT.name)


def files(package: Path) -> dict[str, str]:
    """Read the text of every file of the package, by its relative path."""
    return {
        path.relative_to(package).as_posix(): path.read_text("utf-8")
        for path in sorted(package.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def differences(committed: dict[str, str], made: dict[str, str]) -> Iterator[str]:
    """Tell, as a unified diff, how the committed package differs from the one just made."""
    for name in sorted(committed.keys() | made.keys()):
        yield from difflib.unified_diff(
            committed.get(name, "").splitlines(keepends=True),
            made.get(name, "").splitlines(keepends=True),
            f"committed/{name}" if name in committed else os.devnull,
            f"made from the contract/{name}" if name in made else os.devnull,
        )
        if (
            not committed.get(name, "")
            and not made.get(name, "")
            and (name in made) != (name in committed)
        ):
            yield f"{'missing' if name in made else 'superfluous'}: {name}\n"


def main() -> int:
    """Run as a script; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--check",
        action="store_true",
        help="write nothing; fail with a diff if the committed package is not what the contract makes",
    )
    check = parser.parse_args().check
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / PACKAGE.name
        generate(made)
        if check:
            diff = list(differences(files(PACKAGE) if PACKAGE.exists() else {}, files(made)))
            sys.stdout.writelines(diff)
            if diff:
                print("\nThe contract and generated/ disagree. Run: nox -s generate")
            return 1 if diff else 0
        shutil.rmtree(PACKAGE, ignore_errors=True)
        shutil.copytree(made, PACKAGE, ignore=shutil.ignore_patterns("__pycache__"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
