"""What the tests share: a clock that nobody has to wait for, and both clients behind one face."""

from __future__ import annotations

import asyncio
import errno
import inspect
import ipaddress
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import define, field
from hypothesis import settings

from golive import (
    AsyncGoLiveClient,
    AsyncOperation,
    GoLiveClient,
    Operation,
    OperationStatus,
    PollingPolicy,
)
from golive.emulator import TOKEN, Emulator
from golive.testing import VirtualClock as VirtualClock

# Machines are noisy, so no example has a deadline; CI tries the same examples every time.
settings.register_profile("golive", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("golive")

ROOT = Path(__file__).resolve().parent.parent
CONTRACT = ROOT / "openapi" / "golive.yaml"

#: Where clients of the in-process emulator believe the service to be.
LOCAL = "http://127.0.0.1"

MIGRATED = "contoso-offer"
NON_MIGRATED = "contoso-legacy"


def few_polls() -> PollingPolicy:
    """For a wait of days in some fifty requests, where the default would make hundreds."""
    return PollingPolicy(share=0.1, floor=30, ceiling=4 * 3600)


@define
class Side:
    """One of the two clients: the same test runs against both."""

    is_async: bool
    clock: VirtualClock
    _runner: asyncio.Runner
    _clients: list[Any] = field(factory=list)

    def client(self, credential: Any = TOKEN, **options: Any) -> Any:
        """Open a client; it is closed when the test ends."""
        options = {"endpoint": LOCAL, "clock": self.clock, "polling": few_polls(), **options}
        client = (AsyncGoLiveClient if self.is_async else GoLiveClient)(credential, **options)
        self._clients.append(client)
        return client

    def of(self, emulator: Emulator, credential: Any = TOKEN, **options: Any) -> Any:
        """Open a client of an emulator in this process."""
        return self.client(credential, transport=emulator.transport(), **options)

    def get(self, value: Any) -> Any:
        """Return what a call of a client came to."""
        return self._runner.run(_awaited(value)) if inspect.isawaitable(value) else value

    def updates(self, operation: Any, **arguments: Any) -> list[OperationStatus]:
        """Follow an operation to its end."""
        if isinstance(operation, Operation):
            return list(operation.updates(**arguments))

        async def collect(followed: AsyncOperation) -> list[OperationStatus]:
            return [status async for status in followed.updates(**arguments)]

        return self._runner.run(collect(operation))

    def close(self) -> None:
        for client in self._clients:
            self.get(client.aclose() if self.is_async else client.close())


async def _awaited(value: Any) -> Any:
    return await value


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture(params=["sync", "async"])
def side(request: pytest.FixtureRequest, clock: VirtualClock) -> Iterator[Side]:
    with asyncio.Runner() as runner:
        side = Side(request.param == "async", clock, runner)
        yield side
        side.close()


@pytest.fixture
def emulator(clock: VirtualClock) -> Emulator:
    """An emulator whose time is the client's."""
    return Emulator(speed=1, clock=clock.monotonic)


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    command = (sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder))
    outcome = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(autouse=True)
def loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reaches beyond this machine; names are not looked up either."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        internet = self.family in (socket.AF_INET, socket.AF_INET6)
        if internet and not ipaddress.ip_address(address[0]).is_loopback:
            raise OSError(errno.ENETUNREACH, f"a test connects to {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
