"""The server-side contract suite in process: what `golive contract` does, without a socket."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import httpx
import schemathesis
import schemathesis.engine
from attrs import define, field
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events

from conftest import CONTRACT, INGESTION_CONTRACT, LOCAL, MIGRATED, NON_MIGRATED
from golive.contract import PORTAL, ingestion
from golive.contract.ingestion import JobRules
from golive.contract.proof import LINKED, configuration, ingestion_configuration
from golive.contract.rules import (
    BrokenRule,
    Exchange,
    Fetched,
    Rules,
    empty_errors_are_lawful,
    unfollowed,
)
from golive.emulator import TOKEN, InProcessTransport
from violations import Faulty

#: Whose contract examples are, and what the emulator has.
PRODUCT = "contoso-db"

PHASES = ("examples", "coverage", "fuzzing", "stateful")


@define
class Suite:
    """The suite against one server.

    Attributes:
        service: The server.
        seed: Makes the requests repeatable.
        examples: How many to try of each request.
        phases: Which of Schemathesis's phases to run.
        api: Whose contract the server is held to.
    """

    service: Faulty
    seed: int = 1
    examples: int = 20
    phases: Collection[str] = PHASES
    api: str = PORTAL
    rules: Rules | JobRules = field(init=False)
    #: Names of the rules that were broken; Schemathesis knows only that its custom check failed.
    broken: list[str] = field(factory=list)

    def __attrs_post_init__(self) -> None:
        self.rules = (Rules if self.api == PORTAL else JobRules)(self._fetch)

    def failures(self, *, at_most: int | None = None, walks: int = 1) -> Iterator[str]:
        """Run the suite and yield the names of the checks that fail.

        Args:
            at_most: How many failures to stop after.
            walks: How often to walk along the links at most, until each was followed.
        """
        for walk in range(walks):
            settings = self._configuration()
            settings["auth"]["openapi"]["bearerAuth"]["bearer"] = TOKEN
            chosen = {"stateful"} if walk else self.phases
            settings["phases"] |= {p: {"enabled": False} for p in PHASES if p not in chosen}
            limit = {} if at_most is None else {"max-failures": at_most}
            config = SchemathesisConfig.from_dict({**settings, **limit, "seed": self.seed + walk})
            of_portal = self.api == PORTAL
            path = CONTRACT if of_portal else INGESTION_CONTRACT
            schema: Any = schemathesis.openapi.from_path(path, config=config)
            if walk:
                schema = schema.include(operation_id=list(LINKED if of_portal else ingestion.LINKED))
            schema.app = self.service
            CURRENT.append(self)
            try:
                yield from self._failed(schemathesis.engine.from_schema(schema).execute())
            finally:
                CURRENT.pop()
            if not self.unfollowed:
                return

    @property
    def unfollowed(self) -> list[str]:
        """The links that were not followed to a 200, or what else was never seen to be answered."""
        if self.api == PORTAL:
            return unfollowed(self.rules.followed)
        return ingestion.unfollowed(self.rules.followed, changes=True)

    def _configuration(self) -> dict[str, Any]:
        if self.api == PORTAL:
            offers = (MIGRATED, NON_MIGRATED)
            return configuration("contoso", offers, read_only=False, examples=self.examples)
        products = {each.id: each.guid for each in self.service.emulator.products}
        known = {PRODUCT: products[PRODUCT]}
        return ingestion_configuration(known, read_only=False, examples=self.examples)

    def _failed(self, stream: Iterator[events.EngineEvent]) -> Iterator[str]:
        for event in stream:
            if isinstance(event, events.NonFatalError | events.FatalError):
                yield f"error: {str(getattr(event, 'info', event))[:200]}"
            if not isinstance(event, events.ScenarioFinished):
                continue
            for checks in event.recorder.checks.values():
                for check in checks:
                    if check.status is not Status.SUCCESS:
                        yield self.broken[-1] if check.name == "rules" and self.broken else check.name

    def _fetch(self, url: str) -> Fetched:
        transport = InProcessTransport(self.service)
        headers = {"Authorization": f"Bearer {TOKEN}"}
        with httpx.Client(transport=transport, base_url=LOCAL, headers=headers) as client:
            return Fetched.of(client.get(httpx.URL(url).raw_path.decode()))


CURRENT: list[Suite] = []


@schemathesis.hook
def before_call(context: object, case: Any, kwargs: object) -> None:
    """What `golive.contract.hooks` does where it is run as a command of its own."""
    if CURRENT and isinstance(suite := CURRENT[-1].rules, JobRules):
        case.body = suite.aim(case.body)


@schemathesis.hook
def after_call(context: object, case: object, response: object) -> None:
    """What `golive.contract.hooks` does where it is run as a command of its own."""
    of_portal = not CURRENT or CURRENT[-1].api == PORTAL
    empty_errors_are_lawful(response, b'""' if of_portal else ingestion.NO_BODY)


@schemathesis.check
def rules(ctx: object, response: object, case: Any) -> None:
    """The rules of the suite that is running."""
    suite = CURRENT[-1]
    if case.operation.schema.app is not suite.service:
        # A suite that was given up at its first failure may not have come to rest yet.
        return
    try:
        suite.rules.watch(Exchange.of(response, case))
    except BrokenRule as error:
        suite.broken.append(error.rule)
        raise
