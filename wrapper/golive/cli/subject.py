"""The one grammar of the verbs: an offer, by the names its API has for it, or an operation's URL."""

from __future__ import annotations

from urllib.parse import urlsplit

import click
from attrs import frozen

from golive import GoLiveError, Operation, Origin, SubmissionRef
from golive.cli.apis import Api, Client, api_of, names_of
from golive.ingestion.location import BASE, parse_submission
from golive.portal.location import parse_location

__all__ = ["NoOperation", "Subject", "split"]


class NoOperation(GoLiveError):
    """The offer has had no operation."""

    remedy = "Start one with `golive publish`."


def split(words: tuple[str, ...]) -> tuple[str, ...]:
    """Take `PUBLISHER/OFFER` apart, as golive itself writes an offer."""
    match words:
        case (both,) if both.count("/") == 1 and not both.startswith("/"):
            return tuple(both.split("/"))
    return words


@frozen
class Subject:
    """What a verb is about.

    Attributes:
        words: What was written: the names of an offer, or an operation's URL alone.
        is_url: Whether an operation's URL was written.
        api: The API that knows it: that of the URL, or the one that is set.
    """

    words: tuple[str, ...]
    is_url: bool = False
    api: Api = Api.GO_LIVE

    @classmethod
    def read(cls, words: tuple[str, ...], publisher: str | None, api: Api = Api.GO_LIVE) -> Subject:
        """Read what was written after the verb.

        Args:
            words: The arguments.
            publisher: The publisher that is set, for when the offer alone is written.
            api: The API that is set.

        Raises:
            click.UsageError: It is none of the forms.
        """
        match words:
            case (url,) if "/" in url:
                return cls(words, is_url=True, api=api_of(url))
            case (_,) if api is Api.PRODUCT_INGESTION:
                return cls(words, api=api)
            case (_, _) if api is Api.GO_LIVE:
                return cls(words)
            case (offer,) if publisher is not None:
                return cls((publisher, offer))
            case (_, _):
                raise click.UsageError(
                    f"With --api {api}, give OFFER alone: the account implies the publisher."
                )
            case (word,):
                raise click.UsageError(
                    f"{word!r} is not an operation URL. For an offer, give PUBLISHER OFFER, or set"
                    " --publisher or GOLIVE_PUBLISHER; for one of the Product Ingestion API, give"
                    " --api product-ingestion."
                )
        grammar = "OFFER" if api is Api.PRODUCT_INGESTION else "PUBLISHER OFFER"
        if words:
            raise click.UsageError(
                f"Too many arguments ({' '.join(words)}): give {grammar}, or an OPERATION-URL."
            )
        raise click.UsageError(f"Give {grammar}, or an OPERATION-URL.")

    def endpoint(self, endpoint: str | None) -> str | None:
        """Return the endpoint; a URL on this machine, as the emulator's are, names it by itself."""
        if endpoint is None and self.is_url:
            (url,) = self.words
            address = url.partition("#")[0]
            try:
                if self.api is Api.PRODUCT_INGESTION:
                    origin = Origin.of(urlsplit(address))
                    parse_submission(address, origin)
                else:
                    origin = Origin.parse(url.partition("/api/")[0])
                    parse_location(address, origin)
            except ValueError:
                return None
            if origin.is_loopback:
                return f"{origin}{BASE if self.api is Api.PRODUCT_INGESTION else ''}"
        return endpoint

    def offer(self, client: Client) -> tuple[str, ...]:
        """Return the names of the offer, as the client takes them; of a URL those that it names."""
        return names_of(client.operation(self.words[0]).ref) if self.is_url else self.words

    def submission(self, client: Client) -> str | None:
        """Return the submission that a URL names, if one was written."""
        ref = client.operation(self.words[0]).ref if self.is_url else None
        return ref.submission if isinstance(ref, SubmissionRef) else None

    def operation(self, client: Client) -> Operation:
        """Return the operation: the URL's; of an offer the one that runs, else the latest.

        Raises:
            NoOperation: The offer has had none.
        """
        if self.is_url:
            return client.operation(self.words[0])
        operation = client.latest_operation(*self.words)
        if operation is None:
            raise NoOperation(f"{'/'.join(self.words)} has had no operation yet.")
        return operation
