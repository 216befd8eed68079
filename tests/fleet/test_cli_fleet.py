"""`golive fleet`, as a person and as a pipeline use it."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from attrs import evolve
from rich.console import Console

from conftest import COMMAND, PATIENCE
from golive.cli.reports.release import release_table
from golive.cli.reports.release import summary as release_summary
from golive.emulator import TOKEN, Emulator, Offer
from golive.fleet import Estimate, Fleet, OfferState, OfferView, Release, ReleaseView

RELEASE = """
[defaults]
publisher = "contoso"
[[offers]]
offer = "one"
[[offers]]
offer = "two"
after = ["one"]
"""


@pytest.fixture
def release(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command_environment: None
) -> Iterator[tuple[Path, Emulator]]:
    emulator = Emulator(
        offers=[Offer.parse(f"contoso/{each}") for each in ("one", "two", "bad,scenario=fail")],
        speed=400_000,
    )
    path = tmp_path / "tonight.toml"
    path.write_text(RELEASE)
    monkeypatch.setenv("AZURE_TOKEN", TOKEN)
    monkeypatch.setenv("GOLIVE_DATABASE", str(tmp_path / "fleet.sqlite"))
    monkeypatch.setenv("GOLIVE_INTERVAL", "0.2s")
    with emulator.serve() as url:
        monkeypatch.setenv("GOLIVE_ENDPOINT", url)
        yield path, emulator


def test_a_release_by_its_file(golive: Any, release: tuple[Path, Emulator]) -> None:
    path, emulator = release
    checked = golive("fleet", "check", str(path))
    assert checked.code == 0
    assert "contoso/one  ready      in preview" in checked.out
    started = golive("fleet", "start", str(path))
    assert started.code == 0, started.err
    assert started.out.splitlines()[-1] == "tonight: 2 live of 2"
    assert golive("fleet", "status", "tonight").code == 0
    again = golive("fleet", "start", str(path))
    assert again.code == 0
    assert "was begun before; it is joined" in again.err
    assert "tonight: 2 live of 2" in golive("fleet", "list").out
    assert [emulator.accepted("contoso", each) for each in ("one", "two")] == [1, 1]


def test_offers_of_both_apis(golive: Any, release: tuple[Path, Emulator]) -> None:
    path, emulator = release
    path.write_text(f'{RELEASE}[[offers]]\noffer = "contoso-app"\napi = "product-ingestion"\n')
    checked = golive("fleet", "check", str(path), "--json")
    assert checked.code == 0, checked.err
    (*_, app) = checked.events
    assert (app["publisher"], app["offer"], app["api"]) == ("", "contoso-app", "product-ingestion")
    number = app["submission"]
    started = golive("fleet", "start", str(path), "--json")
    assert started.code == 0, started.err
    assert {event["offer"]["api"] for event in started.events[:-1]} == {"go-live", "product-ingestion"}
    assert emulator.accepted_submissions("contoso-app") == {number: 1}
    shown = golive("fleet", "status", "tonight").out.splitlines()
    assert f"contoso-app  live            submission {number}" in shown


def test_offers_of_product_ingestion_by_name(
    golive: Any, release: tuple[Path, Emulator], monkeypatch: pytest.MonkeyPatch
) -> None:
    path, emulator = release
    monkeypatch.setenv("GOLIVE_API", "product-ingestion")
    started = golive("fleet", "start", "--offer", "contoso-new", "--name", "new")
    assert started.code == 0, started.err
    assert list(emulator.accepted_submissions("contoso-new").values()) == [1]
    # A file says by itself which API it is.
    assert golive("fleet", "check", str(path)).code == 0


def test_events_for_programs(golive: Any, release: tuple[Path, Emulator], tmp_path: Path) -> None:
    out = tmp_path / "told.jsonl"
    hook = f"'{sys.executable}' -c \"open({str(out)!r}, 'a').write(input() + chr(10))\""
    offers = ("--offer", "contoso/bad", "--offer", "contoso/one", "--name", "n")
    result = golive("fleet", "start", *offers, "--json", "--on-change", hook)
    assert result.code == 3, result.err
    kinds = [event["event"] for event in result.events]
    assert set(kinds[:-1]) == {"release-offer"}
    assert kinds[-1] == "release"
    assert result.events[-1]["counts"] == {"live": 1, "failed": 1}
    told = [json.loads(line) for line in out.read_text().splitlines()]
    assert {event["event"] for event in told} == {"release-offer", "release"}
    assert told[-1]["title"] == "n is over: 1 live, 1 failed"
    assert len({event["event_id"] for event in told}) == len(told)


def test_detached_it_waits_for_workers(golive: Any, release: tuple[Path, Emulator]) -> None:
    path, _ = release
    assert "(begun)" in golive("fleet", "start", str(path), "--detach").out
    assert "joined" in golive("fleet", "start", str(path), "--detach").out
    assert golive("fleet", "status", "tonight").code == 5
    canceled = golive("fleet", "cancel", "tonight", "two")
    assert canceled.out == "contoso/two: to be canceled\n"
    refused = golive("fleet", "retry", "tonight", "one")
    assert refused.code == 2
    assert "contoso/one is queued: there is nothing to retry" in refused.err
    assert golive("fleet", "approve", "tonight").out == "Nothing of tonight needs an approval.\n"


def test_a_page_about_a_release(golive: Any, release: tuple[Path, Emulator], tmp_path: Path) -> None:
    path, _ = release
    golive("fleet", "start", str(path), "--detach")
    page = tmp_path / "page.html"
    assert golive("fleet", "report", "tonight", str(page)).code == 0
    assert "contoso/one" in page.read_text("utf-8")
    assert golive("fleet", "report", "tonight", "/no/such/page.html").code == 2


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["start"], "Give a release file, or the offers with --offer"),
        (["start", "x.toml", "--offer", "a/b"], "Give a release file, or the offers with --offer"),
        (["start", "--offer", "a/b"], "--offer requires --name"),
        (["start", "--offer", "a", "--name", "n"], "name it as PUBLISHER/OFFER"),
        (
            ["start", "--offer", "a/b", "--name", "n", "--api", "product-ingestion"],
            "name it as OFFER: the account implies the publisher",
        ),
        (["start", "x.toml", "--api", "product-ingestion"], "--api belongs to --offer"),
        (["start", "/no/such.toml"], "Cannot read the release /no/such.toml"),
        (["status", "nil"], "There is no release 'nil'"),
        (["watch", "nil"], "There is no release 'nil'"),
        (["list", "--database", "mysql://x"], "must be a postgresql:// URL"),
        (["worker", "--webhook", "nowhere"], "A webhook must be a URL"),
    ],
)
def test_what_is_wrong_is_told_in_a_line(
    golive: Any, release: tuple[Path, Emulator], arguments: list[str], problem: str
) -> None:
    result = golive("fleet", *arguments)
    assert result.code == 2
    assert problem in result.err
    assert "Traceback" not in result.err


def test_killed_and_started_again_it_goes_on(
    release: tuple[Path, Emulator], tmp_path: Path, golive: Any
) -> None:
    path, emulator = release
    process = subprocess.Popen([*COMMAND, "fleet", "start", str(path)], env=dict(os.environ))
    with Fleet(os.environ["GOLIVE_DATABASE"]) as fleet:
        ends = time.monotonic() + PATIENCE
        while not (
            fleet.releases() and fleet.status("tonight").offers[0].state is OfferState.GOING_LIVE
        ):
            assert time.monotonic() < ends
            time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait(PATIENCE)
    result = golive("fleet", "start", str(path))
    assert result.code == 0, result.err
    assert [emulator.accepted("contoso", each) for each in ("one", "two")] == [1, 1]


def test_a_worker_is_stopped_in_an_orderly_way(release: tuple[Path, Emulator]) -> None:
    process = subprocess.Popen(
        [*COMMAND, "fleet", "worker", "--worker-id", "me"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert "The worker me runs on sqlite:///" in process.stdout.readline()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=PATIENCE)
    assert process.returncode == 130


def test_an_operation_is_told_of_while_it_is_followed(
    golive: Any, tmp_path: Path, release: tuple[Path, Emulator]
) -> None:
    out = tmp_path / "told.jsonl"
    hook = f"'{sys.executable}' -c \"open({str(out)!r}, 'a').write(input() + chr(10))\""
    result = golive("start", "contoso", "one", "--on-change", hook)
    assert result.code == 0, result.err
    told = [json.loads(line) for line in out.read_text().splitlines()]
    assert told[-1]["state"] == "succeeded"
    assert told[-1]["done"]
    assert {event["event"] for event in told} == {"operation"}
    assert told[0]["title"].startswith("contoso/one: running, ")
    assert len({event["event_id"] for event in told}) == len(told)


def test_a_hook_that_fails_ends_nothing(
    golive: Any, release: tuple[Path, Emulator], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("golive.cli.telling._PAUSES", (0.0,))
    result = golive("start", "contoso", "one", "--on-change", "false")
    assert result.code == 0
    assert "golive: false exited with 1. 'contoso/one: running" in result.err
    other = golive("start", "contoso", "two", "--webhook", "odd://x")
    assert other.code == 0
    assert "apprise does not know the address that begins with odd://" in other.err
    assert golive("start", "contoso", "x", "--no-wait", "--webhook", "https://x.example").code == 2


def test_the_board_is_served(release: tuple[Path, Emulator], golive: Any) -> None:
    path, _ = release
    assert golive("fleet", "start", str(path), "--detach").code == 0
    process = subprocess.Popen(
        [*COMMAND, "fleet", "board", "--port", "0", "--allow-changes", "--json"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    told = json.loads(process.stdout.readline())
    url, token = told["url"], told["token"]
    with httpx.Client(follow_redirects=True) as browser:
        assert "tonight" in browser.get(url).text
        assert "<button" not in browser.get(f"{url}/releases/tonight").text
        browser.get(f"{url}/enter", params={"token": token})
        assert "<button" in browser.get(f"{url}/releases/tonight").text
        with browser.stream("GET", f"{url}/events", params={"after": "0"}) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            lines = answer.iter_lines()
            assert "event: change" in [next(lines) for _ in range(5)]
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=PATIENCE)
    assert process.returncode == 130


def test_a_table_on_a_terminal(release: tuple[Path, Emulator]) -> None:
    path, _ = release
    with Fleet(os.environ["GOLIVE_DATABASE"]) as fleet:
        fleet.start(Release.read(path))
        fleet.store.change("tonight", "contoso/two", state=OfferState.FAILED, message="\x1b[2Jwhy")
        view = fleet.status("tonight")
    console = Console(width=80, file=io.StringIO(), color_system=None)
    console.print(release_table(view, 24))
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert text.splitlines()[0].strip() == "tonight: 1 queued, 1 failed of 2"
    assert text.index("contoso/two") < text.index("contoso/one")
    assert "\x1b" not in text
    many = evolve(view, offers=view.offers * 30)
    console.print(release_table(many, 10))
    assert "and 48 more" in console.file.getvalue()  # type: ignore[attr-defined]


def test_what_is_left_is_said() -> None:
    told = release_summary(ReleaseView("n", datetime.now(UTC), (VIEW,), Estimate(7200.0, 600.0, 9)))
    assert told == "n: 1 queued of 1; about 2 h left give or take 10 min, by 9 earlier go-lives"
    late = release_summary(ReleaseView("n", datetime.now(UTC), (VIEW,), Estimate(0.0, 0.0, 9)))
    assert late == "n: 1 queued of 1; longer than 9 earlier go-lives took"


VIEW = OfferView(
    *("contoso", "one", "go-live", None, OfferState.QUEUED, None, None, datetime.now(UTC)),
    *(None, None, None, 1, False, None, None),
)
