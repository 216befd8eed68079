"""The emulator keeps the contract: Schemathesis asks it all that the contract allows, and more."""

from __future__ import annotations

import itertools
from typing import Any
from urllib.parse import unquote

import httpx
import schemathesis
from attrs import define, field
from hypothesis import HealthCheck, Phase, settings
from schemathesis.config import SchemathesisConfig

from conftest import CONTRACT, LOCAL, MIGRATED, NON_MIGRATED
from golive.emulator import TOKEN, Emulator

#: Every look at the clock takes a while, so that operations end while the tests go on.
LOOK = 3_600.0


@define
class Renewable:
    """An emulator that can begin anew: Hypothesis needs the same state before each example."""

    emulator: Emulator = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.renew()

    def renew(self) -> None:
        self.emulator = Emulator(speed=LOOK, clock=itertools.count().__next__)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.emulator.app(scope, receive, send)


SERVICE = Renewable()
AUTHORIZED = {"Authorization": f"Bearer {TOKEN}"}

# What is well-formed may still come out of order: that depends on the offer, not on the request.
OUT_OF_ORDER = {"positive_data_acceptance": {"expected-statuses": ["2xx", "400", "404", "412"]}}
SCHEMA = schemathesis.openapi.from_path(
    CONTRACT,
    config=SchemathesisConfig.from_dict(
        {
            "checks": OUT_OF_ORDER,
            "auth": {"openapi": {"bearerAuth": {"bearer": TOKEN}}},
            "dictionaries": {
                "publishers": {"values": ["contoso"]},
                "offers": {"values": [MIGRATED, NON_MIGRATED]},
            },
            "parameters": {
                "path.publisherId": {"dictionary": "publishers", "probability": 0.9},
                "path.offerId": {"dictionary": "offers", "probability": 0.9},
            },
            "cache": {"enabled": False},
        }
    ),
)
SCHEMA.app = SERVICE
FAST = settings(
    max_examples=25,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)


@SCHEMA.parametrize()
@FAST
def test_every_operation(case: schemathesis.Case[Any]) -> None:
    SERVICE.renew()
    case.call_and_validate()


@define
class Trail:
    """Which Location of which call was followed to its operation."""

    issued: dict[str, tuple[str, str]] = field(factory=dict)
    followed: set[tuple[str, str]] = field(factory=set)

    def record(self, method: str, path: str, status: int, location: str | None) -> None:
        path = unquote(path)
        if method == "POST" and status == 202:
            assert location is not None
            target = location.partition("?")[0]
            form = "non-migrated" if target.startswith("/api/operations/") else "migrated"
            self.issued[target] = (path.rpartition("/")[2], form)
            with httpx.Client(transport=SERVICE.emulator.transport(), headers=AUTHORIZED) as client:
                answer = client.get(LOCAL + location)
            assert answer.status_code == 200, f"the Location {location} leads nowhere"
        elif method == "GET" and status == 200 and path in self.issued:
            self.followed.add(self.issued[path])


def test_every_link_leads_to_an_operation() -> None:
    trail = Trail()

    class Machine(SCHEMA.as_state_machine()):  # type: ignore[misc]
        def setup(self) -> None:
            SERVICE.renew()
            trail.issued.clear()

        def after_call(self, response: Any, case: schemathesis.Case[Any]) -> None:
            location = response.headers.get("location", [None])[0]
            path = httpx.URL(response.request.url).path
            trail.record(case.method, path, response.status_code, location)

    wanted = {
        (verb, form) for verb in ("golive", "publish", "cancel") for form in ("migrated", "non-migrated")
    }
    # What Hypothesis happens to walk through varies; more rounds until it has been everywhere.
    for _ in range(10):
        Machine.run(settings=settings(FAST, max_examples=30, stateful_step_count=12, derandomize=False))
        if trail.followed == wanted:
            break
    assert trail.followed == wanted
