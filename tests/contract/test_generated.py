"""The committed clients are what the contracts make, and any edit of either is noticed."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import pytest

from conftest import ROOT
from contracts import Contract, contracts
from unasync import TWINS


def check(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, root / "openapi" / "generate.py", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_committed_clients_are_what_the_contracts_make() -> None:
    outcome = check(ROOT, "--check")
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


def unasync(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    script = str(root / "tools" / "unasync.py")
    command = [sys.executable, script, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_blocking_client_is_what_the_async_one_makes() -> None:
    outcome = unasync(ROOT, "--check")
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


@pytest.mark.parametrize("twin", TWINS.values())
def test_any_edit_of_the_blocking_client_is_noticed_and_making_it_anew_mends_it(
    tmp_path: Path, twin: str
) -> None:
    for folder in ("tools", "wrapper", "generated"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    path = tmp_path / "wrapper" / "golive" / twin
    made = path.read_text("utf-8")
    assert "    def " in made
    path.write_text(made.replace("    def ", "    def re_", 1), "utf-8")
    outcome = unasync(tmp_path, "--check")
    assert outcome.returncode == 1
    assert "nox -s generate" in outcome.stderr
    assert unasync(tmp_path).returncode == 0
    assert path.read_text("utf-8") == made
    assert unasync(tmp_path, "--check").returncode == 0


@pytest.mark.parametrize("contract", contracts().values(), ids=contracts())
def test_the_contract_ships_with_the_client(contract: Contract) -> None:
    package = resources.files(contract.package)
    assert package.joinpath(contract.path.name).read_bytes() == contract.path.read_bytes()
    assert package.joinpath("py.typed").is_file()


def test_no_contract_goes_without_a_client() -> None:
    named = {each.path for each in contracts().values()}
    written = {
        each
        for each in (ROOT / "openapi").glob("*.yaml")
        if "\nopenapi: 3" in f"\n{each.read_text('utf-8')}"
    }
    assert named == written
    assert set(contracts()) == {each.name for each in (ROOT / "generated").iterdir() if each.is_dir()}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for folder in ("openapi", "generated"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    return tmp_path


def edit(path: str, old: str, new: str) -> Callable[[Path], None]:
    def apply(root: Path) -> None:
        text = (root / path).read_text("utf-8")
        assert old in text
        (root / path).write_text(text.replace(old, new, 1), "utf-8")

    return apply


def remove(path: str) -> Callable[[Path], None]:
    return lambda root: (root / path).unlink()


def add(path: str) -> Callable[[Path], None]:
    return lambda root: (root / path).touch()


API = "generated/golive_api"
OTHER = "generated/product_ingestion_api"
EDITS = {
    "a line of a generated file": (
        edit(f"{API}/api/publishing/go_live.py", "golive", "golife"),
        "api/publishing/go_live.py",
    ),
    "a comment in a generated file": (edit(f"{API}/types.py", "\n", "\n# hi\n"), "types.py"),
    "a generated file removed": (remove(f"{API}/models/step.py"), "models/step.py"),
    "an empty generated file removed": (remove(f"{API}/py.typed"), "missing: golive_api/py.typed"),
    "a file added": (add(f"{API}/models/extra.py"), "superfluous: golive_api/models/extra.py"),
    "a new field in the contract": (
        edit(
            "openapi/golive.yaml",
            "        stepName:\n          type: string",
            "        stepName:\n          type: integer",
        ),
        "models/step.py",
    ),
    "a pattern in the contract, which the generator ignores": (
        edit("openapi/golive.yaml", "{0,127}$'", "{0,126}$'"),
        "golive.yaml",
    ),
    "a comment in the contract": (edit("openapi/golive.yaml", "\n", "\n# hi\n"), "golive.yaml"),
    "a generated file of the other one": (
        edit(f"{OTHER}/api/publishing/configure.py", "configure", "configured"),
        "product_ingestion_api/api/publishing/configure.py",
    ),
    "a field in the other contract": (
        edit(
            "openapi/product-ingestion.yaml",
            "        jobId:\n          type: string",
            "        jobId:\n          type: integer",
        ),
        "product_ingestion_api/models/job_status.py",
    ),
    "a comment in the other contract": (
        edit("openapi/product-ingestion.yaml", "\n", "\n# hi\n"),
        "product_ingestion_api/product-ingestion.yaml",
    ),
}


@pytest.mark.parametrize(("apply", "named"), EDITS.values(), ids=EDITS)
def test_any_edit_is_noticed_and_regenerating_mends_it(
    copy: Path, apply: Callable[[Path], None], named: str
) -> None:
    apply(copy)
    outcome = check(copy, "--check")
    assert outcome.returncode == 1
    assert named in outcome.stdout
    assert "nox -s generate" in outcome.stdout
    assert check(copy).returncode == 0
    assert check(copy, "--check").returncode == 0


@pytest.mark.parametrize(
    ("name", "schema"), [("golive.yaml", "ErrorBody"), ("product-ingestion.yaml", "ErrorDetail")]
)
def test_a_contract_that_the_generator_refuses(copy: Path, name: str, schema: str) -> None:
    edit(f"openapi/{name}", f"schemas/{schema}'", "schemas/Missing'")(copy)
    outcome = check(copy)
    assert outcome.returncode == 1
    assert f"refused {name}" in outcome.stderr
