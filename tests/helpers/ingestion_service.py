"""A service of the Product Ingestion API that answers as it is told, for tests of what clients do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
from attrs import define, field

from conftest import VirtualClock

GUID = "5f0c2f6e-0d7b-4c8a-9a57-2f1f6a3f1c11"
JOB = "0c7b1d1e-8a57-4d0f-9f0e-6f5d2f3b7a10"
OLD, NEW, LATER = "1152921505690000017", "1152921505690000042", "1152921505690000067"


def submission(number: str, target: str, status: str = "completed/succeeded", **more: Any) -> Any:
    """Return an entry of the list of submissions."""
    word, _, result = status.partition("/")
    said = {"status": word, "result": result, "created": "2026-06-01T15:03:07.5512006Z"}
    return {
        "$schema": "https://schema.mp.microsoft.com/schema/submission/2022-03-01-preview2",
        "id": f"submission/{GUID}/{number}",
        "product": f"product/{GUID}",
        "target": {"targetType": target},
        "lifecycleState": "generallyAvailable",
        **({} if number == "0" else said),
        **more,
    }


DRAFT = submission("0", "draft")
#: In preview is what can go live, and an older version is live.
READY = [DRAFT, submission(OLD, "live"), submission(NEW, "preview")]


def job(status: str = "running/pending", **more: Any) -> dict[str, Any]:
    """Return the status of a job."""
    word, _, result = status.partition("/")
    return {
        "jobId": JOB,
        "jobStatus": word,
        "jobResult": result,
        "jobStart": "2026-06-01T15:04:11.0293847Z",
        "jobEnd": "0001-01-01T00:00:00",
        "errors": [],
        **more,
    }


def failed(message: str, code: str = "internalServerError", **more: Any) -> dict[str, Any]:
    """Return the status of a job that failed."""
    return job("completed/failed", errors=[{"code": code, "message": message, **more}])


@define
class Scripted:
    """A service that answers as it is told.

    Attributes:
        listed: The submissions; after a POST those of `after`, if there are any.
        jobs: What the job says, look by look; the last one stays.
        configure: What answers the POST.
        seen: The requests that came, with the moment.
    """

    clock: VirtualClock
    listed: Any = field(factory=lambda: list(READY))
    after: Any = None
    jobs: list[Any] = field(factory=lambda: [job()])
    configure: Callable[[], httpx.Response] = lambda: httpx.Response(202, json=job())
    cancel: Callable[[], httpx.Response] = lambda: httpx.Response(200, json=job("completed/cancelled"))
    detail: Any = None
    products: Any = field(
        factory=lambda: {"value": [{"id": f"product/{GUID}", "identity": {"externalId": "contoso-db"}}]}
    )
    seen: list[tuple[float, httpx.Request]] = field(factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        assert request.url.host == "127.0.0.1"
        self.seen.append((self.clock.monotonic(), request))
        path = request.url.path.removeprefix("/rp/product-ingestion")
        match path.split("/")[1:]:
            case ["product"]:
                return self._said(self.products, request)
            case ["submission", _]:
                listed = self.listed if self.after is None or not self.posts else self.after
                listed = listed() if callable(listed) else listed
                return self._said({"value": listed} if isinstance(listed, list) else listed, request)
            case ["configure"]:
                return self.configure()
            case ["configure", _, "status"]:
                told = self.jobs.pop(0) if len(self.jobs) > 1 else self.jobs[0]
                return told if isinstance(told, httpx.Response) else httpx.Response(200, json=told)
            case ["configure", _, "cancel"]:
                return self.cancel()
            case ["configure", _] if self.detail is not None:
                return httpx.Response(200, json=self.detail)
        return httpx.Response(404, json={"error": {"code": "notFound", "message": "It is not there."}})

    def _said(self, body: Any, request: httpx.Request) -> httpx.Response:
        if isinstance(body, httpx.Response):
            return body
        return httpx.Response(200, json=body(request) if callable(body) else body)

    @property
    def posts(self) -> list[httpx.Request]:
        """What was sent to begin something."""
        return [each for _, each in self.seen if each.url.path.endswith("/configure")]

    def times(self, suffix: str) -> list[float]:
        """Return when something was asked."""
        return [at for at, each in self.seen if each.url.path.endswith(suffix)]
