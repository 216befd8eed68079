"""`golive watch`: an offer over all of its operations, and through what goes wrong meanwhile."""

from __future__ import annotations

import itertools
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from conftest import COMMAND, FAST, MIGRATED
from golive import CredentialError, GoLiveClient, PollingPolicy
from golive.cli import elapsed
from golive.cli.exits import Exit
from golive.cli.reports import Report
from golive.cli.watching import operations
from golive.emulator import TOKEN, Emulator, Scenario


def until(true: Callable[[], bool]) -> None:
    """Wait for something to come true."""
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_it_follows_one_operation_after_the_other(golive: Any) -> None:
    emulator = Emulator(speed=1_000_000)
    names = ("contoso", "contoso-draft")

    def release() -> None:
        with GoLiveClient(TOKEN, endpoint=url) as client:
            until(lambda: emulator.app.counts["submissions"] > 1)
            client.begin_publish(*names)
            until(lambda: client.offer_status(*names).ready_to_go_live)
            # The watch has seen it.
            until(lambda: emulator.app.counts["poll"] > 0)
            client.begin_go_live(*names)

    with emulator.serve() as url:
        thread = threading.Thread(target=release)
        thread.start()
        watched = golive("watch", *names, "--endpoint", url, "--timeout", "7s", "--json", *FAST)
        thread.join()
    assert (watched.code, watched.err) == (0, "")
    told = [e["event"] for e in watched.events if e["event"] != "status"]
    assert told == ["idle", "operation", "end", "idle", "operation", "end", "idle"]
    publish, go_live = (e for e in watched.events if e["event"] == "operation")
    assert (publish["kind"], go_live["kind"]) == ("publish", "go-live")
    assert emulator.accepted("contoso", "contoso-draft") == 1, "watching begins nothing"


def test_a_failure_does_not_end_it(golive: Any) -> None:
    with Emulator(speed=1_000_000, scenario=Scenario.FAIL).serve() as url:
        names = ("contoso", MIGRATED, "--endpoint", url)
        assert golive("start", *names, *FAST).code == Exit.FAILED
        watched = golive("watch", *names, "--timeout", "0.5s", *FAST)
    assert watched.code == 0
    assert watched.out.splitlines()[-1] == "contoso/contoso-offer: watching for what comes next"
    assert "The operation failed in the step 'Live'" in watched.err


def test_it_survives_an_outage(golive: Any) -> None:
    with Emulator(speed=1_000_000, faults=["500@submissions:2-9"]).serve() as url:
        names = ("contoso", MIGRATED, "--endpoint", url)
        watched = golive("watch", *names, "--timeout", "8s", *FAST)
    assert watched.code == 0
    assert "golive: Looking again later: " in watched.err


@pytest.mark.parametrize(
    ("fails", "limit", "survives"), [(range(2, 5), 60, True), (range(2, 999), 0, False)]
)
def test_a_credential_may_fail_for_a_while(
    service: tuple[Emulator, str],
    capsys: pytest.CaptureFixture[str],
    fails: range,
    limit: float,
    survives: bool,
) -> None:
    asked = itertools.count(1)

    def credential() -> str:
        if next(asked) in fails:
            raise RuntimeError("the network is down")
        return TOKEN

    polling = PollingPolicy(floor=0.01, outage_limit=limit)
    with GoLiveClient(credential, endpoint=service[1]) as client:
        names = (client, "contoso", "contoso-draft", polling)
        watched = operations(*names, elapsed.seconds() + 0.5, Report(sys.stdout))
        if survives:
            assert list(watched) == []
        else:
            with pytest.raises(CredentialError):
                list(watched)
    assert capsys.readouterr().err.count("Looking again later") == (3 if survives else 0)


def test_that_it_cannot_begin_is_an_error(golive: Any) -> None:
    result = golive("watch", "contoso", "nothing", "--endpoint", "http://127.0.0.1:1")
    assert result.code == Exit.UNREACHABLE


@pytest.mark.usefixtures("command_environment")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_it_can_be_interrupted(service: tuple[Emulator, str], number: int, code: int) -> None:
    command = [*COMMAND, "watch", "contoso", "contoso-draft", "--endpoint", service[1]]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stderr
        assert "watching for what comes next" in process.stdout.readline()
        process.send_signal(number)
        assert process.wait(60) == code
        assert process.stderr.read() == "golive: interrupted.\n"
