"""The rules of the house: style, types, layers, packaging, and files that tell the truth."""

from __future__ import annotations

import inspect
import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import golive
from conftest import ROOT

pytestmark = pytest.mark.unmeasured

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def tool(*command: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run a tool of the environment that runs the tests."""
    scripts = str(Path(sys.executable).parent)
    environment = {**os.environ, "PATH": scripts + os.pathsep + os.environ["PATH"]}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "command",
    [
        ("ruff", "check", "."),
        ("ruff", "format", "--check", "."),
        ("mypy",),
        ("lint-imports",),
    ],
    ids=" ".join,
)
def test_style_types_and_layers(command: tuple[str, ...]) -> None:
    outcome = tool(*command)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


def test_the_public_api_is_completely_typed() -> None:
    outcome = tool("pyright", "--verifytypes", "golive", "--ignoreexternal", "--outputjson")
    report = json.loads(outcome.stdout)
    incomplete = [
        symbol["name"]
        for symbol in report["typeCompleteness"]["symbols"]
        if symbol["isExported"] and not symbol["isTypeKnown"]
    ]
    assert incomplete == []
    assert report["typeCompleteness"]["completenessScore"] == 1


def test_the_public_api_is_typed_as_users_rely_on_it() -> None:
    outcome = tool("pyright", "--pythonpath", sys.executable, "tests/typing")
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


def test_what_stands_in_signatures_is_exported() -> None:
    named: set[str] = set()
    for client in (golive.GoLiveClient, golive.AsyncGoLiveClient):
        for name, member in vars(client).items():
            if inspect.isfunction(member) and (name == "__init__" or not name.startswith("_")):
                for annotation in inspect.get_annotations(member).values():
                    named |= set(re.findall(r"(?<![\w.])[A-Z]\w+", annotation))
    named -= {"AsyncIterator", "Iterator", "Iterable", "Mapping", "None", "Self"}
    assert "Credential" in named
    assert named <= set(golive.__all__)


def loaded_by(code: str) -> set[str]:
    return set(tool(sys.executable, "-c", f"{code}; import sys; print(*sys.modules)").stdout.split())


def test_importing_golive_loads_nothing_and_its_clients_nothing_optional() -> None:
    assert not loaded_by("import golive") & {"attrs", "httpx", "logging", "golive.errors"}
    # httpx loads click and rich by itself where they are installed, for a command of its own.
    loaded = loaded_by("from golive import GoLiveClient, AsyncGoLiveClient") - loaded_by("import httpx")
    assert "golive.portal.client" in loaded
    optional = {"azure", "click", "rich", "starlette", "uvicorn", "golive.cli", "golive.emulator"}
    assert not loaded & optional


def test_each_public_name_is_where_it_is_said_to_be() -> None:
    assert {*golive._WHERE, "__version__"} == set(golive.__all__)
    for name, module in golive._WHERE.items():
        assert getattr(golive, name) is getattr(import_module(f"golive.{module}"), name)
    assert set(golive.__all__) <= set(dir(golive))
    assert golive.errors is import_module("golive.errors")
    with pytest.raises(AttributeError, match="module 'golive' has no attribute 'nil'"):
        golive.nil  # type: ignore[attr-defined] # noqa: B018


@pytest.mark.xdist_group("wheel")
def test_the_wheel_holds_all_packages(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        metadata = archive.read(f"golive-{golive.__version__}.dist-info/METADATA").decode()
    for name in (
        "golive/__init__.py",
        "golive/py.typed",
        "golive/cli/app.py",
        "golive/cli/events.schema.json",
        "golive/cli/reports/page.css",
        "golive/emulator/app.py",
        "golive/emulator/ingestion/app.py",
        "golive/contract/rules.py",
        "golive/testing/__init__.py",
        "pytest_golive.py",
        "golive_api/__init__.py",
        "golive_api/api/publishing/go_live.py",
        "golive_api/golive.yaml",
        "golive_api/py.typed",
        "product_ingestion_api/__init__.py",
        "product_ingestion_api/api/publishing/configure.py",
        "product_ingestion_api/product-ingestion.yaml",
        "product_ingestion_api/py.typed",
    ):
        assert name in names
    assert not [
        name for name in names if name.startswith(("tests", "openapi", "benchmarks", "examples"))
    ]
    for extra in ("azure", "cli", "contract", "emulator", "testing", "all"):
        assert f"Provides-Extra: {extra}" in metadata


def tracked() -> list[Path]:
    listed = tool("git", "ls-files", "-co", "--exclude-standard").stdout.splitlines()
    assert listed
    return [ROOT / name for name in listed if (ROOT / name).is_file()]


def test_no_file_holds_a_path_of_a_machine_or_the_address_of_a_package_index() -> None:
    odd = re.compile(
        r"(?<![\w.])/(?:home|root|work|Users)/|files\.pythonhosted\.org|registry\.npmjs\.org"
        r"|pypi\.org/simple|--(?:extra-)?index-url|--find-links"
    )
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in tracked()
        if path.name != Path(__file__).name and (match := odd.search(path.read_text("utf-8")))
    ]
    assert found == []


def test_ci_runs_exactly_the_test_command_of_the_readme() -> None:
    blocks = re.findall(r"```sh\n(.*?)\n```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    assert len(blocks) == 2
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    assert script.splitlines()[-1] == blocks[1]
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    assert blocks[1] in (ROOT / "CONTRIBUTING.md").read_text("utf-8").replace("\n", " && ")


def test_the_pins_agree() -> None:
    pins = dict(
        line.lower().split("==")
        for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines()
        if line and not line.startswith("#")
    )
    names = re.compile(r"^[A-Za-z0-9-]+")
    extras = PROJECT["project"]["optional-dependencies"]
    wanted = [*PROJECT["project"]["dependencies"], *(d for group in extras.values() for d in group)]
    for requirement in wanted:
        match = names.match(requirement)
        assert match
        name = match[0].lower()
        if name == "golive":
            continue
        assert name in pins, name
        if "==" in requirement:
            assert pins[name] == requirement.split("==")[1]


def test_public_names_are_documented() -> None:
    for name in golive.__all__:
        member = getattr(golive, name)
        if isinstance(member, type):
            assert member.__doc__, name
