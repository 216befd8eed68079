"""The command with `--api product-ingestion`: the same verbs, another API."""

from __future__ import annotations

import re
from typing import Any

import pytest

from conftest import FAST
from golive.cli.exits import Exit
from golive.emulator import Emulator
from golive.emulator.ingestion.products import Product, ProductBegins

DAY = 86_400
API = ("--api", "product-ingestion")
OLD, NEW = "1152921505690000017", "1152921505690000042"


@pytest.fixture
def run(golive: Any, service: tuple[Emulator, str]) -> Any:
    """Run a verb against the emulator; an operation takes two dozen requests."""

    def call(verb: str, *arguments: str) -> Any:
        waits = verb in ("start", "wait", "publish", "cancel", "watch")
        return golive(verb, *arguments, *API, "--endpoint", service[1], *(FAST if waits else ()))

    return call


def test_from_draft_to_live(run: Any, service: tuple[Emulator, str]) -> None:
    emulator, _ = service
    before = run("ready", "contoso-db")
    assert before.code == Exit.NOT_FINISHED
    assert before.out == f"contoso-db is not ready to go live. Submission {OLD} is live already.\n"
    published = run("publish", "contoso-db", "--wait")
    assert published.code == Exit.OK
    assert f"contoso-db is in preview as submission {NEW} and waits for its" in published.out
    ready = run("ready", "contoso-db")
    assert ready.code == Exit.OK
    assert ready.out == (
        f"contoso-db is ready to go live: submission {NEW} is in preview; {OLD} is live.\n"
    )
    started = run("start", "contoso-db")
    assert started.code == Exit.OK
    assert "contoso-db is live (waited " in started.out
    assert dict(emulator.accepted_submissions("contoso-db")) == {NEW: 1}
    again = run("start", "contoso-db")
    assert again.code == Exit.OK
    assert "go-live not needed, this version is live already" in again.out
    assert dict(emulator.accepted_submissions("contoso-db")) == {NEW: 1}


def test_every_verb_has_events_that_the_schema_knows(run: Any) -> None:
    (ready,) = run("ready", "contoso-app", "--json").events
    assert (ready["ready"], ready["publisher"], ready["obstacle"]) == (True, "", None)
    assert ready["preview"] != ready["live"]
    draft, preview = run("diff", "contoso-app", "--json").events
    assert [draft["stage"], preview["stage"]] == ["draft", "preview"]
    assert preview["changes"]
    assert not preview["is_missing"]
    listed = run("submissions", "contoso-app", "--json").events
    assert {each["target"] for each in listed} == {"preview", "live"}
    events = run("start", "contoso-app", "--json").events
    assert events[0]["submission"] == ready["preview"]
    assert events[0]["job"]
    assert events[-1] | {"at": 0} == {
        "event": "end",
        "at": 0,
        "operation_url": events[0]["operation_url"],
        "state": "succeeded",
        "exit_code": 0,
    }
    assert {each["percent"] for each in events if each["event"] == "status"} == {None}


def test_a_url_says_by_itself_which_api_it_is_of(golive: Any, run: Any, service: Any) -> None:
    url = run("start", "contoso-app", "--no-wait", "--quiet").out.strip()
    assert url.startswith(f"{service[1]}/rp/product-ingestion/submission/")
    # Neither --api nor --endpoint: a URL of this machine names both.
    waited = golive("wait", url, *FAST)
    assert waited.code == Exit.OK
    assert "contoso-app is live" in waited.out
    status = golive("status", url)
    assert status.code == Exit.OK
    assert re.search(r"^  job: [0-9a-f-]{36}$", status.out, re.MULTILINE)
    assert re.search(r"^  submission: 1152921505690\d{6}$", status.out, re.MULTILINE)
    assert "%" not in status.out


def test_it_is_a_setting(
    golive: Any, service: tuple[Emulator, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOLIVE_API", "product-ingestion")
    monkeypatch.setenv("GOLIVE_ENDPOINT", service[1])
    assert golive("ready", "contoso-app").code == Exit.OK
    monkeypatch.setenv("GOLIVE_API", "graph")
    wrong = golive("ready", "contoso-app")
    assert wrong.code == Exit.USAGE
    assert "GOLIVE_API: 'graph' is not one of 'go-live', 'product-ingestion'" in wrong.err


def test_an_offer_has_no_publisher_there(golive: Any, run: Any) -> None:
    both = run("ready", "contoso", "contoso-db")
    assert both.code == Exit.USAGE
    assert "give OFFER alone: the account implies the publisher" in both.err
    alone = golive("ready", "contoso-db")
    assert alone.code == Exit.USAGE
    assert "--api product-ingestion" in alone.err
    assert golive("offers", "contoso", "--json").code != Exit.OK
    diff = golive("diff", "contoso", "contoso-db")
    assert diff.code == Exit.USAGE
    assert "needs --api product-ingestion" in diff.err


def test_a_version_that_was_named_goes_live_or_none(run: Any, service: tuple[Emulator, str]) -> None:
    emulator, _ = service
    wrong = run("start", "contoso-app", "--submission", "1152921505699999999")
    assert wrong.code == Exit.REFUSED
    assert "is in preview, not 1152921505699999999" in wrong.err
    assert not emulator.accepted_submissions("contoso-app")
    nonsense = run("start", "contoso-app", "--submission", "0")
    assert nonsense.code == Exit.USAGE
    elsewhere = run("start", "contoso-draft")
    assert elsewhere.code == Exit.REFUSED
    assert "Nothing is in preview" in elsewhere.err


def test_what_was_deprecated_comes_back_only_if_that_is_said(run: Any) -> None:
    refused = run("start", "contoso-gone")
    assert refused.code == Exit.REFUSED
    assert "--restore" in refused.err
    assert run("start", "contoso-gone", "--restore").code == Exit.OK


def test_what_this_command_began_can_be_canceled_by_the_offer(
    golive: Any, held: tuple[Emulator, str], clock: Any
) -> None:
    emulator, url = held
    where = (*API, "--endpoint", url)
    # At once, before the service lists what was begun.
    assert golive("start", "contoso-app", "--no-wait", *where).code == Exit.OK
    canceled = golive("cancel", "contoso-app", *where, *FAST)
    assert canceled.code == Exit.OK, canceled.err
    assert "contoso-app was canceled" in canceled.out
    # Nothing of it is left to be taken up.
    assert golive("cancel", "contoso-app", *where).code == Exit.NOT_FOUND
    # What a person began in the portal has no job that anybody knows.
    emulator.products.portal_go_live("contoso-new")
    clock.sleep(300)
    portals = golive("cancel", "contoso-new", *where)
    assert portals.code == Exit.REFUSED
    assert "its job is not known here" in portals.err
    nothing = golive("cancel", "contoso-draft", *where)
    assert nothing.code == Exit.NOT_FOUND


@pytest.mark.parametrize(
    ("scenario", "days", "code"), [("fail", 9, Exit.FAILED), ("succeed", 40, Exit.OK)]
)
def test_what_an_earlier_run_began_is_told_by_its_job_before_it_is_listed(
    golive: Any, clock: Any, scenario: str, days: float, code: Exit
) -> None:
    product = Product("contoso-app", scenario=scenario, begins=ProductBegins.UPDATE)
    emulator = Emulator(products=[product], speed=1, clock=clock.monotonic, list_delay=30 * DAY)
    with emulator.serve() as url:
        where = (*API, "--endpoint", url)
        assert golive("start", "contoso-app", "--no-wait", *where).code == Exit.OK
        again = golive("start", "contoso-app", "--no-wait", *where)
        assert again.code == Exit.OK, again.err
        assert "adopted, an earlier run sent it at" in again.out
        clock.sleep(days * DAY)
        told = golive("start", "contoso-app", "--no-wait", *where)
        assert told.code == code, told.err
    assert list(emulator.accepted_submissions("contoso-app").values()) == [1]


def test_a_publish_that_is_joined_again_keeps_its_job(golive: Any, held: tuple[Emulator, str]) -> None:
    where = (*API, "--endpoint", held[1])
    for _ in range(2):
        held[0].products.list_delay = 0
        assert golive("publish", "contoso-draft", "--no-wait", *where).code == Exit.OK
    assert golive("cancel", "contoso-draft", *where, *FAST).code == Exit.OK


def test_an_emulator_whose_operations_fail_fails_products_too(golive: Any) -> None:
    emulated = golive("start", "contoso-app", *API, "--emulate", "--scenario", "fail")
    assert emulated.code == Exit.FAILED


def test_an_unknown_offer_is_not_found(run: Any) -> None:
    missing = run("ready", "contoso-nowhere")
    assert missing.code == Exit.NOT_FOUND
    assert "there is no product with the offer id 'contoso-nowhere'" in missing.err
    assert missing.err.endswith("Check the offer id.\n")


def test_offers_are_not_listed_by_the_other_api(golive: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOLIVE_API", "product-ingestion")
    refused = golive("offers", "contoso")
    assert refused.code == Exit.USAGE
    assert "golive status OFFER" in refused.err


def test_of_a_date_that_runs_ahead_no_age_is_told(run: Any) -> None:
    run("publish", "contoso-db")
    told = run("status", "contoso-db").out
    assert " ago" not in told
    assert re.search(r"since: \S+ \S+ UTC$", told, re.MULTILINE)


def test_what_differs_is_told_line_by_line(run: Any, service: tuple[Emulator, str]) -> None:
    emulator, _ = service
    lines = run("diff", "contoso-app").out.splitlines()
    assert lines[0] == "contoso-app: draft and preview hold the same"
    assert lines[1] == "contoso-app: in preview and not in live:"
    assert all(re.match(r"  [+~-] \S+.*: ", line) for line in lines[2:])
    emulator.products.edit_draft("contoso-app", title="Another title")
    assert '-> "Another title"' in run("diff", "contoso-app").out
    assert run("diff", "contoso-draft").out.splitlines() == [
        "contoso-draft: there is nothing in preview; draft holds 6 resources",
        "contoso-draft: there is nothing in live",
    ]


def test_a_publish_that_is_not_needed_is_none(run: Any, service: tuple[Emulator, str]) -> None:
    emulator, _ = service
    assert run("publish", "contoso-db", "--wait", "--if-needed").code == Exit.OK
    count = emulator.app.counts["configure"]
    again = run("publish", "contoso-db", "--wait", "--if-needed")
    assert again.code == Exit.OK
    assert "needs no other publish" in again.out
    assert emulator.app.counts["configure"] == count


def test_the_portals_addresses_are_none_of_this_api(run: Any) -> None:
    told = run("publish", "contoso-db", "--notify", "release@contoso.example")
    assert told.code == Exit.USAGE
    assert "--notify" in told.err
    assert run("start", "contoso-db", "--submission", NEW, "--json").code == Exit.REFUSED


def test_without_steps_a_page_shows_what_there_is(run: Any, tmp_path: Any) -> None:
    page = tmp_path / "release.html"
    assert run("start", "contoso-app", "--report", str(page)).code == Exit.OK
    text = page.read_text("utf-8")
    assert "<dt>Job</dt>" in text
    assert "<dt>Submission</dt>" in text
    assert "<h2>Steps</h2>" not in text


def test_it_runs_with_an_emulator_of_its_own(golive: Any) -> None:
    result = golive("start", "contoso-app", "--emulate", *API)
    assert result.code == Exit.OK
    assert "contoso-app is live" in result.out
