"""What the tests share: a clock that nobody has to wait for, and both clients behind one face."""

from __future__ import annotations

import asyncio
import errno
import inspect
import ipaddress
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from attrs import define, field
from coverage import Coverage
from hypothesis import settings

from golive import (
    AsyncGoLiveClient,
    AsyncOperation,
    GoLiveClient,
    Operation,
    OperationStatus,
    PollingPolicy,
)
from golive.cli.app import run
from golive.emulator import TOKEN, Emulator
from golive.testing import VirtualClock as VirtualClock

if TYPE_CHECKING:
    from postgresql import PostgreSQL

# Machines are noisy, so no example has a deadline; CI tries the same examples every time.
settings.register_profile("golive", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("golive")

ROOT = Path(__file__).resolve().parent.parent
CONTRACT = ROOT / "openapi" / "golive.yaml"
INGESTION_CONTRACT = ROOT / "openapi" / "product-ingestion.yaml"

#: The command in a process of its own, and how it is made to ask without pausing.
COMMAND = [sys.executable, "-c", "from golive.cli import main; main()"]
FAST = ("--interval", "0.05s")

#: Where clients of the in-process emulator believe the service to be.
LOCAL = "http://127.0.0.1"

#: How long a process may take to end, in seconds; a test that fails for another reason must end, too.
PATIENCE = 600

MIGRATED = "contoso-offer"
NON_MIGRATED = "contoso-legacy"


# A suite that runs in the background of a script inherits signals that are ignored, and so would
# the processes that it starts; their tests are about processes that a person or a pipeline stops.
for _number in (signal.SIGINT, getattr(signal, "SIGHUP", None)):
    if _number and signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, signal.SIG_DFL)


def few_polls() -> PollingPolicy:
    """For a wait of days in some fifty requests, where the default would make hundreds."""
    return PollingPolicy(growth=0.1, min_delay=30, max_delay=4 * 3600)


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Half of the time tests wait for sockets and processes, so there is room for twice as many."""
    return 2 * (os.cpu_count() or 1)


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
        return self.keep((AsyncGoLiveClient if self.is_async else GoLiveClient)(credential, **options))

    def keep(self, client: Any) -> Any:
        """Close a client when the test ends."""
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


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    # Not everything that runs these tests has what a fleet needs.
    from postgresql import serving

    with serving() as server:
        yield server


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


class Result:
    """What a run of the command came to."""

    def __init__(self, code: int, captured: Any) -> None:
        self.code = code
        self.out: str = captured.out
        self.err: str = captured.err

    @property
    def events(self) -> list[dict[str, Any]]:
        """The output of --json, each line as its schema says and with no field beyond it."""
        events = [json.loads(line) for line in self.out.splitlines()]
        for event in events:
            EVENTS.validate(event)
        return events


def _closed(schema: Any) -> Any:
    """Return a schema that takes no field which it does not name."""
    if isinstance(schema, list):
        return [_closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: _closed(part) for name, part in schema.items()}
    return {"additionalProperties": False, **closed} if "required" in closed else closed


EVENTS = jsonschema.Draft202012Validator(
    _closed(
        json.loads((resources.files("golive.cli") / "events.schema.json").read_text(encoding="utf-8"))
    ),
    format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER,
)


@pytest.fixture
def command_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The command finds the emulator's token, and nothing of the machine's own settings."""
    for name in os.environ:
        if name.startswith(("GOLIVE_", "AZURE_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AZURE_TOKEN", TOKEN)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))


def by_requests(hours: float = 3.0, **options: Any) -> Emulator:
    """Return an emulator whose time goes on with each request, however fast the machine is."""
    asked: list[Callable[[], int]] = []

    def clock() -> float:
        return hours * 3600 * (asked[0]() if asked else 0)

    emulator = Emulator(speed=1, clock=clock, **options)
    asked.append(lambda: emulator.app.counts["any"])
    return emulator


@pytest.fixture
def service() -> Iterator[tuple[Emulator, str]]:
    """An emulator over a socket, and where it is; a go-live takes two dozen requests."""
    emulator = by_requests()
    with emulator.serve() as url:
        yield emulator, url


@pytest.fixture
def held(clock: VirtualClock) -> Iterator[tuple[Emulator, str]]:
    """The same, but its time is the test's: nothing happens in it before the test says so."""
    emulator = Emulator(speed=1, clock=clock.monotonic)
    with emulator.serve() as url:
        yield emulator, url


@pytest.fixture
def golive(capsys: pytest.CaptureFixture[str], command_environment: None) -> Any:
    """Run the command in this process."""

    def call(*arguments: str) -> Result:
        return Result(run(arguments), capsys.readouterr())

    return call


class Process:
    """The command in a process of its own."""

    def __init__(self, *arguments: str, **variables: str) -> None:
        self.process = subprocess.Popen(
            [*COMMAND, *arguments],
            env={**os.environ, "PYTHONUNBUFFERED": "1", **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.lines: list[str] = []

    def read_until(self, part: str, *, err: bool = False) -> str:
        """Return the line that contains a text; fail if the output ends before."""
        stream = self.process.stderr if err else self.process.stdout
        assert stream
        for line in stream:
            self.lines.append(line.strip())
            if part in line:
                return line.strip()
        raise AssertionError(f"no line with {part!r}: {self.lines} {self.process.communicate()}")

    def _settle(self) -> None:
        """Wait until it only waits: a signal within coverage's lock would have it wait for itself."""
        used, calm = -1, 0
        for _ in range(200):
            try:
                fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
            except OSError:
                return
            now = int(fields[11]) + int(fields[12])
            used, calm = now, calm + 1 if now == used else 0
            if calm == 6:
                return
            time.sleep(0.05)

    def end(self, number: int | None = None) -> tuple[int, str, str]:
        """Send a signal, and return the exit code and what was printed since."""
        if number is not None:
            self._settle()
            self.process.send_signal(number)
        try:
            out, err = self.process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()  # or the test that runs next would fail of what it leaves behind
            self.process.communicate()
            raise
        return self.process.returncode, out, err


@pytest.fixture(autouse=True)
def measuring(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Coverage is not measured in what is marked `unmeasured`, nor in the processes that it starts.

    Proofs by the thousand, and tools in processes of their own, take twice as long while they are
    measured, and reach nothing that the tests of behaviour do not.
    """
    if request.node.get_closest_marker("unmeasured") is None:
        yield
        return
    monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)
    # pytest-cov's, and in a worker of pytest-xdist the one that it was started with as a process.
    stopped: list[Coverage] = []
    while (coverage := Coverage.current()) is not None:
        coverage.stop()
        stopped.append(coverage)
    yield
    for coverage in reversed(stopped):
        coverage.start()


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
