"""`golive watch`: an offer over all of its operations, and through what goes wrong meanwhile."""

from __future__ import annotations

import itertools
import signal
import sys
import types
from typing import Any

import pytest

from conftest import FAST, MIGRATED, Process, Result, VirtualClock, by_requests
from golive import CredentialError, GoLiveClient, PollingPolicy
from golive.cli.exits import Exit
from golive.cli.reports.plain import PlainReport
from golive.cli.watching import operations
from golive.emulator import TOKEN, Emulator, Scenario

DAY = 86_400.0


class _Enough(BaseException):
    """What ends a test, and is none of the errors that are survived."""


pytestmark = pytest.mark.usefixtures("command_environment")


def test_it_follows_one_operation_after_the_other(
    held: tuple[Emulator, str], clock: VirtualClock
) -> None:
    emulator, url = held
    names = ("contoso", "contoso-draft")
    watch = Process("watch", *names, "--endpoint", url, "--json", *FAST)
    with GoLiveClient(TOKEN, endpoint=url) as client:
        watch.read_until('"idle"')
        client.begin_publish(*names)
        # What is accepted appears in the list late.
        clock.sleep(300)
        watch.read_until('"operation"')
        clock.sleep(5 * DAY)
        watch.read_until('"idle"')
        client.begin_go_live(*names)
        clock.sleep(300)
        watch.read_until('"operation"')
        clock.sleep(5 * DAY)
        watch.read_until('"idle"')
    code, out, err = watch.end(signal.SIGTERM)
    assert code == Exit.TERMINATED
    assert err == "golive: interrupted.\n"
    events = Result(code, types.SimpleNamespace(out="\n".join([*watch.lines, out]), err=err)).events
    told = [e["event"] for e in events if e["event"] != "status"]
    begun = ["idle", "operation", "end"]
    assert told == [*begun, *begun, "idle", "interrupted"]
    publish, go_live = (e for e in events if e["event"] == "operation")
    assert (publish["kind"], go_live["kind"]) == ("publish", "go-live")
    assert emulator.accepted("contoso", "contoso-draft") == 1, "watching begins nothing"


def test_a_failure_does_not_end_it(golive: Any) -> None:
    with by_requests(scenario=Scenario.FAIL).serve() as url:
        names = ("contoso", MIGRATED, "--endpoint", url)
        assert golive("start", *names, *FAST).code == Exit.FAILED
        watch = Process("watch", *names, *FAST)
        watch.read_until("watching for what comes next")
        code, _, err = watch.end(signal.SIGTERM)
    assert code == Exit.TERMINATED
    assert "The operation failed in the step 'Live'" in err


def test_it_survives_an_outage(golive: Any) -> None:
    # Each look is tried five times.
    with Emulator(faults=["500@submissions:2-9"]).serve() as url:
        watch = Process("watch", "contoso", "contoso-draft", "--endpoint", url, *FAST)
        watch.read_until("golive: Looking again later: ", err=True)
        assert watch.end(signal.SIGTERM)[0] == Exit.TERMINATED


def test_for_a_time(golive: Any, service: tuple[Emulator, str]) -> None:
    watched = golive("watch", "contoso", "contoso-draft", "--endpoint", service[1], "--timeout", "0.2s")
    assert (watched.code, watched.err) == (0, "")
    assert "watching for what comes next" in watched.out


@pytest.mark.parametrize(
    ("fails", "limit", "ends"), [(range(2, 5), 60, _Enough), (range(2, 999), 0, CredentialError)]
)
def test_a_credential_may_fail_for_a_while(
    service: tuple[Emulator, str],
    capsys: pytest.CaptureFixture[str],
    fails: range,
    limit: float,
    ends: type[BaseException],
) -> None:
    asked = itertools.count(1)

    def credential() -> str:
        match next(asked):
            case number if number in fails:
                raise RuntimeError("the network is down")
            case number if number > 6:
                raise _Enough
        return TOKEN

    polling = PollingPolicy(min_delay=0.01, outage_limit=limit)
    with GoLiveClient(credential, endpoint=service[1]) as client:
        names = (client, ("contoso", "contoso-draft"), polling)
        with pytest.raises(ends):
            list(operations(*names, None, PlainReport(sys.stdout)))
    assert capsys.readouterr().err.count("Looking again later") == (3 if ends is _Enough else 0)


def test_that_it_cannot_begin_is_an_error(golive: Any) -> None:
    result = golive("watch", "contoso", "nothing", "--endpoint", "http://127.0.0.1:1")
    assert result.code == Exit.UNREACHABLE


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_it_can_be_interrupted(service: tuple[Emulator, str], number: int, code: int) -> None:
    watch = Process("watch", "contoso", "contoso-draft", "--endpoint", service[1])
    watch.read_until("watching for what comes next")
    assert watch.end(number) == (code, "", "golive: interrupted.\n")
