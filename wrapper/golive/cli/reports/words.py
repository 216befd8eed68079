"""What is said of a state, alike wherever it is shown."""

from __future__ import annotations

from golive import Offer, OfferStatus, OperationKind, OperationStatus, State, Step, Submission
from golive.cli.history import History

__all__ = ["describe", "outcome", "worded"]


def outcome(history: History) -> str:
    """Say what a success means for the offer."""
    kind, state = history.operation.kind, history.status.state
    # Some services end the operation there, others let it go on.
    if kind is OperationKind.PUBLISH and (history.status.ready_to_go_live or not state.is_terminal):
        return "is in preview and waits for its publisher"
    return {
        OperationKind.GO_LIVE: "is live",
        OperationKind.PUBLISH: "was published",
        OperationKind.CANCEL: "was canceled",
    }[kind]


def describe(status: OperationStatus | OfferStatus) -> str:
    """Say in a few words where an operation or an offer stands."""
    # The service calls it running then, or its publish succeeded.
    if status.ready_to_go_live:
        return "in preview, ready to go live"
    if status.state is State.UNKNOWN and not status.word:
        return "not asked yet"
    return worded(status)


def worded(thing: Step | Submission | OperationStatus | OfferStatus | Offer) -> str:
    """Return the state of a thing; a word of the service that says more than ours is shown with it."""
    return f"unknown ({thing.word})" if thing.state is State.UNKNOWN else thing.state.value
