"""The documentation builds without a warning, and what it shows is run."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from conftest import ROOT
from documents import blocks, documents, runner, scripts
from golive.cli.app import cli

pytestmark = pytest.mark.unmeasured

#: What is shown in these belongs to a clone of the repository, and CI runs it.
OURS = ("CONTRIBUTING.md",)


@pytest.mark.parametrize("path", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_what_a_document_shows_is_run(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = blocks(path)
    if path.name in OURS or not shown:
        return
    with runner(path, tmp_path, monkeypatch) as document:
        for block in shown:
            document.run(block)


def test_what_is_made_from_the_code_is_made_from_it() -> None:
    command = [sys.executable, str(ROOT / "docs" / "make_reference.py"), "--check"]
    outcome = subprocess.run(command, capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stderr


def test_it_builds_without_a_warning_and_without_the_network(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sphinx", "-n", "-W", "--keep-going", "-q", "-b", "html"]
    outcome = subprocess.run(
        [*command, str(ROOT / "docs"), str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert outcome.returncode == 0, outcome.stderr
    pages = {page.relative_to(tmp_path).with_suffix(".md") for page in tmp_path.rglob("*.html")}
    folder = ROOT / "docs"
    assert {p.relative_to(folder) for p in documents() if p.is_relative_to(folder)} <= pages
    for page in tmp_path.rglob("*.html"):
        loaded = re.findall(
            r"<(?:script|img|link)\b[^>]*\b(?:src|href)=\"([^\"]+)", page.read_text("utf-8")
        )
        assert not [address for address in loaded if "//" in address], page
    command_page = (tmp_path / "reference" / "command.html").read_text("utf-8")
    for verb in cli.commands:
        assert f"Usage: golive {verb}" in command_page
    contract_page = (tmp_path / "reference" / "contract.html").read_text("utf-8")
    for part in ("X-Ms-Correlation-Request-Id", "migratedOperation", "KnownStatusWord", "412"):
        assert part in contract_page


@pytest.mark.parametrize(
    ("name", "verb", "live"),
    [
        ("release.github-actions.yml", "publish", 0),
        ("release.github-actions.yml", "start", 1),
        ("release.azure-pipelines.yml", "", 1),
    ],
)
def test_the_release_pipelines_release(
    name: str, verb: str, live: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = ROOT / "examples" / "pipelines" / name
    with runner(path, tmp_path, monkeypatch) as document:
        document.ask(f"export GOLIVE_PUBLISHER=contoso OFFER=contoso-offer VERB={verb}")
        for script in scripts(yaml.safe_load(path.read_text("utf-8"))):
            out, code = document.ask(script)
            assert code == 0, out
        assert document.service.accepted("contoso", "contoso-offer") == live
    assert (tmp_path / "release.html").is_file()
