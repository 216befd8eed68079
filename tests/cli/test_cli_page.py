"""The page about an operation, and the times that the table and the page show."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from conftest import FAST, LOCAL, MIGRATED, NON_MIGRATED, VirtualClock, by_requests
from golive import GoLiveClient, Message, Operation, OperationStatus, State, Step
from golive.cli.exits import Exit
from golive.cli.history import History
from golive.cli.reports.page import render
from golive.emulator import TOKEN, Emulator, Scenario

#: What a page of ours consists of; anything else came out of a text.
TAGS = {
    *("html", "head", "meta", "title", "style", "body", "main", "header", "footer", "h1", "h2", "p"),
    *("dl", "dt", "dd", "ol", "ul", "li", "span", "time", "svg", "rect"),
}


class Reader(HTMLParser):
    """Reads a page as a browser would."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.bars: list[tuple[float, float]] = []
        self.pale: list[bool] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        found = dict(attrs)
        self.attributes |= set(found)
        if (found.get("class") or "").startswith("bar"):
            self.bars.append((float(found["x"] or 0), float(found["width"] or 0)))
            self.pale += [found["class"] == "bar before"]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_data(self, data: str) -> None:
        self.text += f"{data}\n"


def operation() -> Operation:
    client = GoLiveClient(TOKEN, endpoint=LOCAL, transport=Emulator().transport(), clock=VirtualClock())
    return client.operation("/api/operations/contoso$contoso-legacy$2$preview")


def step(name: str, state: State, percent: int | None = None) -> Step:
    return Step(id=name, name=name, state=state, word=state.value, percent=percent)


def seen(clock: VirtualClock, *looks: tuple[float, OperationStatus], fresh: bool = True) -> History:
    """Return what came of looking at certain times, in seconds since the beginning."""
    history = History(operation(), fresh=fresh, monotonic=clock.monotonic)
    for moment, status in looks:
        clock.sleep(moment - history.followed)
        history.add(status)
    return history


def steps(*states: State) -> OperationStatus:
    return OperationStatus(
        state=State.RUNNING, word="running", steps=tuple(step(f"s{n}", s) for n, s in enumerate(states))
    )


NOT, RUN, DONE = State.NOT_STARTED, State.RUNNING, State.SUCCEEDED


def test_the_times_of_steps(clock: VirtualClock) -> None:
    history = seen(
        clock,
        (0, steps(DONE, RUN, NOT, NOT, NOT)),
        (100, steps(DONE, DONE, RUN, NOT, NOT)),
        (300, steps(DONE, DONE, DONE, DONE, RUN)),
        (400, steps(DONE, DONE, DONE, DONE, RUN)),
    )
    over_before, from_the_start, in_full, between_two_looks, under_way = history.status.steps
    clock.sleep(50)
    now = history.followed
    assert history.spent(over_before, now) is None
    assert history.spent(from_the_start, now) == (100, True)
    assert history.spent(in_full, now) == (200, True)
    assert history.spent(between_two_looks, now) == (200, True)
    assert history.spent(under_way, now) == (150, True)
    # A page tells of what was seen, whenever it is written.
    assert history.spent(under_way, history.covered) == (100, True)
    page = Reader(render(history))
    widths = [round(width) for _, width in page.bars]
    assert widths == [100, 25, 50, 50, 25]
    assert page.pale == [True, False, False, False, False]
    assert [round(left) for left, _ in page.bars][1:] == [0, 25, 25, 75]


def test_what_ran_before_it_was_followed_took_longer_than_was_seen(clock: VirtualClock) -> None:
    history = seen(clock, (0, steps(RUN)), (60, steps(RUN)), fresh=False)
    assert history.spent(history.status.steps[0], history.followed) == (60, False)
    assert "running, more than 1 min" in Reader(render(history)).text


def test_what_is_canceled_had_begun_before(golive: Any, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    with by_requests(hours=0.02).serve() as url:
        names = ("contoso", MIGRATED, "--endpoint", url)
        golive("start", *names, "--no-wait")
        assert golive("cancel", *names, "--report", str(page), *FAST).code == 0
    assert re.search(r"canceled, more than \d+ s", Reader(page.read_text("utf-8")).text)


def test_an_operation_is_as_old_as_the_service_says(clock: VirtualClock) -> None:
    history = seen(clock, (0, steps(RUN)), (60, steps(RUN)))
    assert history.age == 60
    history.add(evolve(steps(RUN), created=datetime.now(UTC) - timedelta(days=2)))
    assert round(history.age) == 2 * 86_400
    # The emulator's clock runs ahead of this one.
    history.add(evolve(steps(RUN), created=datetime.now(UTC) + timedelta(days=2)))
    assert history.age == 60


def test_the_page_of_a_go_live(golive: Any, service: tuple[Emulator, str], tmp_path: Path) -> None:
    file = tmp_path / "release.html"
    file.write_text("an older one", "utf-8")
    names = ("start", "contoso", NON_MIGRATED, "--endpoint", service[1])
    result = golive(*names, "--report", str(file), *FAST)
    assert result.code == 0
    assert result.out.splitlines()[-1] == f"The report is in {file}."
    page = Reader(file.read_text("utf-8"))
    assert page.tags == TAGS
    assert "contoso/contoso-legacy is live." in page.text
    assert result.out.splitlines()[1] in page.text, "the token"
    assert "The go-live of contoso-legacy was accepted." in page.text
    assert "Estimate: ~2-5 days" in page.text
    # Certification and all before the sign-off took place before; the go-live itself took all the time.
    *before, sign_off, live = page.bars
    assert {width for _, width in before} == {100.0}
    assert all(page.pale[: len(before)])
    assert sign_off[0] == 0
    assert live[0] + live[1] == pytest.approx(100, abs=0.1)
    assert [path.name for path in tmp_path.iterdir()] == ["release.html"], "nothing is left behind"


@pytest.mark.parametrize(
    ("scenario", "code", "told"),
    [
        (
            Scenario.FAIL,
            Exit.FAILED,
            "Failed in the step Live: The offer was rejected; The logo",
        ),
        (Scenario.CANCEL, Exit.CANCELED, "Canceled in the step Live."),
        (Scenario.HANG, Exit.NOT_FINISHED, "Running in the step Live."),
    ],
)
def test_there_is_a_page_however_it_ends(
    golive: Any, tmp_path: Path, scenario: Scenario, code: Exit, told: str
) -> None:
    file = tmp_path / "release.html"
    timeout = "0.5s" if code is Exit.NOT_FINISHED else "1h"
    with by_requests(scenario=scenario).serve() as url:
        names = ("start", "contoso", MIGRATED, "--endpoint", url, "--timeout", timeout)
        result = golive(*names, "--report", str(file), "--json", *FAST)
    assert result.code == code
    assert str(file) in [event["path"] for event in result.events if event["event"] == "report"]
    assert told in Reader(file.read_text("utf-8")).text


def test_a_page_afterwards(
    golive: Any, service: tuple[Emulator, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, url = service
    monkeypatch.chdir(tmp_path)
    names = ("contoso", MIGRATED, "--endpoint", url)
    assert golive("start", *names, *FAST).code == 0
    assert golive("report", *names).code == 0
    page = Reader((tmp_path / "contoso-contoso-offer.html").read_text("utf-8"))
    assert "contoso/contoso-offer is live." in page.text
    # One look says nothing about times, so the bars show how much is done.
    assert "the service does not tell" in page.text
    assert {width for _, width in page.bars} == {100.0}
    printed = golive("report", *names, "-o", "-")
    assert (printed.code, printed.out[:15]) == (0, "<!DOCTYPE html>")


def test_a_page_that_cannot_be_written_changes_nothing_about_the_go_live(
    golive: Any, service: tuple[Emulator, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    file = tmp_path / "release.html"
    names = ("start", "contoso", MIGRATED, "--endpoint", service[1])
    result = golive(*names, "--report", str(file), *FAST)
    assert result.code == 0
    assert "is live" in result.out
    assert f"cannot write {file}: No space left on device" in result.err
    assert list(tmp_path.iterdir()) == []


def test_a_page_that_was_asked_for_and_cannot_be_written_is_no_success(
    golive: Any, service: tuple[Emulator, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    names = ("report", "contoso", MIGRATED, "--endpoint", service[1])
    nowhere = golive(*names, "-o", str(tmp_path / "nowhere" / "page.html"))
    assert (nowhere.code, nowhere.out) == (Exit.USAGE, "")
    assert "there is no folder" in nowhere.err
    monkeypatch.setattr(Path, "replace", full)
    result = golive(*names, "-o", str(tmp_path / "page.html"))
    assert (result.code, result.out) == (Exit.OUTPUT_LOST, "")
    assert f"cannot write {tmp_path / 'page.html'}: No space left on device" in result.err


HOSTILE = '<script>alert(1)</script><img src=x onerror="alert(2)">&lt;b&gt;\x1b[2J</style></svg>'


@given(st.text() | st.sampled_from([HOSTILE, '" onload="alert(1)', "]]>", "<!--", "&#60;script&#62;"]))
def test_whatever_the_service_says_stays_text(text: str) -> None:
    history = History(operation())
    message = Message(html=text, level=text, timestamp=None)
    one = Step(
        id=text, name=text, state=State.UNKNOWN, word=text, estimate=text, description=text,
        messages=(message,),
    )  # fmt: skip
    history.add(
        OperationStatus(
            state=State.FAILED, word=text, error=text, id=text, steps=(one,), messages=(message,)
        )
    )
    written = render(history)
    page = Reader(written)
    assert page.tags <= TAGS
    assert not page.attributes & {"onload", "onerror", "src", "href", "style"}
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", written)


def test_a_script_is_shown_as_what_it_is() -> None:
    history = History(operation())
    text = "<script>alert(1)</script>"
    history.add(evolve(steps(RUN), error=text, messages=(Message(html=f"a {text} b", level=text),)))
    page = render(history)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script" not in page
    # Of a message's HTML the text is shown, and a script is none.
    assert "a b" in Reader(page).text


def test_the_page_lets_nothing_in() -> None:
    page = render(History(operation()))
    assert "default-src 'none'" in page
    assert not re.search(r"https?://(?!127\.0\.0\.1)|@import|url\(", page)


def test_the_reason_of_a_failure_stands_at_the_top() -> None:
    history = History(operation(), fresh=True)
    complaint = Message("<p>The logo is too small.</p>", "error", None)
    failed = evolve(step("certify", State.FAILED), messages=(complaint,))
    history.add(OperationStatus(State.FAILED, "failed", (failed,), error="Rejected."))
    text = Reader(render(history)).text
    assert "Failed in the step certify: Rejected; The logo is too small." in text
