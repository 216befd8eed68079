"""For tests of what uses golive: a clock that nobody waits for, and what to assert.

The fixtures are pytest's, from the plugin that comes with the extra `testing`: `golive_emulator`,
`golive_client`, `async_golive_client`, `product_ingestion_client`, `async_product_ingestion_client`,
`golive_server` and `golive_clock`.
"""

from __future__ import annotations

from collections.abc import Callable

from attrs import define, field

from golive.emulator import Emulator

__all__ = [
    "Server",
    "VirtualClock",
    "assert_not_begun",
    "assert_product_went_live_once",
    "assert_went_live_once",
]


@define
class VirtualClock:
    """Time passes when somebody sleeps, and only then. Give it to a client as its `clock`.

    Attributes:
        time: The time, in seconds, of the day as well as of the wait.
        slept: All pauses that were slept, in seconds.
        on_sleep: Is called after each pause with the time, to change something meanwhile.
    """

    time: float = 1_000_000.0
    slept: list[float] = field(factory=list)
    on_sleep: Callable[[float], None] = lambda time: None

    def now(self) -> float:
        """Return the time of day."""
        return self.time

    def monotonic(self) -> float:
        """Return the time by which waits are measured."""
        return self.time

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.slept.append(seconds)
        self.time += seconds
        self.on_sleep(self.time)

    async def sleep_async(self, seconds: float) -> None:
        """Let time pass."""
        self.sleep(seconds)


@define
class Server:
    """An emulator that is served over a socket, in real time.

    Attributes:
        url: The endpoint to give to whatever is tested.
        emulator: The emulator, to look at what it accepted.
    """

    url: str
    emulator: Emulator


def assert_product_went_live_once(emulator: Emulator, offer_id: str) -> None:
    """Assert that a product went live, and that just one go-live of it was accepted.

    Args:
        emulator: The emulator.
        offer_id: The product by its offer id, for example `contoso-db`.

    Raises:
        AssertionError: It did not, or more than once; the message says what was seen.
    """
    accepted = emulator.accepted_submissions(offer_id)
    if list(accepted.values()) != [1]:
        told = ", ".join(f"{count} of submission {number}" for number, count in accepted.items())
        raise AssertionError(f"{offer_id}: {told or 'no'} go-lives were accepted, not 1")
    (number,) = accepted
    live = emulator.products.product(offer_id).live(emulator.products.now)
    if live is None or live.number != number:
        raise AssertionError(f"{offer_id}: submission {number} is not live")


def assert_went_live_once(emulator: Emulator, publisher_id: str, offer_id: str) -> None:
    """Assert that an offer went live, and that just one go-live of it was accepted.

    Args:
        emulator: The emulator.
        publisher_id: The publisher, for example `contoso`.
        offer_id: The offer, for example `contoso-offer`.

    Raises:
        AssertionError: It did not, or more than once; the message says what was seen.
    """
    accepted = emulator.accepted(publisher_id, offer_id)
    if accepted != 1:
        raise AssertionError(f"{publisher_id}/{offer_id}: {accepted} go-lives were accepted, not 1")
    latest = emulator.market.offer(publisher_id, offer_id).latest
    status = None if latest is None else latest.status(emulator.market.now)
    # The market's own word, whatever the service's habit is to say.
    if latest is None or latest.type != "goLive" or status != "completed":
        raise AssertionError(f"{publisher_id}/{offer_id} is not live; its latest operation: {status}")


def assert_not_begun(emulator: Emulator, publisher_id: str, offer_id: str) -> None:
    """Assert that no go-live of an offer was accepted.

    Args:
        emulator: The emulator.
        publisher_id: The publisher, for example `contoso`.
        offer_id: The offer, for example `contoso-offer`.

    Raises:
        AssertionError: One was.
    """
    accepted = emulator.accepted(publisher_id, offer_id)
    if accepted:
        raise AssertionError(f"{publisher_id}/{offer_id}: {accepted} go-lives were accepted, not 0")
