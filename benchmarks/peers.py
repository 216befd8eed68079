"""What golive is measured beside: a bare client, and the pollers of azure-core."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from azure.core import AsyncPipelineClient, PipelineClient
from azure.core.pipeline.policies import AsyncRetryPolicy, HeadersPolicy, RequestIdPolicy, RetryPolicy
from azure.core.polling import AsyncLROPoller
from azure.core.polling.async_base_polling import AsyncLROBasePolling
from azure.core.polling.base_polling import LROBasePolling, OperationResourcePolling
from azure.core.rest import HttpRequest

from golive import PollingPolicy

TOKEN = "0123456789abcdef0123456789abcdef"  # noqa: S105 - of nothing
VERSION = {"api-version": "2017-10-31"}
HEADERS = {"Authorization": f"Bearer {TOKEN}", "Accept": "application/json"}

#: As often as the clock below lets it.
POLLING = PollingPolicy()


class Hurry:
    """A clock whose pauses are over at once."""

    def now(self) -> float:
        """Return the time of day."""
        return time.time()

    def monotonic(self) -> float:
        """Return seconds that never run backwards."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Do not."""

    async def sleep_async(self, seconds: float) -> None:
        """Let the others go on."""
        await asyncio.sleep(0)


def looks(url: str, publisher: str, offer: str) -> str:
    """Return the address of an operation."""
    return f"{url}/api/publishers/{publisher}/offers/{offer}/operations/go-live-{offer}"


def _algorithm() -> list[Any]:
    return [OperationResourcePolling(operation_location_header="Operation-Location")]


def _request(publisher: str, offer: str) -> HttpRequest:
    path = f"/peer/api/publishers/{publisher}/offers/{offer}/golive"
    return HttpRequest("POST", path, params=VERSION, headers=HEADERS, json={})


class AzureCore:
    """What a client made for the Azure SDK would do: azure-core's pipeline and its poller."""

    def __init__(self, url: str) -> None:
        policies = [RequestIdPolicy(), HeadersPolicy(HEADERS), RetryPolicy()]
        self.client: PipelineClient[Any, Any] = PipelineClient(url, policies=policies)

    def polling(self, publisher: str, offer: str) -> LROBasePolling[Any, Any, Any]:
        """Begin, and return what polls, without the thread that a poller has."""
        request = _request(publisher, offer)
        request.url = self.client.format_url(request.url)
        began = self.client._pipeline.run(request, stream=False)  # noqa: SLF001 - as generated code does
        began.http_response.read()
        method: LROBasePolling[Any, Any, Any] = LROBasePolling(timeout=0, lro_algorithms=_algorithm())
        method.initialize(self.client, began, lambda answer: answer)
        return method


class AsyncAzureCore:
    """The same, async, over aiohttp."""

    def __init__(self, url: str) -> None:
        policies = [RequestIdPolicy(), HeadersPolicy(HEADERS), AsyncRetryPolicy()]
        self.client: AsyncPipelineClient[Any, Any] = AsyncPipelineClient(url, policies=policies)

    async def go_live(self, publisher: str, offer: str, pause: float = 0.0) -> Any:
        """Begin, and poll to the end."""
        request = _request(publisher, offer)
        request.url = self.client.format_url(request.url)
        began = await self.client._pipeline.run(request, stream=False)  # noqa: SLF001 - as generated code does
        await began.http_response.load_body()
        method: AsyncLROBasePolling[Any, Any, Any] = AsyncLROBasePolling(
            timeout=pause, lro_algorithms=_algorithm()
        )
        return await AsyncLROPoller(self.client, began, lambda answer: answer, method).result()

    async def aclose(self) -> None:
        """Close its connections."""
        await self.client.close()
