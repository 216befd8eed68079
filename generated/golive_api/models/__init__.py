"""Contains all the data models used in inputs/outputs"""

from .error_body import ErrorBody
from .error_cause import ErrorCause
from .error_detail import ErrorDetail
from .get_offer_slot_slot import GetOfferSlotSlot
from .known_status_word import KnownStatusWord
from .message import Message
from .message_body import MessageBody
from .message_body_model_state_type_0 import MessageBodyModelStateType0
from .message_level_type_0 import MessageLevelType0
from .notification import Notification
from .notification_metadata import NotificationMetadata
from .offer import Offer
from .offer_definition import OfferDefinition
from .offer_draft import OfferDraft
from .offer_draft_definition import OfferDraftDefinition
from .offer_link import OfferLink
from .offer_status import OfferStatus
from .offer_type import OfferType
from .operation import Operation
from .publisher import Publisher
from .publisher_definition import PublisherDefinition
from .step import Step
from .submission import Submission
from .submission_definition import SubmissionDefinition
from .submission_metadata import SubmissionMetadata
from .submission_slot_type_0 import SubmissionSlotType0
from .variant import Variant
from .variant_body import VariantBody

__all__ = (
    "ErrorBody",
    "ErrorCause",
    "ErrorDetail",
    "GetOfferSlotSlot",
    "KnownStatusWord",
    "Message",
    "MessageBody",
    "MessageBodyModelStateType0",
    "MessageLevelType0",
    "Notification",
    "NotificationMetadata",
    "Offer",
    "OfferDefinition",
    "OfferDraft",
    "OfferDraftDefinition",
    "OfferLink",
    "OfferStatus",
    "OfferType",
    "Operation",
    "Publisher",
    "PublisherDefinition",
    "Step",
    "Submission",
    "SubmissionDefinition",
    "SubmissionMetadata",
    "SubmissionSlotType0",
    "Variant",
    "VariantBody",
)
