"""What `golive start` keeps from one run to the next, so that no run begins what another did."""

from __future__ import annotations

import json
import os
import signal
import stat
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from conftest import FAST, MIGRATED, NON_MIGRATED, Process, VirtualClock, by_requests
from golive import Baseline, GoLiveClient, SubmissionUncertain
from golive.cli.attempts import Attempt
from golive.cli.exits import Exit
from golive.emulator import TOKEN, Emulator, Scenario

pytestmark = pytest.mark.usefixtures("command_environment")

DAY = 86_400.0
BOTH = pytest.mark.parametrize("offer", [MIGRATED, NON_MIGRATED])


def kept() -> list[Path]:
    return list(Path(os.environ["XDG_STATE_HOME"]).rglob("*.json"))


@BOTH
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_run_that_was_stopped_is_followed_by_one_that_knows_what_it_began(
    golive: Any, held: tuple[Emulator, str], clock: VirtualClock, offer: str, number: int
) -> None:
    """Even after the go-live has ended, when the list alone cannot tell it from an older one."""
    emulator, url = held
    first = Process("start", "contoso", offer, "--endpoint", url, "--interval", "0.1s")
    first.read_until("/api/")
    first.read_until("running")
    first.end(number)
    (file,) = kept()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    clock.sleep(10 * DAY)
    second = golive("start", f"contoso/{offer}", "--endpoint", url, *FAST)
    assert second.code == 0
    assert second.out.splitlines()[0].startswith(
        f"contoso/{offer}: go-live adopted, it was begun since "
    )
    assert second.out.splitlines()[0].endswith(" UTC by an earlier run")
    assert "is live" in second.out
    assert emulator.accepted("contoso", offer) == 1
    assert kept() == [], "the outcome was told"


def test_the_file_holds_no_secret(golive: Any, held: tuple[Emulator, str]) -> None:
    result = golive("start", "contoso", MIGRATED, "--endpoint", held[1], "--timeout", "0.1s")
    assert result.code == Exit.NOT_FINISHED
    (file,) = kept()
    text = json.loads(file.read_text("utf-8"))
    assert set(text) == {"format", "endpoint", "baseline"}
    assert Baseline.from_dict(text["baseline"]).sent is not None


@pytest.mark.parametrize("verb", ["start", "wait", "status", "watch"])
def test_whoever_tells_the_outcome_ends_the_attempt(
    golive: Any, held: tuple[Emulator, str], clock: VirtualClock, verb: str
) -> None:
    names = ("contoso", MIGRATED, "--endpoint", held[1])
    assert golive("start", *names, "--timeout", "0.1s").code == Exit.NOT_FINISHED
    assert len(kept()) == 1
    # It is in the list by now, and still runs.
    clock.sleep(600)
    assert golive("status", *names).code == Exit.NOT_FINISHED
    assert len(kept()) == 1
    clock.sleep(10 * DAY)
    if verb == "watch":
        watch = Process(verb, *names)
        watch.read_until("watching for what comes next")
        watch.end(signal.SIGTERM)
    else:
        assert golive(verb, *names).code == 0
    assert kept() == []


def test_what_is_canceled_is_over(golive: Any) -> None:
    with by_requests(hours=0.02).serve() as url:
        names = ("contoso", MIGRATED, "--endpoint", url)
        golive("start", *names, "--timeout", "0.1s", *FAST)
        assert len(kept()) == 1
        assert golive("cancel", *names, *FAST).code == 0
    assert kept() == []


def test_an_older_operation_says_nothing_about_the_attempt(
    golive: Any,
    held: tuple[Emulator, str],
    clock: VirtualClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, url = held
    names = ("contoso", MIGRATED, "--endpoint", url)
    with GoLiveClient(TOKEN, endpoint=url) as client:
        older = client.latest_operation("contoso", MIGRATED)
        assert older is not None
    golive("start", *names, "--timeout", "0.1s")
    assert golive("status", older.continuation_token(), "--endpoint", url).code == 0
    assert len(kept()) == 1
    # The list does not show yet what was begun, and nothing older is told in its place.
    monkeypatch.setattr("golive.cli.apis.GoLiveClient", partial(GoLiveClient, clock=clock))
    result = golive("status", *names)
    assert "not in the list of its operations yet" in result.err
    assert result.code == Exit.NOT_FINISHED
    assert len(kept()) == 1


@pytest.mark.parametrize("scenario", [Scenario.FAIL, Scenario.CANCEL])
def test_an_attempt_that_failed_is_over(golive: Any, scenario: Scenario) -> None:
    with by_requests(scenario=scenario).serve() as url:
        golive("start", "contoso", MIGRATED, "--endpoint", url, *FAST)
    assert kept() == []


@pytest.mark.parametrize(
    ("offer", "token", "code"),
    [
        ("contoso-draft", TOKEN, Exit.REFUSED),
        ("unknown", TOKEN, Exit.NOT_FOUND),
        ("..", TOKEN, Exit.USAGE),
        (MIGRATED, "stranger", Exit.NOT_ALLOWED),
        (MIGRATED, "wrong", Exit.NOT_ALLOWED),
    ],
)
def test_a_refusal_leaves_nothing_behind(
    golive: Any,
    service: tuple[Emulator, str],
    monkeypatch: pytest.MonkeyPatch,
    offer: str,
    token: str,
    code: Exit,
) -> None:
    monkeypatch.setenv("AZURE_TOKEN", token)
    assert golive("start", "contoso", offer, "--endpoint", service[1]).code == code
    assert kept() == []


def test_who_did_not_wait_finds_the_go_live_again_also_when_it_has_ended(
    golive: Any, held: tuple[Emulator, str], clock: VirtualClock
) -> None:
    names = ("start", "contoso", MIGRATED, "--endpoint", held[1])
    assert golive(*names, "--no-wait").code == 0
    clock.sleep(10 * DAY)
    result = golive(*names)
    assert result.code == 0
    assert "by an earlier run" in result.out
    assert held[0].accepted("contoso", MIGRATED) == 1
    assert kept() == []


def test_nothing_is_kept_of_what_is_emulated(golive: Any) -> None:
    golive("start", "contoso", MIGRATED, "--emulate", "--timeout", "0.1s")
    assert kept() == []


def test_what_is_published_anew_is_taken_live_anew(
    golive: Any, held: tuple[Emulator, str], clock: VirtualClock
) -> None:
    emulator, url = held
    names = ("contoso", MIGRATED, "--endpoint", url)
    golive("start", *names, "--timeout", "0.1s")
    clock.sleep(10 * DAY)
    golive("publish", *names)
    assert kept() == []
    clock.sleep(10 * DAY)
    golive("start", *names, "--no-wait")
    assert emulator.accepted("contoso", MIGRATED) == 2


def test_an_answer_that_was_lost_is_waited_out_by_the_next_run(
    golive: Any, service: tuple[Emulator, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = datetime.now(UTC) - timedelta(minutes=1)
    given: list[Baseline] = []

    def begin(self: GoLiveClient, publisher: str, offer: str, *, baseline: Baseline, **_: Any) -> Any:
        given.append(baseline)
        raise SubmissionUncertain("Lost.", baseline.after_sending(sent))

    monkeypatch.setattr(GoLiveClient, "begin_go_live", begin)
    for _ in range(2):
        result = golive("start", "contoso", MIGRATED, "--endpoint", service[1])
        assert result.code == Exit.UNCERTAIN
    first, second = given
    assert (first.sent, second.sent) == (None, sent)
    assert second.operation_ids == first.operation_ids


def test_a_token_that_expired_proves_nothing_about_the_run_before(
    golive: Any, held: tuple[Emulator, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("start", "contoso", MIGRATED, "--endpoint", held[1], "--timeout", "0.1s")
    golive(*names)
    monkeypatch.setenv("AZURE_TOKEN", "wrong")
    assert golive(*names).code == Exit.NOT_ALLOWED
    assert len(kept()) == 1


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", "\x00", '{"format": 1}', '{"format": 9, "baseline": {}}', "foreign"]
)
def test_with_a_damaged_file_nothing_is_sent(
    golive: Any, held: tuple[Emulator, str], clock: VirtualClock, text: str
) -> None:
    names = ("start", "contoso", MIGRATED, "--endpoint", held[1], "--timeout", "0.1s")
    golive(*names)
    (file,) = kept()
    good = file.read_text("utf-8")
    file.write_text(good.replace(MIGRATED, "other") if text == "foreign" else text, "utf-8")
    # It went live meanwhile, and perhaps something else is in preview.
    clock.sleep(10 * DAY)
    result = golive(*names)
    assert result.code == Exit.REFUSED
    assert f"what it noted in {file} cannot be read" in result.err
    assert held[0].accepted("contoso", MIGRATED) == 1
    file.unlink()
    assert "is not in preview" in golive(*names).err


def test_an_old_file_is_not_believed(service: tuple[Emulator, str]) -> None:
    attempt = Attempt(service[1], "contoso", MIGRATED)
    taken = datetime.now(UTC) - timedelta(days=31)
    attempt.store(Baseline("contoso", MIGRATED, (), None, taken), pytest.fail)
    assert len(kept()) == 1
    assert attempt.load() is None
    assert kept() == []


def test_endpoints_are_told_apart() -> None:
    baseline = Baseline("contoso", MIGRATED, (), None, datetime.now(UTC))
    Attempt("https://one.example", "contoso", MIGRATED).store(baseline, pytest.fail)
    assert Attempt("https://two.example", "contoso", MIGRATED).load() is None


def test_a_folder_that_cannot_be_written_is_a_warning(
    golive: Any, service: tuple[Emulator, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/dev/null/nowhere")
    result = golive("start", "contoso", MIGRATED, "--endpoint", service[1], *FAST)
    assert result.code == 0
    assert "cannot write /dev/null/nowhere/golive/attempts/" in result.err
