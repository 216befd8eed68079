"""The service's words and what they mean.

The reference contradicts itself about the words for a status, and running clients saw still others
(pages "retrieve-operations", "retrieve-offer-status"); hence `State.of`. Nothing here does I/O.
"""

from __future__ import annotations

import re
from enum import StrEnum

__all__ = [
    "GO_LIVE",
    "LIVE",
    "MIGRATED",
    "PRODUCTION",
    "PUBLISH",
    "SIGN_OFF",
    "State",
    "awaits_publisher",
    "offer_state",
    "same_word",
]

#: The step in which a publish waits for its publisher (page "retrieve-offer-status"). What is called so
#: is its `id`, or for migrated offers its `stepName`, as a running client saw.
SIGN_OFF = "publisher-signoff"

#: The step after the sign-off, in which the offer goes live (page "retrieve-offer-status").
LIVE = "live"

#: What the list calls a publish and a go-live (`submissionType`, page "retrieve-operations").
PUBLISH = "publish"
GO_LIVE = "goLive"

#: The slot that a go-live works on in the list, where a publish has `staging`; as running clients saw.
PRODUCTION = "production"

#: What the document of a migrated offer says for `pcMigrationStatus`; recorded from the service.
MIGRATED = "migrated"


class State(StrEnum):
    """What a status word of the service means."""

    NOT_STARTED = "not started"
    RUNNING = "running"
    #: A person must act: the publisher has to sign off, or a step is blocked.
    WAITING_FOR_PUBLISHER = "waiting for publisher"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"
    #: A word that golive does not know, or none yet. It never ends a wait.
    UNKNOWN = "unknown"

    @classmethod
    def of(cls, word: str) -> State:
        """Return what a word of the service means, without regard to case, spaces, `-` and `_`.

        Args:
            word: The word as the service wrote it.

        Returns:
            The state; `UNKNOWN` for a word that is not known.
        """
        return _MEANINGS.get(_normalized(word), cls.UNKNOWN)

    @property
    def is_terminal(self) -> bool:
        """Whether nothing changes any more."""
        return self in (State.SUCCEEDED, State.FAILED, State.CANCELED)


def _normalized(word: str) -> str:
    return re.sub(r"[\s_-]+", "", word).casefold()


def same_word(one: str, other: str) -> bool:
    """Tell whether two words of the service are the same but for case, spaces, `-` and `_`."""
    return _normalized(one) == _normalized(other)


def awaits_publisher(word: str) -> bool:
    """Tell whether a word says that the publisher has to sign off; a step that is blocked does not."""
    return _normalized(word) in _SIGN_OFF_WORDS


def offer_state(word: str) -> State:
    """Return what a word for an offer means: one more is known, `published`, said of no operation."""
    return State.SUCCEEDED if same_word(word, "published") else State.of(word)


_SIGN_OFF_WORDS = ("waitingforpublisherreview", "waitingforapproval")

_MEANINGS = {
    word: state
    for state, words in {
        State.NOT_STARTED: ("notstarted", "neverpublished"),
        State.RUNNING: ("running", "inprogress"),
        State.WAITING_FOR_PUBLISHER: (*_SIGN_OFF_WORDS, "blocked"),
        State.SUCCEEDED: ("complete", "completed", "succeeded"),
        State.FAILED: ("failed", "rejected"),
        State.CANCELED: ("canceled", "cancelled"),
    }.items()
    for word in words
}
