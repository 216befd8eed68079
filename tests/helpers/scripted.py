"""A service that says what a test wants it to say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
from attrs import define, field

from conftest import Side, VirtualClock

GUID = "56615b67-2185-49fe-80d2-c4ddf77bb2e8"
OTHER = "0d2a3c1e-0000-4000-8000-000000000001"
OFFER = "/api/publishers/contoso/offers/contoso-offer"
LOCATION = f"{OFFER}/operations/{GUID}?api-version=2017-10-31"


def entry(**changes: Any) -> dict[str, Any]:
    return {
        "id": GUID,
        "submissionType": "publish",
        "submissionState": "running",
        "slot": "staging",
        "changedTime": "2026-11-25T10:00:00",
        **changes,
    }


def step(name: str, status: str) -> dict[str, Any]:
    return {"id": name, "stepName": name, "status": status}


def body(status: str = "running", *steps: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"status": status, "steps": list(steps), **more}


WAITING = body(
    "running", step("certify", "complete"), step("publisher-signoff", "waitingForPublisherReview")
)
CERTIFYING = body("running", step("certify", "inProgress"), step("publisher-signoff", "notStarted"))
SIGNED_OFF = body("running", step("publisher-signoff", "complete"), step("live", "inProgress"))
SIGNING_OFF = body("running", step("publisher-signoff", "inProgress"), step("live", "notStarted"))

Answer = Any


@define
class Service:
    """A service that says what a test wants it to say, by kind of request."""

    clock: VirtualClock
    submissions: Callable[[], Answer] = list
    status: Callable[[], Answer] = lambda: WAITING
    poll: Callable[[], Answer] = lambda: body("complete")
    golive: Callable[[], Answer] = lambda: httpx.Response(202, headers={"Location": LOCATION})
    publish: Callable[[], Answer] = lambda: httpx.Response(202, headers={"Location": LOCATION})
    cancel: Callable[[], Answer] = lambda: httpx.Response(202, headers={"Location": LOCATION})
    seen: list[str] = field(factory=list)
    sent_at: list[float] = field(factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.rstrip("/")
        kind = "poll" if "/operations/" in path else path.rpartition("/")[2]
        self.seen.append(kind)
        if request.method == "POST":
            self.sent_at.append(self.clock.time)
        answer = getattr(self, kind)()
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json=answer)

    @property
    def posts(self) -> int:
        return len(self.sent_at)

    def since_sent(self) -> float | None:
        """How long ago the last request that begins was sent, in seconds; None if there was none."""
        return self.clock.time - self.sent_at[-1] if self.sent_at else None


def client_of(side: Side, service: Service, **options: Any) -> Any:
    return side.client(transport=httpx.MockTransport(service), **options)


def begin(side: Side, service: Service, **arguments: Any) -> Any:
    return side.get(client_of(side, service).begin_go_live("contoso", "contoso-offer", **arguments))
