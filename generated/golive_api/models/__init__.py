"""Contains all the data models used in inputs/outputs"""

from .error_body import ErrorBody
from .error_detail import ErrorDetail
from .known_status_word import KnownStatusWord
from .message import Message
from .message_level_type_0 import MessageLevelType0
from .notification import Notification
from .notification_metadata import NotificationMetadata
from .offer_link import OfferLink
from .offer_status import OfferStatus
from .operation import Operation
from .step import Step
from .submission import Submission
from .submission_definition import SubmissionDefinition
from .submission_metadata import SubmissionMetadata

__all__ = (
    "ErrorBody",
    "ErrorDetail",
    "KnownStatusWord",
    "Message",
    "MessageLevelType0",
    "Notification",
    "NotificationMetadata",
    "OfferLink",
    "OfferStatus",
    "Operation",
    "Step",
    "Submission",
    "SubmissionDefinition",
    "SubmissionMetadata",
)
