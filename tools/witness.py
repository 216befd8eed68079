"""An independent witness: Prism between our clients and the emulator, and Prism's own mocks.

Run by `nox -s witness`, with the npm to start Prism by, Prism's version and the emulator's address.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from golive import AsyncGoLiveClient, GoLiveClient, GoLiveError, PollingPolicy, State
from golive.contract.ingestion import BASE
from product_ingestion_api import AuthenticatedClient
from product_ingestion_api.api.offers import get_resource_tree, list_products
from product_ingestion_api.api.progress import (
    get_job_detail,
    get_job_status,
    get_submission,
    list_submissions,
)
from product_ingestion_api.api.publishing import cancel_job, configure
from product_ingestion_api.models import (
    Configure,
    GoLive,
    LiveTarget,
    PreviewTarget,
    ProductByExternalId,
    PublishPreview,
)

CONTRACTS = Path(__file__).resolve().parent.parent / "openapi"
CONTRACT = CONTRACTS / "golive.yaml"
INGESTION = CONTRACTS / "product-ingestion.yaml"
OFFERS = ("contoso-offer", "contoso-legacy")
POLLING = PollingPolicy(min_delay=0.05)

#: What Prism reports beside the answers.
VIOLATIONS = "sl-violations"


class Listening(httpx.HTTPTransport):
    """Collects what Prism says of each answer."""

    def __init__(self) -> None:
        super().__init__()
        self.violations: list[str] = []
        self.requests = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self.heard(request, super().handle_request(request))

    def heard(self, request: httpx.Request, response: httpx.Response) -> httpx.Response:
        self.requests += 1
        if VIOLATIONS in response.headers:
            self.violations.append(f"{request.method} {request.url}: {response.headers[VIOLATIONS]}")
        return response


class AsyncListening(httpx.AsyncHTTPTransport):
    """The same for the async client."""

    def __init__(self, listening: Listening) -> None:
        super().__init__()
        self._listening = listening

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return self._listening.heard(request, await super().handle_async_request(request))


@contextmanager
def prism(npm: str, package: str, *arguments: str) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [npm, "exec", "--yes", "--", package, *arguments, "--port", str(port)]
    # npm starts Prism, and would leave it running.
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    ) as process:
        try:
            assert process.stdout is not None
            for line in process.stdout:
                if "is listening" in line:
                    break
            else:
                raise SystemExit("Prism did not start.")
            yield f"http://127.0.0.1:{port}"
        finally:
            os.killpg(process.pid, signal.SIGTERM)


def whole_lives(client: GoLiveClient) -> None:
    for offer in OFFERS:
        assert client.begin_go_live("contoso", offer).result(timeout=60).state is State.SUCCEEDED
        publish = client.begin_publish("contoso", offer, notification_emails=["release@contoso.example"])
        assert publish.result(timeout=60).ready_to_go_live
        cancellation = client.begin_cancel("contoso", offer)
        assert cancellation.result(timeout=60).state is State.CANCELED
        assert client.submissions("contoso", offer)
        client.begin_publish("contoso", offer).result(timeout=60)


async def whole_lives_async(client: AsyncGoLiveClient) -> None:
    for offer in OFFERS:
        operation = await client.begin_go_live("contoso", offer)
        assert (await operation.result(timeout=60)).state is State.SUCCEEDED
        assert (await client.offer_status("contoso", offer)).state is State.SUCCEEDED


def against_the_mock(url: str) -> list[str]:
    """Ask everything that a mock without memory can answer; it says the examples of the contract."""
    told = []
    with GoLiveClient("token", endpoint=url, polling=POLLING) as client:
        calls: dict[str, Any] = {
            "submissions": lambda: client.submissions("contoso", "contoso-offer"),
            "offer_status": lambda: client.offer_status("contoso", "contoso-offer"),
            "begin_publish": lambda: client.begin_publish("contoso", "contoso-offer"),
            "begin_go_live": lambda: client.begin_go_live("contoso", "contoso-offer"),
            "begin_cancel": lambda: client.begin_cancel("contoso", "contoso-offer"),
        }
        for name, call in calls.items():
            told.append(f"{name}: {call()!r}"[:150])
            if name.startswith("begin"):
                told.append(f"  refresh: {call().refresh().state}")
    return told


class Products:
    """Product Ingestion by its generated client, which reads strictly what the contract says."""

    def __init__(self, url: str) -> None:
        self.client = AuthenticatedClient(base_url=url, token="emulator")
        self.violations: list[str] = []
        self.requests = 0

    def call(self, operation: Any, *path: str, **options: Any) -> Any:
        response = operation.sync_detailed(*path, client=self.client, **options)
        self.requests += 1
        if VIOLATIONS in response.headers:
            self.violations.append(f"{operation.__name__}: {response.headers[VIOLATIONS]}")
        assert response.parsed is not None, (operation.__name__, response.status_code)
        return response.parsed

    def configure(self, resource: GoLive | PublishPreview) -> str:
        schema: Any = "https://schema.mp.microsoft.com/schema/configure/2022-03-01-preview2"
        return str(self.call(configure, body=Configure(schema, [resource])).job_id)

    def followed(self, job: str) -> Any:
        for _ in range(600):
            status = self.call(get_job_status, job)
            if status.job_status == "completed":
                return status
            time.sleep(0.05)
        raise SystemExit(f"The job {job} does not end.")

    def whole_life(self, *, at_once: bool = False) -> None:
        """Publish a product, and take it live; `at_once` on a mock, where no job ends."""
        schema: Any = "https://schema.mp.microsoft.com/schema/submission/2022-03-01-preview2"
        (product,) = self.call(list_products, external_id="contoso-db").value
        guid = product.id.removeprefix("product/")
        named = ProductByExternalId("contoso-db")
        job = self.configure(PublishPreview(schema, named, PreviewTarget("preview")))
        assert at_once or self.followed(job).job_result == "succeeded"
        self.call(get_job_detail, job)
        (ready,) = self.call(list_submissions, guid, target_type="preview").value
        self.call(get_submission, guid, ready.id.rpartition("/")[2])
        self.call(get_resource_tree, guid, target_type="preview")
        job = self.configure(GoLive(schema, ready.id, product.id, LiveTarget("live")))
        assert at_once or self.followed(job).job_result == "succeeded"
        self.call(cancel_job, job)
        submissions = self.call(list_submissions, guid).value
        assert at_once or ready.id in [s.id for s in submissions if s.target.target_type == "live"]


def main(npm: str, package: str, upstream: str) -> None:
    listening = Listening()
    with prism(npm, package, "proxy", str(CONTRACT), upstream) as url:
        with GoLiveClient("emulator", endpoint=url, transport=listening, polling=POLLING) as client:
            whole_lives(client)

        async def main() -> None:
            async with AsyncGoLiveClient(
                "emulator", endpoint=url, transport=AsyncListening(listening), polling=POLLING
            ) as client:
                await whole_lives_async(client)

        asyncio.run(main())
        listening.close()
    print(f"Prism watched {listening.requests} requests: {len(listening.violations)} violations")
    print(*listening.violations, sep="\n")
    with prism(npm, package, "mock", str(CONTRACT)) as url:
        time.sleep(0.1)
        try:
            print("The client on Prism's mock:", *against_the_mock(url), sep="\n  ")
        except GoLiveError as error:
            raise SystemExit(f"The client does not understand Prism's mock: {error}") from None
    with prism(npm, package, "proxy", str(INGESTION), upstream.rstrip("/") + BASE) as url:
        products = Products(url)
        products.whole_life()
    print(f"and {products.requests} of Product Ingestion: {len(products.violations)} violations")
    print(*products.violations, sep="\n")
    with prism(npm, package, "mock", str(INGESTION)) as url:
        Products(url).whole_life(at_once=True)
    if listening.violations or products.violations:
        raise SystemExit(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
