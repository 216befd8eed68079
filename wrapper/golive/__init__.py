"""Take an offer live on Microsoft's commercial marketplace, and never do it twice by accident.

`GoLiveClient` and `AsyncGoLiveClient` are the same thing with the same names. What they begin is an
`Operation` (`AsyncOperation`); what an operation says is an `OperationStatus`; what goes wrong is a
`GoLiveError`, whose tree is drawn in `golive.errors`.
"""

import logging

from golive._version import __version__
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
    OperationCanceled,
    OperationError,
    OperationFailed,
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
from golive.origin import Origin
from golive.portal.aio import AsyncGoLiveClient, AsyncOperation
from golive.portal.baseline import Baseline
from golive.portal.checkpoint import Checkpoint
from golive.portal.client import GoLiveClient, Operation
from golive.portal.location import ENDPOINT, LocationForm, OperationKind, OperationRef
from golive.portal.starting import OnSending
from golive.portal.status import (
    Link,
    Message,
    Offer,
    OfferStatus,
    OperationStatus,
    Step,
    Submission,
)
from golive.portal.vocabulary import State
from golive.retry import RetryPolicy
from golive.schedule import PollingPolicy

__all__ = [
    "ENDPOINT",
    "AsyncCredential",
    "AsyncGoLiveClient",
    "AsyncOperation",
    "Baseline",
    "Checkpoint",
    "Clock",
    "Credential",
    "CredentialError",
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
    "NothingToCancel",
    "Offer",
    "OfferStatus",
    "OnSending",
    "Operation",
    "OperationCanceled",
    "OperationError",
    "OperationFailed",
    "OperationKind",
    "OperationRef",
    "OperationStatus",
    "Origin",
    "PollingPolicy",
    "PreconditionFailed",
    "RequestRefused",
    "RetryPolicy",
    "ServiceError",
    "ServiceFault",
    "ServiceUnreachable",
    "State",
    "Step",
    "Submission",
    "SubmissionUncertain",
    "SystemClock",
    "Throttled",
    "Undecided",
    "UnexpectedAnswer",
    "UnsupportedVersion",
    "WaitTimeout",
    "__version__",
]

# What is logged is shown only if the application asks for it.
logging.getLogger("golive").addHandler(logging.NullHandler())
