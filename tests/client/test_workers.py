"""The recipes for workers do what they say: each look is a call of its own, and nothing begins twice."""

from __future__ import annotations

import importlib
from typing import Any

import httpx
import pytest

from conftest import MIGRATED, ROOT, VirtualClock, few_polls
from golive import GoLiveClient
from golive.emulator import TOKEN, Emulator

EXAMPLES = ROOT / "examples" / "workers"


@pytest.fixture
def steps(emulator: Emulator, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The steps of the recipes, against an emulator; each pause between two looks is over at once."""
    monkeypatch.syspath_prepend(str(EXAMPLES))
    module = importlib.import_module("steps")

    def client(credential: object) -> GoLiveClient:
        return GoLiveClient(TOKEN, transport=emulator.transport(), clock=clock, polling=few_polls())

    def looked(point: Any, look: Any = module.look) -> Any:
        point, pause = look(point)
        clock.sleep(pause or 0.0)
        return point, pause

    monkeypatch.setattr(module, "DefaultAzureCredential", lambda: None)
    monkeypatch.setattr(module, "GoLiveClient", client)
    monkeypatch.setattr(module, "look", looked)
    return module


def test_celery_looks_as_often_as_it_takes(steps: Any, emulator: Emulator, clock: VirtualClock) -> None:
    tasks = importlib.import_module("celery_tasks")
    tasks.app.conf.update(task_always_eager=True)
    (tasks.take_down.s("contoso", MIGRATED) | tasks.start.s()).delay()
    assert emulator.accepted("contoso", MIGRATED) == 1
    latest = emulator.market.offer("contoso", MIGRATED).latest
    assert latest is not None
    assert latest.status(emulator.market.now) == "completed"
    # More than the three retries that a task of Celery has by itself.
    assert len(clock.slept) > 3


def test_an_outage_is_no_outcome(
    steps: Any, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    _, point = steps.begin(steps.before("contoso", MIGRATED))
    transport = httpx.MockTransport(refuse)
    monkeypatch.setattr(
        steps, "GoLiveClient", lambda credential: GoLiveClient(TOKEN, transport=transport, clock=clock)
    )
    point, pause = steps.look(point)
    assert pause is not None
    assert (point["failed"], point["failing"]) == (1, "outage")


def test_after_a_crash_it_is_the_same_go_live(
    steps: Any, emulator: Emulator, clock: VirtualClock
) -> None:
    known = steps.before("contoso", MIGRATED)
    _, first = steps.begin(known)
    clock.sleep(30 * 86_400)
    _, second = steps.begin(known)
    assert second["operation_url"] == first["operation_url"]
    assert steps.look(second)[1] is None
    assert emulator.accepted("contoso", MIGRATED) == 1
