"""The one grammar of the verbs: `PUBLISHER OFFER`, `OFFER` of the publisher that is set, or a URL."""

from __future__ import annotations

import click
from attrs import frozen

from golive import GoLiveClient, GoLiveError, Operation, Origin
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
        words: What was written: publisher and offer, or an operation's URL alone.
    """

    words: tuple[str, ...]

    @classmethod
    def read(cls, words: tuple[str, ...], publisher: str | None) -> Subject:
        """Read what was written after the verb.

        Args:
            words: The arguments.
            publisher: The publisher that is set, for when the offer alone is written.

        Raises:
            click.UsageError: It is none of the three forms.
        """
        match words:
            case (_, _):
                return cls(words)
            case (url,) if "/" in url:
                return cls(words)
            case (offer,) if publisher is not None:
                return cls((publisher, offer))
            case (word,):
                raise click.UsageError(
                    f"{word!r} is not an operation URL. For an offer, give PUBLISHER OFFER, or set"
                    " --publisher or GOLIVE_PUBLISHER."
                )
            case ():
                raise click.UsageError("Give PUBLISHER OFFER, or an OPERATION-URL.")
        raise click.UsageError(
            f"Too many arguments ({' '.join(words)}): give PUBLISHER OFFER, or an OPERATION-URL."
        )

    @property
    def is_url(self) -> bool:
        """Whether an operation's URL was written."""
        return len(self.words) == 1

    def endpoint(self, endpoint: str | None) -> str | None:
        """Return the endpoint; a URL on this machine, as the emulator's are, names it by itself."""
        if endpoint is None and self.is_url:
            (url,) = self.words
            try:
                origin = Origin.parse(url.partition("/api/")[0])
                parse_location(url.partition("#")[0], origin)
            except ValueError:
                return None
            if origin.is_loopback:
                return str(origin)
        return endpoint

    def offer(self, client: GoLiveClient) -> tuple[str, str]:
        """Return publisher and offer; of a URL those that it names."""
        if self.is_url:
            ref = client.operation(self.words[0]).ref
            return ref.publisher_id, ref.offer_id
        publisher, offer = self.words
        return publisher, offer

    def operation(self, client: GoLiveClient) -> Operation:
        """Return the operation: the URL's; of an offer the one that runs, else the latest.

        Raises:
            NoOperation: The offer has had none.
        """
        if self.is_url:
            return client.operation(self.words[0])
        publisher, offer = self.words
        operation = client.latest_operation(publisher, offer)
        if operation is None:
            raise NoOperation(f"{publisher}/{offer} has had no operation yet.")
        return operation
