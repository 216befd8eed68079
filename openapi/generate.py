"""Make the packages of generated/ from the contracts, or check that they are what the contracts make.

Beside its client, each package holds a copy of its contract: it ships in the wheel, and no change of
a contract, not even one that the generator ignores, can go by without a regeneration.
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
CONFIG = HERE / "openapi-python-client.yaml"
GENERATED = HERE.parent / "generated"

#: The packages, and what each is made from.
PACKAGES = {
    "golive_api": HERE / "golive.yaml",
    "product_ingestion_api": HERE / "product-ingestion.yaml",
}


def generate(contract: Path, package: Path) -> None:
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
            *("--path", contract),
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
        raise SystemExit(f"{outcome.stdout}\nThe generator refused {contract.name}.")
    (package / "py.typed").touch()
    shutil.copyfile(contract, package / contract.name)


def files(package: Path) -> dict[str, str]:
    """Read the text of every file of the package, by its relative path."""
    return {
        path.relative_to(package).as_posix(): path.read_text("utf-8")
        for path in sorted(package.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def differences(package: str, committed: dict[str, str], made: dict[str, str]) -> Iterator[str]:
    """Tell, as a unified diff, how the committed package differs from the one just made."""
    for name in sorted(committed.keys() | made.keys()):
        yield from difflib.unified_diff(
            committed.get(name, "").splitlines(keepends=True),
            made.get(name, "").splitlines(keepends=True),
            f"committed/{package}/{name}" if name in committed else os.devnull,
            f"made from the contract/{package}/{name}" if name in made else os.devnull,
        )
        if (
            not committed.get(name, "")
            and not made.get(name, "")
            and (name in made) != (name in committed)
        ):
            yield f"{'missing' if name in made else 'superfluous'}: {package}/{name}\n"


def main() -> int:
    """Run as a script; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--check",
        action="store_true",
        help="write nothing; fail with a diff if a committed package is not what its contract makes",
    )
    check = parser.parse_args().check
    diff: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        for name, contract in PACKAGES.items():
            made, package = Path(folder) / name, GENERATED / name
            generate(contract, made)
            if check:
                committed = files(package) if package.exists() else {}
                diff += differences(name, committed, files(made))
                continue
            shutil.rmtree(package, ignore_errors=True)
            shutil.copytree(made, package, ignore=shutil.ignore_patterns("__pycache__"))
    sys.stdout.writelines(diff)
    if diff:
        print("\nThe contracts and generated/ disagree. Run: nox -s generate")
    return 1 if diff else 0


if __name__ == "__main__":
    sys.exit(main())
