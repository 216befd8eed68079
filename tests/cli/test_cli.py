"""The command as people use it: in a process of its own, against a server in another."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import types
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from conftest import (
    COMMAND,
    FAST,
    MIGRATED,
    NON_MIGRATED,
    PATIENCE,
    Process,
    Result,
    VirtualClock,
    by_requests,
)
from errors_by_example import all_errors, example
from golive import Baseline, GoLiveClient
from golive.cli.app import cli
from golive.cli.durations import duration
from golive.cli.exits import Exit, exit_of
from golive.durations import spoken
from golive.emulator import Emulator, Scenario

DAY = 86_400.0

pytestmark = pytest.mark.usefixtures("command_environment")


def undated(out: str) -> list[str]:
    """Return the lines of a pipe without the date and the time of those that have one."""
    return [re.sub(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC  ", "at  ", line) for line in out.splitlines()]


@pytest.mark.parametrize("offer", [MIGRATED, NON_MIGRATED])
def test_start(golive: Any, service: tuple[Emulator, str], offer: str) -> None:
    emulator, url = service
    result = golive("start", "contoso", offer, "--endpoint", url, *FAST)
    lines = undated(result.out)
    assert result.code == 0
    assert lines[0] == f"contoso/{offer}: go-live accepted"
    address = {
        MIGRATED: f"{url}/api/publishers/contoso/offers/contoso-offer/operations/[0-9a-f-]{{36}}",
        NON_MIGRATED: rf"{url}/api/operations/contoso\$contoso-legacy\$2\$preview",
    }[offer]
    assert re.fullmatch(rf"{address}\?api-version=2017-10-31", lines[1])
    assert re.fullmatch(
        rf"at  contoso/{offer}: running; began [-\d]+ [:\d]+ UTC(, \d+ s ago)?; in the step Live for"
        r" \d+ s; asking again in \d+ s",
        lines[2],
    )
    assert "at    Certification: succeeded" in lines
    assert [line for line in lines if "    Live" in line][:-1] == ["at    Live: running"], (
        "and no percentages"
    )
    assert re.fullmatch(r"at    Live: succeeded after \d+ s", lines[-2])
    assert f"at  information: The go-live of {offer} was accepted." in lines
    assert lines[-1].startswith(f"contoso/{offer} is live (waited ")
    assert len(lines) == len(set(lines)), "a line per change, and none twice"
    assert result.err == ""
    assert emulator.accepted("contoso", offer) == 1


def test_start_as_json(golive: Any, service: tuple[Emulator, str]) -> None:
    result = golive("start", "contoso", NON_MIGRATED, "--endpoint", service[1], "--json", *FAST)
    first, *updates, last = events = result.events
    for event in events:
        seen = datetime.fromisoformat(event.pop("at"))
        assert abs(datetime.now(UTC) - seen) < timedelta(minutes=10)
    token = f"{service[1]}/api/operations/contoso$contoso-legacy$2$preview?api-version=2017-10-31"
    assert first == {
        "event": "operation",
        "operation_url": token,
        "kind": "go-live",
        "publisher": "contoso",
        "offer": NON_MIGRATED,
        "form": "non-migrated",
        "adopted": False,
    }
    assert {update["event"] for update in updates} == {"status"}
    assert updates[-1]["state"] == "succeeded"
    percents = [update["percent"] for update in updates]
    assert (percents[0] < 20, percents[-1]) == (True, 100), (
        "what the publish did days ago does not count"
    )
    assert percents == sorted(percents)
    assert {update["kind"] for update in updates} == {"go-live"}
    assert updates[-1]["messages"][0]["text"] == "The go-live of contoso-legacy was accepted."
    assert updates[0]["current_step"] in ("publisher-signoff", "live")
    assert [step["id"] for step in updates[0]["steps"]][-1] == "live"
    assert last == {"event": "end", "operation_url": token, "state": "succeeded", "exit_code": 0}
    assert result.code == 0


def test_no_wait_then_status_then_wait(
    golive: Any, held: tuple[Emulator, str], clock: VirtualClock
) -> None:
    started = golive("start", "contoso", NON_MIGRATED, "--endpoint", held[1], "--no-wait")
    assert started.code == 0
    token = started.out.splitlines()[1]
    assert f"golive wait '{token}'" in started.err
    status = golive("status", token)
    assert status.code == Exit.NOT_FINISHED
    assert "contoso/contoso-legacy: running" in status.out
    clock.sleep(4 * DAY)
    waited = golive("wait", token, *FAST)
    assert waited.code == 0
    assert "is live" in waited.out
    assert golive("status", token, "--json").events[0]["state"] == "succeeded"
    assert golive("status", token).code == 0


def test_a_status_says_which_operation_it_is_and_since_when(
    golive: Any, held: tuple[Emulator, str], clock: VirtualClock
) -> None:
    names = ("contoso", NON_MIGRATED, "--endpoint", held[1])
    golive("start", *names, "--no-wait")
    clock.sleep(1.5 * DAY)
    status = golive("status", *names)
    assert status.code == Exit.NOT_FINISHED
    head, address, times, *rest = status.out.splitlines()
    assert re.fullmatch(r"contoso/contoso-legacy: running, \d\d % \(go-live\)", head)
    assert address.startswith(f"{held[1]}/api/")
    assert re.fullmatch(r"began [-\d]+ [:\d]+ UTC, \d+ (s|min) ago; in the step Live", times)
    assert re.fullmatch(r"  Live: running \d\d %", rest[-2])
    assert rest[-1] == "information: The go-live of contoso-legacy was accepted."
    assert status.err == f"Follow it with: golive wait '{address}'\n"


def test_a_status_of_an_offer_in_preview(golive: Any, service: tuple[Emulator, str]) -> None:
    names = ("contoso", MIGRATED, "--endpoint", service[1])
    status = golive("status", *names)
    assert (status.code, status.err) == (0, "")
    assert status.out.startswith("contoso/contoso-offer: in preview, ready to go live (publish)\n")
    (event,) = golive("status", *names, "--json").events
    assert (event["state"], event["ready_to_go_live"]) == ("waiting for publisher", True)
    assert (event["kind"], event["percent"]) == ("publish", 100)
    (event,) = golive("ready", *names, "--json").events
    assert (event["state"], event["ready"]) == ("waiting for publisher", True)


def test_an_offer_stands_for_what_runs_for_it(golive: Any, service: tuple[Emulator, str]) -> None:
    _, url = service
    names = ("contoso", MIGRATED, "--endpoint", url)
    assert golive("status", *names).code == 0, "the publish that waits for its publisher"
    begun = golive("start", *names, "--no-wait").out.splitlines()[1]
    waited = golive("wait", *names, *FAST)
    assert waited.code == 0
    assert waited.out.splitlines()[:2] == ["contoso/contoso-offer: go-live found", begun]
    assert "contoso/contoso-offer is live" in waited.out
    # Over and done with, it still is the answer.
    assert golive("wait", *names).code == golive("status", *names).code == 0


def test_a_token_stands_for_its_offer(golive: Any, service: tuple[Emulator, str]) -> None:
    emulator, url = service
    published = golive("publish", "contoso", "contoso-draft", "--endpoint", url, "--wait", *FAST)
    token = published.out.splitlines()[1]
    assert golive("ready", token).code == 0
    assert golive("submissions", token).out.startswith("publish: succeeded")
    assert golive("start", token, *FAST).code == 0
    assert emulator.accepted("contoso", "contoso-draft") == 1
    assert "was published" in golive("wait", token).out


def test_the_publisher_can_be_set(
    golive: Any, service: tuple[Emulator, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, url = service
    assert golive("ready", MIGRATED, "--publisher", "contoso", "--endpoint", url).code == 0
    monkeypatch.setenv("GOLIVE_PUBLISHER", "contoso")
    assert golive("ready", MIGRATED, "--endpoint", url).code == 0
    assert golive("ready", "fabrikam", MIGRATED, "--endpoint", url).code == Exit.NOT_FOUND


def test_quiet_prints_tokens_only(golive: Any, service: tuple[Emulator, str]) -> None:
    _, url = service
    names = ("contoso", MIGRATED, "--endpoint", url, "--quiet")
    begun = golive("start", *names, "--no-wait")
    token = begun.out.strip()
    assert (begun.code, begun.out.count("\n"), begun.err) == (0, 1, "")
    assert golive("status", *names).out == ""
    assert (golive("wait", token, "-q", *FAST).out, golive("ready", *names).out) == ("", "")
    assert golive("submissions", *names).out.splitlines()[0] == token
    refused = golive("start", *names)
    assert (refused.code, refused.out) == (Exit.REFUSED, "")
    assert "not in preview" in refused.err


def test_start_adopts(
    golive: Any,
    held: tuple[Emulator, str],
    clock: VirtualClock,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    emulator, url = held
    golive("start", "contoso", MIGRATED, "--endpoint", url, "--no-wait")
    # The list is late.
    clock.sleep(300)
    again = golive("start", "contoso", MIGRATED, "--endpoint", url, "--no-wait")
    assert again.out.startswith("contoso/contoso-offer: go-live adopted, it was begun since")
    assert again.code == 0
    # Another machine, which knows nothing of the first start.
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    again = golive("start", "contoso", MIGRATED, "--endpoint", url, "--no-wait")
    assert again.out.startswith("contoso/contoso-offer: go-live adopted, it ran already")
    assert again.code == 0
    assert emulator.accepted("contoso", MIGRATED) == 1


@pytest.mark.parametrize(
    ("scenario", "code", "told"),
    [
        (Scenario.FAIL, Exit.FAILED, "failed in the step 'Live'"),
        (Scenario.CANCEL, Exit.CANCELED, "was canceled"),
        (Scenario.WAIT, Exit.NOT_FINISHED, "Resume with: golive wait 'http"),
        (Scenario.HANG, Exit.NOT_FINISHED, "Resume with: golive wait 'http"),
    ],
)
@pytest.mark.parametrize("form", [(), ("--json",)])
def test_endings(golive: Any, scenario: Scenario, code: Exit, told: str, form: tuple[str, ...]) -> None:
    # Those that end do so before the time is up.
    timeout = "0.5s" if code is Exit.NOT_FINISHED else "1h"
    with by_requests(scenario=scenario).serve() as url:
        result = golive(
            *("start", "contoso", NON_MIGRATED, "--endpoint", url, "--timeout", timeout, *FAST, *form)
        )
    assert result.code == code
    assert told in result.err
    assert "is live" not in result.out
    if form:
        assert result.events[-1]["event"] == "error"
        assert result.events[-1]["exit_code"] == code
        assert result.events[-1]["operation_url"]


def test_publish_and_start_is_one_line(golive: Any, service: tuple[Emulator, str]) -> None:
    emulator, url = service
    offer = ("contoso", "contoso-draft", "--endpoint", url)
    assert golive("ready", *offer).code == Exit.NOT_FINISHED
    published = golive("publish", *offer, "--wait", "--notify", "a@x.example", *FAST)
    assert published.code == 0
    *_, before, last = lines = undated(published.out)
    assert "at  contoso/contoso-draft: in preview, ready to go live" in lines
    assert before == "at    publisher-signoff: waiting for publisher"
    assert last.startswith("contoso/contoso-draft is in preview and waits for its publisher")
    ready = golive("ready", *offer)
    assert (ready.code, ready.out) == (
        0,
        "contoso/contoso-draft is ready to go live (waiting for publisher sign-off).\n",
    )
    assert golive("start", *offer, *FAST).code == 0
    assert emulator.accepted("contoso", "contoso-draft") == 1


def test_the_pair_can_be_run_again_at_any_time(
    golive: Any, held: tuple[Emulator, str], clock: VirtualClock
) -> None:
    emulator, url = held
    offer = ("contoso", "contoso-draft", "--endpoint", url)
    publish = ("publish", *offer, "--wait", "--if-needed", *FAST)
    clock.on_sleep = lambda time: None
    started = golive("publish", *offer)
    assert started.code == Exit.OK
    clock.sleep(3 * DAY)
    again = golive(*publish)
    assert (again.code, again.out.splitlines()[0]) == (
        Exit.OK,
        "contoso/contoso-draft: publish found, this version needs no other publish",
    )
    assert golive("start", *offer, "--no-wait").code == Exit.OK
    clock.sleep(3600)
    again = golive(*publish, "--json")
    assert (again.code, again.events[0]["kind"]) == (Exit.OK, "go-live")
    assert golive("publish", *offer).code == Exit.REFUSED
    assert golive("start", *offer, "--no-wait").code == Exit.OK
    assert emulator.accepted("contoso", "contoso-draft") == 1


def test_a_version_that_is_not_in_preview_is_published(
    golive: Any, held: tuple[Emulator, str], clock: VirtualClock
) -> None:
    emulator, url = held
    draft = emulator.market.offer("contoso", MIGRATED)
    draft.written({"definition": {"displayText": "another"}}, emulator.market.now)
    published = golive("publish", "contoso", MIGRATED, "--if-needed", "--endpoint", url)
    assert published.out.startswith(f"contoso/{MIGRATED}: publish accepted")


def test_publish_without_waiting(golive: Any, service: tuple[Emulator, str]) -> None:
    _, url = service
    result = golive("publish", "contoso", "contoso-draft", "--endpoint", url)
    accepted, token = result.out.splitlines()
    assert (result.code, accepted) == (0, "contoso/contoso-draft: publish accepted")
    assert token.endswith("#publish")
    assert golive("wait", token, *FAST).code == 0


@pytest.mark.parametrize("by", ["names", "token"])
def test_cancel(golive: Any, by: str) -> None:
    # The cancellation takes two minutes, of a go-live of three days.
    emulator = by_requests(hours=0.02)
    with emulator.serve() as url:
        begun = golive("start", "contoso", NON_MIGRATED, "--no-wait", "--endpoint", url)
        token = begun.out.splitlines()[1]
        names = ("contoso", NON_MIGRATED, "--endpoint", url)
        result = golive("cancel", *(names if by == "names" else (token,)), *FAST)
        assert result.code == 0, result.err
        assert result.out.splitlines()[-1].startswith("contoso/contoso-legacy was canceled")
        assert golive("status", token).code == Exit.CANCELED
        late = golive("cancel", *names, "--json", *FAST)
        assert (late.code, late.events[-1]["event"]) == (0, "end")


def test_cancel_of_nothing(golive: Any, service: tuple[Emulator, str]) -> None:
    _, url = service
    result = golive("cancel", "contoso", "contoso-draft", "--endpoint", url)
    assert (result.code, result.out) == (Exit.NOT_FOUND, "")
    assert "There is nothing to cancel." in result.err


def test_submissions(golive: Any, service: tuple[Emulator, str]) -> None:
    _, url = service
    golive("start", "contoso", MIGRATED, "--endpoint", url, *FAST)
    listed = golive("submissions", "contoso", MIGRATED, "--endpoint", url)
    live, preview = listed.out.splitlines()
    assert re.fullmatch(rf"goLive: succeeded \d{{4}}-\d\d-\d\d \d\d:\d\d {url}/api/.*", live)
    assert preview.startswith("publish: succeeded ")
    first, _ = golive("submissions", "contoso", MIGRATED, "--endpoint", url, "--json").events
    assert (first["event"], first["submission_type"], first["state"]) == (
        *("submission", "goLive", "succeeded"),
    )
    assert first["operation_url"] == live.split()[-1]
    assert golive("submissions", "contoso", MIGRATED, "--endpoint", url, "--running").out == ""


def test_ready_as_json(golive: Any, service: tuple[Emulator, str]) -> None:
    _, url = service
    (event,) = golive("ready", "contoso", MIGRATED, "--endpoint", url, "--json").events
    assert (event["event"], event["ready"], event["offer"]) == ("offer", True, MIGRATED)
    (event,) = golive("ready", "contoso", "contoso-draft", "--endpoint", url, "--json").events
    assert (event["ready"], event["state"]) == (False, "not started")


def test_emulate(golive: Any) -> None:
    result = golive("start", "contoso", "unknown", "--emulate")
    assert result.code == Exit.NOT_FOUND
    assert "The emulator has contoso/contoso-offer, contoso/contoso-legacy" in result.err
    failed = golive("start", "contoso", MIGRATED, "--emulate", "--scenario", "fail")
    assert failed.code == Exit.FAILED
    assert "Resume" not in failed.err


ERRORS: dict[str, tuple[Sequence[str], dict[str, str], Exit, str]] = {
    "wrong token": (
        ("start", "contoso", MIGRATED),
        {"AZURE_TOKEN": "wrong"},
        Exit.NOT_ALLOWED,
        "missing, wrong or expired",
    ),
    "token without access": (
        ("start", "contoso", MIGRATED),
        {"AZURE_TOKEN": "stranger"},
        Exit.NOT_ALLOWED,
        "wrong one of its two object ids",
    ),
    "token with Bearer": (
        ("start", "contoso", MIGRATED),
        {"AZURE_TOKEN": "Bearer x"},
        Exit.NOT_ALLOWED,
        "give the token alone",
    ),
    "no token": (
        ("start", "contoso", MIGRATED),
        {"AZURE_TOKEN": ""},
        Exit.NOT_ALLOWED,
        "AZURE_TOKEN is not set",
    ),
    "unknown publisher": (("start", "fabrikam", "x"), {}, Exit.NOT_FOUND, "Check the publisher"),
    "unknown offer": (("start", "contoso", "x"), {}, Exit.NOT_FOUND, "Check the publisher"),
    "not in preview": (
        ("start", "contoso", "contoso-draft"),
        {},
        Exit.REFUSED,
        "Publish it first",
    ),
    "dots": (("start", "..", MIGRATED), {}, Exit.USAGE, "publisher id '..' is malformed"),
    "empty": (("start", "contoso", ""), {}, Exit.USAGE, "offer id '' is malformed"),
    "slash": (("start", "contoso", "a/b"), {}, Exit.USAGE, "offer id 'a/b' is malformed"),
    "unknown operation": (
        ("wait", "/api/operations/contoso$x$2$preview"),
        {},
        Exit.NOT_FOUND,
        "no operation",
    ),
    "not a token": (("wait", "/hello"), {}, Exit.USAGE, "neither of the two known forms"),
    "no operation": (("wait", "contoso", "contoso-draft"), {}, Exit.NOT_FOUND, "has had no operation"),
    "token of elsewhere": (
        ("status", "https://evil.example/api/operations/a$b$2$preview"),
        {},
        Exit.USAGE,
        "requests go to http://127.0.0.1",
    ),
}


@pytest.mark.parametrize(("arguments", "variables", "code", "told"), ERRORS.values(), ids=ERRORS)
def test_errors_are_one_line_that_says_what_to_do(
    golive: Any,
    service: tuple[Emulator, str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: Sequence[str],
    variables: dict[str, str],
    code: Exit,
    told: str,
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    result = golive(*arguments, "--endpoint", service[1])
    assert result.code == code
    # What is known about a token that was refused follows on a line of its own.
    line, *advice = result.err.splitlines()
    assert bool(advice) == (variables.get("AZURE_TOKEN") == "wrong")
    assert line.startswith("golive: ")
    assert told in line
    assert result.out == ""
    event = golive(*arguments, "--endpoint", service[1], "--json").events[-1]
    assert (event["event"], event["exit_code"]) == ("error", code)


def test_a_version_that_the_service_no_longer_speaks(golive: Any) -> None:
    with Emulator(api_versions=("2016-08-01-preview",)).serve() as url:
        result = golive("start", "contoso", MIGRATED, "--endpoint", url)
    assert result.code == Exit.REFUSED
    assert "Allowed values are [2016-08-01-preview]" in result.err
    assert "Upgrade golive" in result.err
    assert len(result.err.splitlines()) == 1


def test_a_service_that_is_not_there(golive: Any) -> None:
    with Emulator().serve() as url:
        pass
    result = golive("start", "contoso", MIGRATED, "--endpoint", url)
    assert result.code == Exit.UNREACHABLE
    assert "Check the network and the endpoint" in result.err
    assert len(result.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "Usage"),
        (("start",), "Give PUBLISHER OFFER, or an OPERATION-URL"),
        (("start", "contoso", MIGRATED, "more"), "Too many arguments (contoso contoso-offer more)"),
        (("start", MIGRATED), "set --publisher"),
        (("wait", "hello"), "'hello' is not an operation URL"),
        (("start", "contoso", MIGRATED, "--publisher", "contoso"), "given twice"),
        (("start", "contoso", MIGRATED, "--json", "--quiet"), "either --json or --quiet"),
        (("start", "contoso", MIGRATED, "--report", "nowhere/x.html"), "there is no folder"),
        (("start", "contoso", MIGRATED, "--no-wait", "--report", "x.html"), "requires --wait"),
        (("publish", "contoso", MIGRATED, "--report", "x.html"), "requires --wait"),
        (("strat", "contoso", MIGRATED), "No such command"),
        (("start", "contoso", MIGRATED, "--emulate", "--no-wait"), "leave out"),
        (("start", "contoso", MIGRATED, "--emulate", "--endpoint", "http://127.0.0.1"), "leave out"),
        (("start", "contoso", MIGRATED, "--scenario", "fail"), "requires --emulate"),
        (("start", "contoso", MIGRATED, "--timeout", "soon"), "not a length of time"),
        (("start", "contoso", MIGRATED, "--interval", "0s"), "not a length of time"),
        (("start", "contoso", MIGRATED, "--endpoint", "http://example.com"), "unencrypted"),
        (("start", "contoso", MIGRATED, "--endpoint", "nonsense"), "not an http or https address"),
        (("emulator", "--port", "99999"), "99999"),
    ],
)
def test_bad_usage(golive: Any, arguments: Sequence[str], told: str) -> None:
    result = golive(*arguments)
    assert result.code == Exit.USAGE
    assert told in result.err
    assert "Traceback" not in result.err


def test_emulate_ignores_the_endpoint_of_the_environment(
    golive: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOLIVE_ENDPOINT", "https://cloudpartner.azure.com")
    assert golive("start", "contoso", "x", "--emulate").code == Exit.NOT_FOUND


def test_the_endpoint_can_come_from_the_environment(
    golive: Any, service: tuple[Emulator, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOLIVE_ENDPOINT", service[1])
    assert golive("start", "contoso", MIGRATED, *FAST).code == 0


def test_how_to_resume_at_another_endpoint(golive: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token of neither the service nor this machine needs its endpoint named."""

    def begin(self: GoLiveClient, publisher: str, offer: str, **known: Any) -> Any:
        return self.operation("/api/operations/contoso$contoso-legacy$2$preview")

    def baseline(self: GoLiveClient, publisher: str, offer: str) -> Baseline:
        return Baseline(publisher, offer, (), None, datetime.now(UTC))

    monkeypatch.setattr(GoLiveClient, "baseline", baseline)
    monkeypatch.setattr(GoLiveClient, "begin_go_live", begin)
    for endpoint, option in (
        ("https://gateway.example", "--endpoint https://gateway.example "),
        ("https://cloudpartner.azure.com", ""),
    ):
        result = golive("start", "contoso", NON_MIGRATED, "--endpoint", endpoint, "--no-wait")
        assert f"golive wait {option}'{endpoint}/api/" in result.err


def test_plain_http_elsewhere_must_be_allowed(golive: Any) -> None:
    arguments = ("status", "/api/operations/a$b$2$preview", "--endpoint", "http://192.0.2.1")
    assert golive(*arguments).code == Exit.USAGE
    # An address for documentation (RFC 5737), which the guard of the tests keeps from being tried.
    assert golive(*arguments, "--allow-http").code == Exit.UNREACHABLE


def test_a_token_of_another_machine_does_not_choose_the_endpoint(golive: Any) -> None:
    result = golive("wait", "https://evil.example/api/operations/a$b$2$preview")
    assert result.code == Exit.USAGE
    assert "requests go to https://cloudpartner.azure.com only" in result.err


def test_an_emulator_for_programs(golive: Any) -> None:
    process = Process("emulator", "--port", "0", "--json")
    line = process.read_until("endpoint")
    # Once it answers, it can be stopped in good order.
    assert golive("ready", "contoso", MIGRATED, "--endpoint", json.loads(line)["endpoint"]).code == 0
    ended, _, err = process.end(signal.SIGINT)
    assert (ended, err) == (0, "")
    (event,) = Result(ended, types.SimpleNamespace(out=line, err=err)).events
    assert event["endpoint"].startswith("http://127.0.0.1:")
    assert {"publisher": "contoso", "offer": NON_MIGRATED, "migrated": False, "in_preview": True} in (
        event["offers"]
    )
    assert event["ingestion_endpoint"] == f"{event['endpoint']}/rp/product-ingestion"
    assert [each["product"] for each in event["products"]][:2] == ["contoso-db", "contoso-app"]


def test_a_port_that_is_taken(golive: Any, service: tuple[Emulator, str]) -> None:
    result = golive("emulator", "--port", service[1].rpartition(":")[2])
    assert result.code == Exit.USAGE
    assert "Choose another --port" in result.err


def test_help_names_every_exit_code_and_version(golive: Any) -> None:
    text = golive("--help").out
    for code in Exit:
        assert re.search(rf"^ +{code.value}  \w", text, re.MULTILINE)
    for verb in cli.commands:
        told = golive(verb, "--help").out
        assert f"golive {verb}" in told.partition("Example")[2]
    # A short help that is cut off has lost its sense.
    assert not re.search(r"\w\.\.\.$", text, re.MULTILINE)
    assert re.fullmatch(r"golive \d+\.\d+\.\d+\n", golive("--version").out)


@pytest.mark.parametrize("kind", all_errors())
def test_every_error_has_an_exit_code(kind: Any) -> None:
    code = exit_of(example(kind))
    assert code not in (
        Exit.OK,
        Exit.DEFECT,
        Exit.INTERRUPTED,
        Exit.OUTPUT_LOST,
        Exit.TERMINATED,
        Exit.HUNG_UP,
    )


def test_a_defect_shows_no_traceback_unless_asked(golive: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("golive.cli.running._choose", lambda **options: 1 / 0)
    result = golive("start", "contoso", MIGRATED)
    assert result.code == Exit.DEFECT
    assert "internal error: ZeroDivisionError" in result.err
    assert "Traceback" not in result.err
    monkeypatch.setenv("GOLIVE_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        golive("start", "contoso", MIGRATED)


def test_without_a_token_azure_identity_is_asked(golive: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    class DefaultAzureCredential:
        def get_token(self, *scopes: str) -> Any:
            raise RuntimeError("nobody is logged in\nand much more")

    identity: Any = types.ModuleType("azure.identity")
    identity.DefaultAzureCredential = DefaultAzureCredential
    monkeypatch.setitem(sys.modules, "azure.identity", identity)
    monkeypatch.delenv("AZURE_TOKEN")
    result = golive("start", "contoso", MIGRATED)
    assert result.code == Exit.NOT_ALLOWED
    assert "RuntimeError: nobody is logged in" in result.err
    assert len(result.err.splitlines()) == 1


def test_without_a_token_and_azure_identity(golive: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "azure.identity", None)
    monkeypatch.delenv("AZURE_TOKEN")
    result = golive("start", "contoso", MIGRATED)
    assert result.code == Exit.NOT_ALLOWED
    assert "az account get-access-token" in result.err
    assert "pip install 'golive[azure]'" in result.err


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2d", 172_800),
        ("90m", 5_400),
        ("1h30m", 5_400),
        ("1h 30m", 5_400),
        ("45s", 45),
        ("0.5s", 0.5),
        ("1D", 86_400),
    ],
)
def test_durations(text: str, seconds: float) -> None:
    assert duration(text) == seconds


@pytest.mark.parametrize("text", ["", "2", "d", "-1d", "2x", "1d,2h", "99999999999d", "0s", "nan"])
def test_malformed_durations(text: str) -> None:
    with pytest.raises(Exception, match="not a length of time"):
        duration(text)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (0.9, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3_725, "1 h 2 min"),
        (266_400, "3 d 2 h"),
    ],
)
def test_spoken_durations(seconds: float, text: str) -> None:
    assert spoken(seconds) == text


@pytest.mark.parametrize("offer", [MIGRATED, NON_MIGRATED])
@pytest.mark.parametrize(
    ("number", "code"),
    [
        (signal.SIGINT, Exit.INTERRUPTED),
        (signal.SIGTERM, Exit.TERMINATED),
        (signal.SIGHUP, Exit.HUNG_UP),
    ],
)
def test_interrupted_half_way_and_finished_elsewhere(
    held: tuple[Emulator, str], clock: VirtualClock, offer: str, number: int, code: Exit
) -> None:
    first = Process("start", "contoso", offer, "--endpoint", held[1], "--interval", "0.1s")
    token = first.read_until("/api/")
    clock.sleep(DAY)
    first.read_until("Live: running")
    ended, out, err = first.end(number)
    assert ended == code
    assert "is live" not in out
    assert err.splitlines() == [
        "golive: interrupted; the operation goes on.",
        f"Resume with: golive wait '{token}'",
    ]
    hint = err.splitlines()[1].removeprefix("Resume with: golive wait ").strip("'")
    clock.sleep(3 * DAY)
    second = Process("wait", hint, "--interval", "0.1s")
    ended, out, err = second.end()
    assert (ended, err) == (0, "")
    assert f"contoso/{offer} is live" in out


def test_a_hangup_that_is_ignored_stays_ignored(held: tuple[Emulator, str], clock: VirtualClock) -> None:
    """As `nohup` has it."""
    handler = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        process = Process("start", "contoso", MIGRATED, "--endpoint", held[1], "--interval", "0.1s")
    finally:
        signal.signal(signal.SIGHUP, handler)
    process.read_until("/api/")
    process.process.send_signal(signal.SIGHUP)
    clock.sleep(4 * DAY)
    assert process.end()[0] == 0


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_a_reader_that_goes_away_loses_nothing(
    held: tuple[Emulator, str], clock: VirtualClock, form: tuple[str, ...]
) -> None:
    names = ("start", "contoso", MIGRATED, "--endpoint", held[1], "--interval", "0.1s")
    process = Process(*names, *form)
    process.read_until("/api/")
    process.read_until("running")
    assert process.process.stdout
    process.process.stdout.close()
    clock.sleep(DAY)
    _, err = process.process.communicate(timeout=PATIENCE)
    assert process.process.returncode == Exit.OUTPUT_LOST
    first, second = err.splitlines()
    assert first == "golive: cannot write the output (Broken pipe); the operation goes on."
    assert second.startswith("Resume with: golive wait 'http")


def test_a_full_disk_and_a_closed_output(service: tuple[Emulator, str]) -> None:
    command = [*COMMAND, "start", "contoso", MIGRATED, "--endpoint", service[1], *FAST]
    with open("/dev/full", "w") as full:  # noqa: PTH123
        outcome = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert outcome.returncode == Exit.OUTPUT_LOST
    assert "cannot write the output (No space left on device)" in outcome.stderr
    closed = subprocess.run(
        ["sh", "-c", 'exec "$@" >&-', "sh", *command], stderr=subprocess.PIPE, text=True, check=False
    )
    assert closed.returncode == 0
    assert closed.stderr == ""


def on_terminal(columns: int, *arguments: str, **variables: str) -> tuple[int, str]:
    """Run the command on a terminal, and return the exit code and what it showed."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    # These would be believed before the terminal itself.
    inherited = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "LINES")}
    process = subprocess.Popen(
        [*COMMAND, *arguments],
        env={**inherited, "TERM": "xterm-256color", **variables},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            chunk = os.read(ours, 65_536)
        except OSError:
            # Linux says EIO when the other side of a terminal has gone.
            break
        if not chunk:
            break
        shown += chunk
    os.close(ours)
    return process.wait(PATIENCE), shown.decode()


def frames(shown: str) -> list[str]:
    """Return the lines that a terminal was sent, without the codes that place and color them."""
    return [line.rstrip() for line in re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\r", "", shown).splitlines()]


def test_on_a_terminal_the_steps_are_a_live_table(service: tuple[Emulator, str]) -> None:
    code, shown = on_terminal(
        80, *("start", "contoso", NON_MIGRATED, "--endpoint", service[1], "--interval", "0.1s")
    )
    lines = frames(shown)
    assert code == 0
    assert "\x1b[" in shown
    assert any(re.match(r"▸ +Live .*━.* \d+ % +\d+ s ~2-5 days", line) for line in lines)
    assert any(re.match(r"✓ +Live .*━.* 100 % +\d+ s ~2-5 days", line) for line in lines)
    assert any("contoso/contoso-legacy: succeeded" in line for line in lines)
    assert lines[-1].startswith("contoso/contoso-legacy is live (waited ")


def test_a_narrow_terminal_has_no_bars(service: tuple[Emulator, str]) -> None:
    code, shown = on_terminal(
        40, *("start", "contoso", MIGRATED, "--endpoint", service[1], "--interval", "0.1s")
    )
    assert code == 0
    assert "━" not in shown
    assert any(re.match(r"✓ +Live +100 %$", line) for line in frames(shown))


def test_a_status_on_a_terminal() -> None:
    emulator = Emulator(clock=lambda: 0.0)
    operation = emulator.market.go_live(emulator.market.offer("contoso", NON_MIGRATED))
    with emulator.serve() as url:
        code, shown = on_terminal(80, "status", f"{url}{operation.path}")
    assert code == Exit.NOT_FINISHED
    assert any(re.match("[·▸] +Live", line) for line in frames(shown))


def test_a_failure_on_a_terminal_leaves_the_table_and_says_why(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    with by_requests(scenario=Scenario.FAIL).serve() as url:
        code, shown = on_terminal(
            120, *("start", "contoso", MIGRATED, "--endpoint", url, *FAST), "--report", str(page)
        )
    assert code == Exit.FAILED
    assert f"The report is in {page}." in frames(shown)
    assert any(re.match(r"✗ +Live .* 50 %", line) for line in frames(shown))
    assert "error: The logo is too small: it must be at least 216 px." in frames(shown)
    assert "failed in the step 'Live'" in shown


@pytest.mark.parametrize(
    "variables", [{"TERM": "dumb"}, {"PYTHONIOENCODING": "ascii"}], ids=["dumb", "ascii"]
)
def test_poor_terminals_degrade_cleanly(
    service: tuple[Emulator, str], variables: dict[str, str]
) -> None:
    code, shown = on_terminal(
        80, *("start", "contoso", MIGRATED, "--endpoint", service[1], *FAST), **variables
    )
    assert code == 0
    assert shown.isascii()
    assert "Traceback" not in shown
    assert "contoso/contoso-offer is live" in shown


def test_no_color(service: tuple[Emulator, str]) -> None:
    code, shown = on_terminal(
        80, *("start", "contoso", MIGRATED, "--endpoint", service[1], *FAST), NO_COLOR="1"
    )
    assert code == 0
    assert not re.search(r"\x1b\[[0-9;]*3[0-7]m", shown)


def test_without_its_extra_it_says_what_to_install(tmp_path: Path) -> None:
    code = (
        "import importlib.util as util; real = util.find_spec;"
        "util.find_spec = lambda name, *a: None if name == 'click' else real(name, *a);"
        "from golive.cli import main; main()"
    )
    outcome = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert outcome.returncode == 1
    assert outcome.stderr == "golive: the command needs click: pip install 'golive[cli]'\n"
