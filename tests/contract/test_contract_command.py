"""`golive contract`: the server-side proof over a socket, in a process of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conftest import CONTRACT, INGESTION_CONTRACT, Result
from golive.cli.app import run
from golive.cli.exits import Exit
from golive.emulator import STRANGERS_TOKEN, TOKEN, Emulator

SHORT = ("--examples", "2", "--seed", "1")


@pytest.fixture
def emulator() -> Emulator:
    """Time flies in it, so that operations end while Schemathesis goes on."""
    return Emulator(speed=3_000_000, always_ready=True)


def test_show(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["contract", "--show"]) == 0
    assert capsys.readouterr().out == CONTRACT.read_text("utf-8")


def test_show_the_other(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["contract", "--api", "product-ingestion", "--show"]) == 0
    assert capsys.readouterr().out == INGESTION_CONTRACT.read_text("utf-8")


@pytest.mark.unmeasured
def test_a_server_that_keeps_the_contract(
    emulator: Emulator,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("AZURE_TOKEN", TOKEN)
    with emulator.serve() as url:
        code = run(["contract", url, "--allow-changes", "--reports", str(tmp_path), *SHORT])
    assert code == 0
    assert capsys.readouterr().out == f"golive: {url} keeps the contract (--seed 1)\n"
    assert len(json.loads((tmp_path / "links.json").read_text("utf-8"))) == 10
    for pattern in ("junit-*.xml", "har-*.json", "ndjson-*.ndjson"):
        reports = list(tmp_path.glob(pattern))
        assert reports
        assert not [report for report in reports if f"Bearer {TOKEN}" in report.read_text("utf-8")]


@pytest.mark.unmeasured
def test_a_server_that_keeps_the_other_contract(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AZURE_TOKEN", TOKEN)
    emulator = Emulator(speed=3_000_000, habits=("strict-body", "strict-version"))
    arguments = ("--api", "product-ingestion", "--allow-changes", "--reports", str(tmp_path))
    with emulator.serve() as url:
        assert run(["contract", url, *arguments, *SHORT]) == 0
    assert capsys.readouterr().out == f"golive: {url} keeps the contract (--seed 1)\n"
    assert emulator.accepted_submissions("contoso-db")


@pytest.mark.unmeasured
def test_nothing_is_sent_to_the_other_that_changes_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_TOKEN", TOKEN)
    emulator = Emulator(habits=("strict-body", "strict-version"))
    with emulator.serve() as url:
        assert run(["contract", "--api", "product-ingestion", url, *SHORT]) == 0
    assert not emulator.products.jobs


@pytest.mark.unmeasured
def test_as_json(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AZURE_TOKEN", TOKEN)
    with emulator.serve() as url:
        code = run(["contract", url, "--json", *SHORT])
    captured = capfd.readouterr()
    (event,) = Result(code, captured).events
    told = {"kept": True, "seed": 1, "missing": [], "exit_code": 0}
    assert event.pop("at")
    assert event == {"event": "contract", "url": url, **told}
    assert "Schemathesis" in captured.err


def test_by_default_nothing_is_sent_that_changes_anything(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_TOKEN", TOKEN)
    with emulator.serve() as url:
        assert run(["contract", url, *SHORT]) == 0
    assert not emulator.market.accepted
    assert not {kind for kind in ("golive", "publish", "cancel") if emulator.app.counts[kind]}
    assert emulator.app.counts["status"]
    assert emulator.app.counts["submissions"]


def test_a_server_that_does_not(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AZURE_TOKEN", TOKEN)
    emulator = Emulator(speed=3_000_000, always_ready=True, faults=["missing-location@golive:*"])
    with emulator.serve() as url:
        assert run(["contract", url, "--allow-changes", *SHORT]) == Exit.BROKEN
    told = capsys.readouterr().err
    assert "golive: no 200 response seen for: golive (migrated)" in told
    assert told.endswith("golive: contract violated; reproduce with --seed 1\n")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "Give either the URL of a server or --show."),
        (("http://127.0.0.1:1", "--show"), "Give either the URL of a server or --show."),
        (("nonsense",), "it is not an http or https address"),
        (("http://emulator:8080",), "would send the token unencrypted"),
        (("https://api.example",), "Name an offer that the server knows"),
        (("https://api.example", "--publisher", "contoso"), "--publisher P --offer O"),
        (("--api", "product-ingestion", "https://api.example"), "knows: --offer EXTERNAL-ID"),
        (("--api", "sideways", "--show"), "'sideways' is not one of"),
        (("http://127.0.0.1:1", "--form", "sideways"), "'sideways' is not one of"),
        (("http://127.0.0.1:1",), "AZURE_TOKEN is not set"),
    ],
)
def test_bad_usage(
    arguments: tuple[str, ...],
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("AZURE_TOKEN", raising=False)
    assert run(["contract", *arguments]) == Exit.USAGE
    assert told in " ".join(capsys.readouterr().err.split())


def test_a_server_that_has_no_such_product(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AZURE_TOKEN", TOKEN)
    with emulator.serve() as url:
        arguments = ("--api", "product-ingestion", "--offer", "contoso-none", url)
        assert run(["contract", *arguments]) == Exit.USAGE
    assert "The server names no product 'contoso-none'." in capsys.readouterr().err


@pytest.mark.parametrize("api", ["go-live", "product-ingestion"])
@pytest.mark.parametrize(
    ("token", "told"), [("s3cr3t", "answered 401"), (STRANGERS_TOKEN, "answered 403")]
)
def test_a_server_that_does_not_take_the_token(
    emulator: Emulator,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    api: str,
    token: str,
    told: str,
) -> None:
    monkeypatch.setenv("AZURE_TOKEN", token)
    with emulator.serve() as url:
        assert run(["contract", "--api", api, url]) == Exit.NOT_ALLOWED
    captured = capsys.readouterr()
    assert told in captured.err
    assert token not in captured.err + captured.out
    assert not captured.out


@pytest.mark.parametrize("api", ["go-live", "product-ingestion"])
def test_a_server_that_is_not_there(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], api: str
) -> None:
    monkeypatch.setenv("AZURE_TOKEN", TOKEN)
    assert run(["contract", "--api", api, "http://127.0.0.1:9"]) == Exit.UNREACHABLE
    assert "Check the network and the endpoint" in capsys.readouterr().err


def test_without_its_extra_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AZURE_TOKEN", TOKEN)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert run(["contract", "http://127.0.0.1:1"]) == Exit.USAGE
    assert "pip install 'golive[contract]'" in capsys.readouterr().err
