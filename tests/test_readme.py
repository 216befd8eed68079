"""What the README shows is run, against the emulator."""

from __future__ import annotations

import ast
import asyncio
import re
import sys
import types
from typing import Any

import pytest

import golive
from conftest import ROOT, VirtualClock
from golive.emulator import TOKEN, Emulator
from golive.location import parse_location

pytest_plugins = ["pytester"]

README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch, clock: VirtualClock) -> Emulator:
    """Let the documented lines reach an emulator, with a credential of azure-identity's shape."""
    emulator = Emulator(speed=1, clock=clock.monotonic)

    class DefaultAzureCredential:
        def get_token(self, *scopes: str, **options: Any) -> Any:
            assert scopes == ("https://cloudpartner.azure.com/.default",)
            return types.SimpleNamespace(token=TOKEN, expires_on=int(clock.now()) + 3600)

    identity: Any = types.ModuleType("azure.identity")
    identity.DefaultAzureCredential = DefaultAzureCredential
    monkeypatch.setitem(sys.modules, "azure.identity", identity)
    for name in ("GoLiveClient", "AsyncGoLiveClient"):
        kind = getattr(golive, name)

        def client(credential: Any, kind: Any = kind, **options: Any) -> Any:
            options = {"transport": emulator.transport(), "clock": clock, **options}
            return kind(credential, **options)

        monkeypatch.setattr(golive, name, client)
    return emulator


def run(code: str, names: dict[str, Any]) -> None:
    """Run a block, with `await` at the top level if need be."""
    compiled = compile(code, "README.md", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    outcome = eval(compiled, names)
    if outcome is not None:
        asyncio.run(outcome)


def test_the_python_examples(service: Emulator, capsys: pytest.CaptureFixture[str]) -> None:
    sync, resume, async_, own_tests, _ = BLOCKS
    names: dict[str, Any] = {}

    run(sync, names)
    address, *updates = capsys.readouterr().out.splitlines()
    assert parse_location(address, golive.Origin.parse(golive.ENDPOINT)).offer_id == "contoso-offer"
    assert updates[-1] == "succeeded 100 None"
    assert service.accepted("contoso", "contoso-offer") == 1

    names["token"] = address
    run(resume, names)
    assert names["operation"].status.state is golive.State.SUCCEEDED

    service.market.publish(service.market.offer("contoso", "contoso-offer"), "")
    service.market._began -= 5 * 86_400
    run(async_, names)
    assert capsys.readouterr().out.splitlines()[-1] == "succeeded 100"
    assert service.accepted("contoso", "contoso-offer") == 2

    run(own_tests, names)


def test_the_promises_about_the_emulator() -> None:
    shown = re.search(r"\$ golive emulator --port 8080\n(.*?)```", README, re.DOTALL)
    assert shown
    for offer in Emulator().market.offers():
        assert f"{offer.publisher}/{offer.id}: " in shown[1]


def test_the_pytest_example(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(BLOCKS[-1])
    pytester.runpytest_inprocess("--no-cov").assert_outcomes(passed=1)
