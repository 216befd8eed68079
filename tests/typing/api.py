"""How the public API is typed. Nothing here is run: mypy and pyright read it, strictly."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, assert_type

import httpx

from golive import (
    AsyncCredential,
    AsyncGoLiveClient,
    AsyncOperation,
    Baseline,
    Credential,
    GoLiveClient,
    GoLiveError,
    Offer,
    OfferStatus,
    Operation,
    OperationError,
    OperationKind,
    OperationStatus,
    PollingPolicy,
    RetryPolicy,
    ServiceError,
    State,
    Submission,
)


def take_live(credential: Credential) -> None:
    with GoLiveClient(
        credential,
        polling=PollingPolicy(min_delay=timedelta(seconds=30), max_delay=600),
        retry=RetryPolicy(max_attempts=3, base_delay=0.5),
        request_timeout=timedelta(minutes=6),
        transport=httpx.HTTPTransport(),
    ) as client:
        assert_type(client, GoLiveClient)
        baseline = client.baseline("contoso", "contoso-offer")
        assert_type(baseline, Baseline)
        assert_type(baseline.to_dict(), dict[str, Any])
        operation = client.begin_go_live("contoso", "contoso-offer", baseline=baseline, timeout=60)
        assert_type(operation, Operation)
        assert_type(operation.kind, OperationKind)
        assert_type(operation.continuation_token(), str)
        assert_type(client.operation(operation.continuation_token()), Operation)
        for status in operation.updates(timeout=timedelta(days=5)):
            assert_type(status, OperationStatus)
            assert_type(status.state, State)
            assert_type(status.percent, int | None)
        assert_type(operation.result(), OperationStatus)
        assert_type(operation.wait(timeout=1.5).created, datetime | None)
        assert_type(operation.cancel(), Operation)
        assert_type(client.latest_operation("contoso", "contoso-offer"), Operation | None)
        assert_type(client.submissions("contoso", "contoso-offer"), tuple[Submission, ...])
        assert_type(client.offer_status("contoso", "contoso-offer"), OfferStatus)
        assert_type(client.offer("contoso", "contoso-offer"), Offer)
        assert_type(client.offers("contoso"), tuple[Offer, ...])


async def take_live_async(credential: AsyncCredential) -> None:
    async with AsyncGoLiveClient(credential) as client:
        operation = await client.begin_go_live("contoso", "contoso-offer")
        assert_type(operation, AsyncOperation)
        async for status in operation.updates():
            assert_type(status, OperationStatus)
        async for status in operation:
            assert_type(status, OperationStatus)
        assert_type(await operation.result(), OperationStatus)
        assert_type(await operation.cancel(), AsyncOperation)
        assert_type(await client.submissions("contoso", "contoso-offer"), tuple[Submission, ...])


def handle(error: GoLiveError) -> None:
    assert_type(error.continuation_token, str | None)
    if isinstance(error, ServiceError):
        assert_type(error.status_code, int)
        assert_type(error.code, str | None)
    if isinstance(error, OperationError):
        assert_type(error.status, OperationStatus)


class OwnClock:
    """What a clock needs to be."""

    def now(self) -> float:
        return 0.0

    def monotonic(self) -> float:
        return 0.0

    def sleep(self, seconds: float) -> None: ...

    async def sleep_async(self, seconds: float) -> None: ...


def with_own_clock() -> GoLiveClient:
    return GoLiveClient(lambda: "token", clock=OwnClock())


def what_is_refused(client: GoLiveClient) -> None:
    client.begin_go_live("contoso")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.begin_go_live("contoso", "offer", '"etag"')  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    GoLiveClient(7)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    PollingPolicy(60)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
