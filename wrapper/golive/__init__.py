"""Take an offer live on Microsoft's commercial marketplace, and never do it twice by accident.

`GoLiveClient` and `AsyncGoLiveClient` are the same thing with the same names. What they begin is an
`Operation` (`AsyncOperation`); what an operation says is an `OperationStatus`; what goes wrong is a
`GoLiveError`, whose tree is drawn in `golive.errors`.
"""

from golive._version import __version__

# What type checkers take for true, without the cost of typing.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from golive.aio import AsyncOperation
    from golive.blocking import Operation
    from golive.checkpoint import Checkpoint
    from golive.clock import Clock, SystemClock
    from golive.credentials import AsyncCredential, Credential
    from golive.durations import Duration
    from golive.errors import (
        CredentialError,
        GoLiveError,
        InvalidInput,
        InvalidLocation,
        NotAllowed,
        NotAuthenticated,
        NotCanceled,
        NotFound,
        NotFromService,
        NothingToCancel,
        NotReady,
        OperationCanceled,
        OperationError,
        OperationFailed,
        Overtaken,
        PreconditionFailed,
        RequestRefused,
        ServiceError,
        ServiceFault,
        ServiceUnreachable,
        SubmissionUncertain,
        Throttled,
        Undecided,
        UnexpectedAnswer,
        UnsupportedVersion,
        WaitTimeout,
    )
    from golive.ingestion.aio import AsyncProductIngestionClient
    from golive.ingestion.client import ProductIngestionClient
    from golive.ingestion.difference import Change, Difference
    from golive.ingestion.location import SubmissionRef
    from golive.ingestion.snapshots import ProductStatus, ProductSubmission
    from golive.ingestion.starting import OnSubmitting
    from golive.origin import Origin
    from golive.portal.aio import AsyncGoLiveClient
    from golive.portal.baseline import Baseline
    from golive.portal.client import GoLiveClient
    from golive.portal.location import ENDPOINT
    from golive.portal.starting import OnSending
    from golive.refs import LocationForm, OperationKind, OperationRef
    from golive.retry import RetryPolicy
    from golive.schedule import PollingPolicy
    from golive.status import (
        Link,
        Message,
        Offer,
        OfferStatus,
        OperationStatus,
        Step,
        Submission,
    )
    from golive.vocabulary import State

__all__ = [
    "ENDPOINT",
    "AsyncCredential",
    "AsyncGoLiveClient",
    "AsyncOperation",
    "AsyncProductIngestionClient",
    "Baseline",
    "Change",
    "Checkpoint",
    "Clock",
    "Credential",
    "CredentialError",
    "Difference",
    "Duration",
    "GoLiveClient",
    "GoLiveError",
    "InvalidInput",
    "InvalidLocation",
    "Link",
    "LocationForm",
    "Message",
    "NotAllowed",
    "NotAuthenticated",
    "NotCanceled",
    "NotFound",
    "NotFromService",
    "NotReady",
    "NothingToCancel",
    "Offer",
    "OfferStatus",
    "OnSending",
    "OnSubmitting",
    "Operation",
    "OperationCanceled",
    "OperationError",
    "OperationFailed",
    "OperationKind",
    "OperationRef",
    "OperationStatus",
    "Origin",
    "Overtaken",
    "PollingPolicy",
    "PreconditionFailed",
    "ProductIngestionClient",
    "ProductStatus",
    "ProductSubmission",
    "RequestRefused",
    "RetryPolicy",
    "ServiceError",
    "ServiceFault",
    "ServiceUnreachable",
    "State",
    "Step",
    "Submission",
    "SubmissionRef",
    "SubmissionUncertain",
    "SystemClock",
    "Throttled",
    "Undecided",
    "UnexpectedAnswer",
    "UnsupportedVersion",
    "WaitTimeout",
    "__version__",
]

#: In which module each name is. It is loaded when it is first used: a command that only prints its
#: version, or a program that may not need golive at all, does not pay for an HTTP library.
_WHERE = {
    **dict.fromkeys(("Clock", "SystemClock"), "clock"),
    **dict.fromkeys(("AsyncCredential", "Credential"), "credentials"),
    "Duration": "durations",
    **dict.fromkeys(
        (
            "CredentialError",
            "GoLiveError",
            "InvalidInput",
            "InvalidLocation",
            "NotAllowed",
            "NotAuthenticated",
            "NotCanceled",
            "NotFound",
            "NotFromService",
            "NotReady",
            "NothingToCancel",
            "OperationCanceled",
            "OperationError",
            "OperationFailed",
            "Overtaken",
            "PreconditionFailed",
            "RequestRefused",
            "ServiceError",
            "ServiceFault",
            "ServiceUnreachable",
            "SubmissionUncertain",
            "Throttled",
            "Undecided",
            "UnexpectedAnswer",
            "UnsupportedVersion",
            "WaitTimeout",
        ),
        "errors",
    ),
    **dict.fromkeys(("Change", "Difference"), "ingestion.difference"),
    "AsyncProductIngestionClient": "ingestion.aio",
    "ProductIngestionClient": "ingestion.client",
    "SubmissionRef": "ingestion.location",
    **dict.fromkeys(("ProductStatus", "ProductSubmission"), "ingestion.snapshots"),
    "OnSubmitting": "ingestion.starting",
    "Origin": "origin",
    "AsyncGoLiveClient": "portal.aio",
    "AsyncOperation": "aio",
    "Baseline": "portal.baseline",
    "Checkpoint": "checkpoint",
    "GoLiveClient": "portal.client",
    "Operation": "blocking",
    "ENDPOINT": "portal.location",
    **dict.fromkeys(("LocationForm", "OperationKind", "OperationRef"), "refs"),
    "OnSending": "portal.starting",
    **dict.fromkeys(
        ("Link", "Message", "Offer", "OfferStatus", "OperationStatus", "Step", "Submission"),
        "status",
    ),
    "State": "vocabulary",
    "RetryPolicy": "retry",
    "PollingPolicy": "schedule",
}

if not TYPE_CHECKING:

    def __getattr__(name):
        """Return a name of the package, and load where it is."""
        from importlib import import_module

        if name == "errors":
            return import_module("golive.errors")
        if name not in _WHERE:
            raise AttributeError(f"module 'golive' has no attribute {name!r}")
        value = globals()[name] = getattr(import_module(f"golive.{_WHERE[name]}"), name)
        return value

    def __dir__():
        """Return the names of the package, those too that were not used yet."""
        return sorted({*globals(), *__all__})
