"""The pytest plugin of golive: an emulator, and clients that are bound to it.

It stands beside the package, and imports it only when a fixture is used: pytest loads it wherever
golive is installed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from golive import (
        AsyncGoLiveClient,
        AsyncProductIngestionClient,
        GoLiveClient,
        ProductIngestionClient,
    )
    from golive.emulator import Emulator
    from golive.testing import Server, VirtualClock

#: Where clients of the emulator in this process believe the service to be.
ENDPOINT = "http://127.0.0.1"

MARKER = (
    "golive(scenario='succeed', faults=(), habits=(), **options): how the emulator of the golive"
    " fixtures behaves; the options are those of golive.emulator.Emulator"
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the plugin's option."""
    parser.getgroup("golive").addoption(
        "--golive-fault",
        action="append",
        default=[],
        metavar="FAULT[@KIND][/PUBLISHER/OFFER][:FIRST[-LAST]]",
        help="What goes wrong in every emulator, e.g. drop-answer@golive; may be repeated.",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Declare the plugin's marker."""
    config.addinivalue_line("markers", MARKER)


def _options(request: pytest.FixtureRequest) -> dict[str, Any]:
    from golive.emulator import Scenario

    options: dict[str, Any] = {}
    for marker in reversed(list(request.node.iter_markers("golive"))):
        if marker.args:
            raise pytest.UsageError("The marker golive takes names: golive(scenario=..., faults=[...]).")
        options.update(marker.kwargs)
    if "scenario" in options:
        try:
            options["scenario"] = Scenario(options["scenario"])
        except ValueError:
            known = ", ".join(Scenario)
            raise pytest.UsageError(
                f"{options['scenario']!r} is not a scenario; choose from {known}"
            ) from None
    options["faults"] = [*options.get("faults", ()), *request.config.getoption("--golive-fault")]
    return options


def _emulator(**options: Any) -> Emulator:
    from golive.emulator import Emulator

    try:
        return Emulator(**options)
    except (TypeError, ValueError) as error:
        raise pytest.UsageError(f"The marker golive: {error}") from None


@pytest.fixture
def golive_clock() -> VirtualClock:
    """The time of `golive_emulator` and its clients: it passes when they sleep, and only then."""
    from golive.testing import VirtualClock

    return VirtualClock()


@pytest.fixture
def golive_emulator(request: pytest.FixtureRequest, golive_clock: VirtualClock) -> Emulator:
    """Both APIs, emulated in this process; the marker `golive` says how they behave.

    The Product Ingestion API is at the path `/rp/product-ingestion`.
    """
    options: dict[str, Any] = {
        "speed": 1.0,
        "clock": golive_clock.monotonic,
        "epoch": datetime.fromtimestamp(golive_clock.now(), UTC),
    }
    return _emulator(**{**options, **_options(request)})


def _client_options(emulator: Emulator, clock: VirtualClock) -> dict[str, Any]:
    """Return what the clients are made with; a go-live of days takes them some thirty requests."""
    from golive import PollingPolicy

    return {
        "endpoint": ENDPOINT,
        "transport": emulator.transport(clock=clock),
        "clock": clock,
        "polling": PollingPolicy(growth=0.2, min_delay=30, max_delay=4 * 3600),
    }


@pytest.fixture
def golive_client(golive_emulator: Emulator, golive_clock: VirtualClock) -> Iterator[GoLiveClient]:
    """A client of `golive_emulator`; waiting takes no time."""
    from golive import GoLiveClient
    from golive.emulator import TOKEN

    with GoLiveClient(TOKEN, **_client_options(golive_emulator, golive_clock)) as client:
        yield client


@pytest.fixture
def async_golive_client(golive_emulator: Emulator, golive_clock: VirtualClock) -> AsyncGoLiveClient:
    """An async client of `golive_emulator`; waiting takes no time. It has nothing to close."""
    from golive import AsyncGoLiveClient
    from golive.emulator import TOKEN

    return AsyncGoLiveClient(TOKEN, **_client_options(golive_emulator, golive_clock))


@pytest.fixture
def product_ingestion_client(
    golive_emulator: Emulator, golive_clock: VirtualClock
) -> Iterator[ProductIngestionClient]:
    """A client of `golive_emulator` by the Product Ingestion API; waiting takes no time."""
    from golive import ProductIngestionClient
    from golive.emulator import TOKEN

    with ProductIngestionClient(TOKEN, **_client_options(golive_emulator, golive_clock)) as client:
        yield client


@pytest.fixture
def async_product_ingestion_client(
    golive_emulator: Emulator, golive_clock: VirtualClock
) -> AsyncProductIngestionClient:
    """An async client of the same; waiting takes no time. It has nothing to close."""
    from golive import AsyncProductIngestionClient
    from golive.emulator import TOKEN

    return AsyncProductIngestionClient(TOKEN, **_client_options(golive_emulator, golive_clock))


@pytest.fixture
def golive_server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """An emulator of both APIs over a socket, in real time: for programs that are tested from outside.

    A go-live takes 13 seconds; `golive(speed=...)` makes it take less.
    """
    from golive.testing import Server

    emulator = _emulator(**_options(request))
    with emulator.serve() as url:
        yield Server(url, emulator)
