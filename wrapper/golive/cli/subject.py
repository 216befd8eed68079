"""The one grammar of the verbs: `PUBLISHER OFFER`, `OFFER` of the publisher that is set, or `TOKEN`."""

from __future__ import annotations

import click
from attrs import frozen

from golive import GoLiveClient, GoLiveError, Operation, Origin
from golive.location import parse_location

__all__ = ["NoOperation", "Subject", "split"]


class NoOperation(GoLiveError):
    """The offer has had no operation."""

    remedy = "Begin one with `golive publish`."


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
        words: What was written: publisher and offer, or a token alone.
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
            case (token,) if "/" in token:
                return cls(words)
            case (offer,) if publisher is not None:
                return cls((publisher, offer))
            case (word,):
                raise click.UsageError(
                    f"{word!r} is no token, which is an address. If it is an offer, name its publisher"
                    " before it, by --publisher or in GOLIVE_PUBLISHER."
                )
        raise click.UsageError("Give PUBLISHER and OFFER, or the TOKEN of an operation.")

    @property
    def is_token(self) -> bool:
        """Whether a token was written."""
        return len(self.words) == 1

    def endpoint(self, endpoint: str | None) -> str | None:
        """Return the endpoint; a token of this machine, as the emulator's are, says it by itself."""
        if endpoint is None and self.is_token:
            (token,) = self.words
            try:
                origin = Origin.parse(token.partition("/api/")[0])
                parse_location(token.partition("#")[0], origin)
            except ValueError:
                return None
            if origin.is_loopback:
                return str(origin)
        return endpoint

    def offer(self, client: GoLiveClient) -> tuple[str, str]:
        """Return publisher and offer; of a token those that it names."""
        if self.is_token:
            ref = client.operation(self.words[0]).ref
            return ref.publisher_id, ref.offer_id
        publisher, offer = self.words
        return publisher, offer

    def operation(self, client: GoLiveClient) -> Operation:
        """Return the operation: the token's; of an offer the one that runs, else the latest.

        Raises:
            NoOperation: The offer has had none.
        """
        if self.is_token:
            return client.operation(self.words[0])
        publisher, offer = self.words
        operation = client.latest_operation(publisher, offer)
        if operation is None:
            raise NoOperation(f"The offer {publisher}/{offer} has had no operation.")
        return operation
