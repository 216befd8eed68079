"""What `--json` shows: one object per event, as `golive/cli/events.schema.json` describes them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import attrs

from golive import (
    Difference,
    GoLiveError,
    Message,
    Offer,
    OfferStatus,
    Operation,
    OperationRef,
    OperationStatus,
    ProductStatus,
    ProductSubmission,
    ServiceError,
    Submission,
    SubmissionRef,
)
from golive.cli.exits import Exit, exit_of
from golive.cli.history import History
from golive.cli.reports import Report
from golive.cli.reports.words import done, standing

__all__ = ["JsonReport"]


class JsonReport(Report):
    """JSON lines: one object per event, as the schema describes it."""

    def begun(self, operation: Operation, how: str) -> None:
        """Show what is followed now."""
        self._event(
            "operation",
            operation,
            kind=operation.kind,
            publisher=operation.ref.publisher_id,
            offer=operation.ref.offer_id,
            form=operation.ref.form,
            adopted=operation.adopted or how.startswith("adopted"),
            **_product(operation.ref),
        )

    def update(self, history: History) -> None:
        """Show a new snapshot."""
        operation, status = history.operation, history.status
        fields = _as_json(status)
        fields |= {"percent": done(operation.kind, status), "kind": operation.kind}
        self._event("status", operation, next_poll_in=round(operation.next_poll_in, 1), **fields)

    def ended(self, history: History) -> None:
        """Show the outcome of a success."""
        self.left(history.operation)

    def left(self, operation: Operation) -> None:
        """Show the end of what is not waited for."""
        self._event("end", operation, state=standing(operation.status), exit_code=Exit.OK)

    def listed(self, submissions: tuple[Submission, ...]) -> None:
        """Show the operations of an offer, an event each."""
        for each in submissions:
            plain = {name: _plain(getattr(each, name)) for name in attrs.fields_dict(type(each))}
            self.tell(
                "submission", (), operation_url=each.continuation_token, **{**plain, "ref": each.ref.url}
            )

    def offered(self, offers: tuple[Offer, ...]) -> None:
        """Show the offers of a publisher, an event each."""
        names = ("type", "name", "state", "word", "version", "changed", "migrated", "etag")
        for offer in offers:
            plain = {name: _plain(getattr(offer, name)) for name in names}
            self.tell("listed-offer", (), publisher=offer.publisher_id, offer=offer.id, **plain)

    def stands(self, names: tuple[str, ...], status: OfferStatus) -> None:
        """Show whether an offer can go live, as an event."""
        told = {**_as_json(status), **_named(names), "ready": status.ready_to_go_live}
        if isinstance(status, ProductStatus):
            del told["offer_id"]
            told |= {name: _number(getattr(status, name)) for name in ("preview", "live", "running")}
        # Which is what this event is about, and has a name of its own in it.
        del told["ready_to_go_live"]
        self.tell("offer", (), **told)

    def differs(self, offer: str, difference: Difference) -> None:
        """Show what one stage of an offer holds that the next does not, as an event."""
        self.tell("difference", (), **_named((offer,)), **_plain(difference))

    def idle(self, names: tuple[str, ...]) -> None:
        """Show that nothing new runs for an offer that is watched, as an event."""
        self.tell("idle", (), **_named(names))

    def tell(self, event: str, lines: Sequence[str], **fields: object) -> None:
        """Show anything else, as an event."""
        # DEL is the one control character that JSON, as Python writes it, does not escape.
        at = datetime.now(UTC).isoformat(timespec="seconds")
        line = json.dumps({"event": event, "at": at, **fields}).replace("\x7f", "\\u007f")
        print(line, file=self._out, flush=True)

    def failed(self, error: GoLiveError) -> Exit:
        """Show an error, as an event and in one line."""
        code = exit_of(error)
        more: dict[str, Any] = {}
        if isinstance(error, ServiceError):
            more = {
                "status_code": error.status_code,
                "code": error.code,
                "correlation_id": error.correlation_id,
            }
        try:
            self.tell(
                "error",
                (),
                operation_url=error.continuation_token,
                error=type(error).__name__,
                message=str(error),
                exit_code=code,
                **more,
            )
        finally:
            super().failed(error)
        return code

    def interrupted(self, operation: Operation | None, code: Exit, reason: str) -> Exit:
        """Show what an interruption leaves behind, as an event and in one line."""
        url = operation.continuation_token() if operation else None
        self.tell("interrupted", (), operation_url=url, exit_code=code)
        return super().interrupted(operation, code, reason)

    def _event(self, event: str, operation: Operation, **more: object) -> None:
        self.tell(event, (), operation_url=operation.continuation_token(), **more)


def _named(names: tuple[str, ...]) -> dict[str, str]:
    """Return an offer's names; the publisher is empty where the account implies it."""
    *publisher, offer = names
    return {"publisher": "".join(publisher), "offer": offer}


def _product(ref: OperationRef) -> dict[str, Any]:
    """Return what the address of an operation of the Product Ingestion API says beside the offer."""
    if not isinstance(ref, SubmissionRef):
        return {}
    return {"product": ref.product, "submission": ref.submission, "job": ref.job}


def _number(submission: ProductSubmission | None) -> str | None:
    return None if submission is None else submission.number


def _as_json(status: OperationStatus | OfferStatus) -> dict[str, Any]:
    step = status.current_step
    return {
        **_plain(status),
        "state": standing(status),
        "ready_to_go_live": status.ready_to_go_live,
        "percent": status.percent,
        "current_step": step.id if step else None,
    }


def _plain(value: Any) -> Any:
    """Return the JSON form of a snapshot; a message gets its text without markup beside it."""
    if isinstance(value, OperationRef):
        return value.url
    if attrs.has(type(value)):
        fields = {name: _plain(getattr(value, name)) for name in attrs.fields_dict(type(value))}
        return {**fields, "text": value.text} if isinstance(value, Message) else fields
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, datetime) else value
