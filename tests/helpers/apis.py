"""What differs between the APIs for a test that holds for both: how to call, and what counts."""

from __future__ import annotations

from typing import Any

from conftest import LOCAL, MIGRATED, NON_MIGRATED, Side
from golive import (
    AsyncProductIngestionClient,
    GoLiveError,
    NotAuthenticated,
    NotFound,
    NotReady,
    ProductIngestionClient,
    RequestRefused,
    SubmissionUncertain,
    Undecided,
)
from golive.emulator import TOKEN, Emulator, Fault, Rule

__all__ = ["INGESTION", "PORTAL", "Api"]

UNAUTHORIZED = {Fault.EXPIRED_TOKEN, Fault.UNAUTHORIZED, Fault.CLAIMS_CHALLENGE}
#: The service did not act, and nobody can tell.
DID_NOT_ACT = {
    Fault.DROP_REQUEST,
    Fault.UNAVAILABLE,
    Fault.INTERNAL_ERROR,
    Fault.BAD_GATEWAY,
    Fault.BAD_GATEWAY_HTML,
    Fault.GATEWAY_TIMEOUT,
    Fault.ECHO_TOKEN,
    Fault.PROXY_PAGE,
    Fault.REQUEST_TIMEOUT,
    Fault.CLIENT_GONE,
}
#: The service refuses, and did not act.
REFUSED = {Fault.CONFLICT, Fault.MISDIRECTED, Fault.LOCKED, Fault.TOO_EARLY}
#: The service refuses, although it acted.
REFUSED_AFTER = {Fault.CONFLICT_AFTER, Fault.BAD_REQUEST_AFTER}


class Api:
    """The Cloud Partner Portal API.

    Attributes:
        starts: The kinds of requests that begin or cancel something.
        polls: The kinds by which an operation is followed.
        offers: Offers that are in preview.
        unpublished: An offer that can be published.
    """

    starts: tuple[str, ...] = ("golive", "publish", "cancel")
    polls: tuple[str, ...] = ("poll",)
    offers: tuple[str, ...] = (MIGRATED, NON_MIGRATED)
    unpublished = "contoso-draft"

    def __str__(self) -> str:
        return "portal"

    def client(self, side: Side, **options: Any) -> Any:
        """Open a client; it is closed when the test ends."""
        return side.client(**options)

    def go_live(self, client: Any, offer: str) -> Any:
        """Begin a go-live."""
        return client.begin_go_live("contoso", offer)

    def publish(self, client: Any, offer: str) -> Any:
        """Begin a publish."""
        return client.begin_publish("contoso", offer)

    def cancel(self, client: Any, offer: str, running: Any) -> Any:
        """Begin to cancel what runs."""
        return client.begin_cancel("contoso", offer)

    def accepted(self, emulator: Emulator, offer: str) -> int:
        """Return how many go-lives of an offer were accepted."""
        return emulator.accepted("contoso", offer)

    def expected(self, name: str, rule: Rule) -> type[GoLiveError] | None:
        """Return the documented outcome of a flow that a fault spoils: an error, or None for success."""
        kind, fault = rule.kind, rule.fault
        # What was accepted or read before is known to exist, and that the credential is good.
        certain = kind == "poll" and (name != "follow" or rule.first > 1)
        if fault in UNAUTHORIZED:
            return None if certain else NotAuthenticated
        if fault is Fault.NOT_FOUND:
            if kind == "submissions":
                # What runs has no address without a list; what does not is told by the offer's status.
                return Undecided if name == "adopt" else None
            return None if certain else NotFound
        if kind not in self.starts:
            return RequestRefused if fault is Fault.BAD_REQUEST_AFTER else None
        if fault in DID_NOT_ACT:
            return SubmissionUncertain
        if fault in REFUSED or (fault in REFUSED_AFTER and kind != "golive"):
            return RequestRefused
        return None


class _Ingestion(Api):
    """The Product Ingestion API."""

    starts = ("configure", "cancel")
    polls = ("job", "submissions", "detail")
    offers = ("contoso-app",)
    unpublished = "contoso-db"

    def __str__(self) -> str:
        return "ingestion"

    def client(self, side: Side, **options: Any) -> Any:
        """Open a client; it is closed when the test ends."""
        kind: Any = AsyncProductIngestionClient if side.is_async else ProductIngestionClient
        return side.keep(kind(TOKEN, **{"endpoint": LOCAL, "clock": side.clock, **options}))

    def go_live(self, client: Any, offer: str) -> Any:
        """Begin a go-live."""
        return client.begin_go_live(offer)

    def publish(self, client: Any, offer: str) -> Any:
        """Begin a publish."""
        return client.begin_publish(offer)

    def cancel(self, client: Any, offer: str, running: Any) -> Any:
        """Begin to cancel what runs, which is known by its job."""
        return client.begin_cancel(offer, job=running.ref.job)

    def accepted(self, emulator: Emulator, offer: str) -> int:
        """Return how many go-lives of an offer's submissions were accepted."""
        return sum(emulator.accepted_submissions(offer).values())

    def expected(self, name: str, rule: Rule) -> type[GoLiveError] | None:
        """Return the documented outcome of a flow that a fault spoils: an error, or None for success."""
        kind, fault, first = rule.kind, rule.fault, rule.first == 1
        # The first look finds the way; by the later ones something is followed.
        certain = kind in self.polls and not (first and (kind == "submissions" or name == "follow"))
        if name == "follow" and kind == "submissions":
            certain = True
        if name == "cancel" and kind == "submissions" and first:
            # The job is canceled; what bears that out is read again.
            return None
        if fault in UNAUTHORIZED:
            return None if certain else NotAuthenticated
        if fault is Fault.NOT_FOUND:
            # A job that is not known any more is told by its submission.
            return None if certain or kind == "job" else NotFound
        if kind not in self.starts:
            odd = fault in (Fault.ODD_ENTRY, Fault.UNKNOWN_STATUS)
            if odd and kind == "submissions" and first and name in ("go-live", "publish"):
                return Undecided
            if fault is Fault.STATUS_BACKWARDS and first and name in ("go-live", "publish"):
                # What is live says that it is on its way there, beside what is in preview.
                return NotReady if kind == "submissions" else None
            if fault is Fault.UNKNOWN_STATUS and kind == "submissions" and first and name == "adopt":
                return Undecided
            refused = fault is Fault.BAD_REQUEST_AFTER and kind != "detail"
            return RequestRefused if refused else None
        if kind == "cancel":
            # What the job says decides; a job that ended is canceled, whatever the answer was.
            if fault in DID_NOT_ACT:
                return SubmissionUncertain
            return RequestRefused if fault in REFUSED else None
        if fault in DID_NOT_ACT:
            return SubmissionUncertain
        if fault in REFUSED or fault is Fault.BAD_REQUEST_AFTER:
            return RequestRefused
        return None


PORTAL, INGESTION = Api(), _Ingestion()
