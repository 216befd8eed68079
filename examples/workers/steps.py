"""The three steps of a go-live that outlives its workers; see docs/how-to/workers.md."""

from __future__ import annotations

from typing import Any

from azure.identity import DefaultAzureCredential

from golive import Baseline, Checkpoint, GoLiveClient, SubmissionUncertain


def before(publisher: str, offer: str) -> dict[str, Any]:
    """Take down what is known, once for each release. Store it before `begin` is called."""
    with GoLiveClient(DefaultAzureCredential()) as client:
        return client.baseline(publisher, offer).to_dict()


def begin(known: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Begin, or adopt what an earlier call began, even if it has ended meanwhile.

    Returns:
        What to store in place of `known`, and the checkpoint; without one, call again with the former.
    """
    baseline = Baseline.from_dict(known)
    with GoLiveClient(DefaultAzureCredential()) as client:
        try:
            operation = client.begin_go_live(baseline.publisher_id, baseline.offer_id, baseline=baseline)
        except SubmissionUncertain as error:
            # It knows when the request was sent, so that the next call waits out what is left.
            return (error.baseline or baseline).to_dict(), None
    return known, operation.checkpoint().to_dict()


def look(point: dict[str, Any]) -> tuple[dict[str, Any], float | None]:
    """Look once.

    Returns:
        The checkpoint to go on from, and in how many seconds; None if the offer is live.

    Raises:
        golive.OperationFailed, golive.OperationCanceled: It ended otherwise.
    """
    with GoLiveClient(DefaultAzureCredential()) as client:
        operation = client.operation(Checkpoint.from_dict(point))
        # A look that fails is no outcome; the checkpoint counts it.
        operation.poll()
        if operation.done:
            operation.outcome()
        return operation.checkpoint().to_dict(), None if operation.done else operation.next_poll_in
