"""A fleet and the service that it talks to, for tests of what it does with each offer."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from attrs import define

from conftest import PATIENCE
from golive.emulator import Emulator
from golive.fleet import Event, Fleet, OfferState, OfferView, Release, ReleaseView


@define
class Room:
    """A fleet, and the service that it talks to."""

    fleet: Fleet
    emulator: Emulator
    url: str

    def start(self, *offers: dict[str, Any], name: str = "tonight", **more: Any) -> bool:
        plans = [each if "api" in each else {"publisher": "contoso", **each} for each in offers]
        return self.fleet.start(Release.from_value({"name": name, "offers": plans, **more}))

    def until(self, done: Callable[[ReleaseView], bool], name: str = "tonight") -> ReleaseView:
        """Wait until a release is as wanted."""
        ends = time.monotonic() + PATIENCE
        while not done(view := self.fleet.status(name)):
            assert time.monotonic() < ends, view
            time.sleep(0.05)
        return view

    def over(self, name: str = "tonight") -> ReleaseView:
        return self.until(lambda view: view.ended, name)

    def events(self, offer: str) -> list[Event]:
        return [each for each in self.fleet.events() if each.offer.offer_id == offer]


def states(view: ReleaseView) -> list[OfferState]:
    return [each.state for each in view.offers]


def offer(view: ReleaseView, name: str) -> OfferView:
    return next(each for each in view.offers if each.offer_id == name)
