"""A worker of a fleet in a process of its own, for tests that kill it: DATABASE ENDPOINT [blind]."""

from __future__ import annotations

import sys
from typing import Any

from golive import AsyncGoLiveClient, AsyncOperation, Baseline, PollingPolicy, RetryPolicy
from golive.fleet import Fleet, Service

FAST = PollingPolicy(min_delay=0.2, max_delay=0.5)
SOON = RetryPolicy(base_delay=0.05, max_delay=0.2, answer_within=2.0, listed_within=1.0)


def forget(client: type[AsyncGoLiveClient]) -> None:
    """Have what was known before a crash be forgotten, for the control of what that does."""
    remembering = client.begin_go_live

    async def begin(self: Any, publisher: str, offer: str, **options: Any) -> AsyncOperation:
        baseline: Baseline = await self.baseline(publisher, offer)
        options["on_sending"](baseline)
        return await remembering(self, publisher, offer)

    client.begin_go_live = begin  # type: ignore[method-assign, assignment]


def main(database: str, endpoint: str, *options: str) -> None:
    if "blind" in options:
        forget(AsyncGoLiveClient)
    service = Service(endpoint=endpoint, polling=FAST, retry=SOON)
    with Fleet(database, service=service) as fleet, fleet.worker() as worker:
        print(worker.name, flush=True)
        while not worker.lost.wait(1.0):
            pass


if __name__ == "__main__":
    main(*sys.argv[1:])
