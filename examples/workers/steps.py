"""The three steps of a go-live that outlives its workers; see docs/how-to/workers.md."""

from __future__ import annotations

from typing import Any

from azure.identity import DefaultAzureCredential

from golive import Baseline, GoLiveClient, PollingPolicy, ServiceUnreachable, SubmissionUncertain

POLICY = PollingPolicy()


def before(publisher: str, offer: str) -> dict[str, Any]:
    """Take down what is known, once for each release. Store it before `begin` is called."""
    with GoLiveClient(DefaultAzureCredential()) as client:
        return client.baseline(publisher, offer).to_dict()


def begin(known: dict[str, Any]) -> tuple[dict[str, Any], str | None]:
    """Begin, or adopt what an earlier call began, even if it has ended meanwhile.

    Returns:
        What to store in place of `known`, and the token; without a token, call again with the former.
    """
    baseline = Baseline.from_dict(known)
    with GoLiveClient(DefaultAzureCredential()) as client:
        try:
            operation = client.begin_go_live(baseline.publisher_id, baseline.offer_id, baseline=baseline)
        except SubmissionUncertain as error:
            # It knows when the request was sent, so that the next call waits out what is left.
            return (error.baseline or baseline).to_dict(), None
    return known, operation.continuation_token()


def look(token: str, waited: float) -> float | None:
    """Look once. Return in how many seconds to look again; None if the offer is live.

    Raises:
        golive.OperationFailed, golive.OperationCanceled: It ended otherwise.
    """
    with GoLiveClient(DefaultAzureCredential()) as client:
        operation = client.operation(token)
        try:
            operation.refresh()
        except ServiceUnreachable:
            # An outage is no outcome.
            return POLICY.pause(waited)
        if not operation.done:
            return POLICY.pause(waited)
        operation.result()
        return None
