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

pytestmark = pytest.mark.unmeasured


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
#: What is done to a tree at once, and what the check says of each.
EDITS: dict[str, dict[str, Callable[[Path], None]]] = {
    "generated files": {
        "api/publishing/go_live.py": edit(f"{API}/api/publishing/go_live.py", "golive", "golife"),
        # A comment.
        "types.py": edit(f"{API}/types.py", "\n", "\n# hi\n"),
        "--- /dev/null\n+++ made from the contract/golive_api/models/step.py": remove(
            f"{API}/models/step.py"
        ),
        # An empty file.
        "missing: golive_api/py.typed": remove(f"{API}/py.typed"),
        "superfluous: golive_api/models/extra.py": add(f"{API}/models/extra.py"),
        "product_ingestion_api/api/publishing/configure.py": edit(
            f"{OTHER}/api/publishing/configure.py", "configure", "configured"
        ),
    },
    "fields of the contracts": {
        "golive_api/models/step.py": edit(
            "openapi/golive.yaml",
            "        stepName:\n          type: string",
            "        stepName:\n          type: integer",
        ),
        "product_ingestion_api/models/job_status.py": edit(
            "openapi/product-ingestion.yaml",
            "        jobId:\n          type: string",
            "        jobId:\n          type: integer",
        ),
    },
    "what the generator ignores in the contracts": {
        # A pattern.
        "golive_api/golive.yaml": edit("openapi/golive.yaml", "{0,127}$'", "{0,126}$'"),
        # A comment.
        "product_ingestion_api/product-ingestion.yaml": edit(
            "openapi/product-ingestion.yaml", "\n", "\n# hi\n"
        ),
    },
}


@pytest.mark.parametrize("edits", EDITS.values(), ids=EDITS)
def test_any_edit_is_noticed_and_regenerating_mends_it(
    copy: Path, edits: dict[str, Callable[[Path], None]]
) -> None:
    for apply in edits.values():
        apply(copy)
    outcome = check(copy, "--check")
    assert outcome.returncode == 1
    for named in edits:
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
