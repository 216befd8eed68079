"""The two APIs that the command speaks, and what differs between them: never guessed, always said."""

from __future__ import annotations

from enum import StrEnum
from urllib.parse import urlsplit

from golive import GoLiveClient, OperationRef, Origin, PollingPolicy, ProductIngestionClient
from golive.cli import bearer
from golive.credentials import SCOPE
from golive.ingestion import location as ingestion
from golive.portal import location as portal

__all__ = ["Api", "Client", "api_of", "name_of", "names_of"]

#: A client of either API: the verbs are the same, an offer's names are not.
Client = GoLiveClient | ProductIngestionClient


class Api(StrEnum):
    """Which API: a setting, or what an operation's URL says."""

    GO_LIVE = "go-live"
    PRODUCT_INGESTION = "product-ingestion"

    @property
    def endpoint(self) -> str:
        """Where the service is."""
        return portal.ENDPOINT if self is Api.GO_LIVE else ingestion.ENDPOINT

    @property
    def resource(self) -> str:
        """What a token is for."""
        return (SCOPE if self is Api.GO_LIVE else ingestion.SCOPE).removesuffix("/.default")

    def origin(self, endpoint: str, *, allow_http: bool) -> Origin:
        """Read an endpoint.

        Raises:
            InvalidInput: It is none.
        """
        parse = Origin.parse if self is Api.GO_LIVE else ingestion.origin_of
        return parse(endpoint, allow_http=allow_http)

    def polling(self, origin: Origin, interval: float | None) -> PollingPolicy:
        """Return how often to ask, from the interval that is set."""
        usual = PollingPolicy()
        if interval is None:
            # Product Ingestion wants no more than a poll a minute; an emulator's days take seconds.
            paced = self is Api.PRODUCT_INGESTION and not origin.is_loopback
            return PollingPolicy(min_delay=60.0) if paced else usual
        return PollingPolicy(min_delay=interval, max_delay=max(interval, usual.max_delay))

    def client(self, endpoint: str, *, allow_http: bool, polling: PollingPolicy) -> Client:
        """Open a client."""
        origin = self.origin(endpoint, allow_http=allow_http)
        kind = GoLiveClient if self is Api.GO_LIVE else ProductIngestionClient
        credential = bearer.credential(origin, self.resource)
        return kind(credential, endpoint=endpoint, polling=polling, allow_http=allow_http)


def api_of(url: str) -> Api:
    """Return the API of an operation's URL."""
    of_ingestion = urlsplit(url).path.startswith(f"{ingestion.BASE}/")
    return Api.PRODUCT_INGESTION if of_ingestion else Api.GO_LIVE


def names_of(ref: OperationRef) -> tuple[str, ...]:
    """Return the names by which a client knows an operation's offer: the publisher's first, if any."""
    return tuple(filter(None, (ref.publisher_id, ref.offer_id)))


def name_of(ref: OperationRef) -> str:
    """Return what an operation's offer is called for people."""
    return "/".join(names_of(ref))
