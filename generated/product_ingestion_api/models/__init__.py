"""Contains all the data models used in inputs/outputs"""

from .configure import Configure
from .configure_schema import ConfigureSchema
from .error_answer import ErrorAnswer
from .error_detail import ErrorDetail
from .get_resource_tree_target_type import GetResourceTreeTargetType
from .go_live import GoLive
from .job_detail import JobDetail
from .job_status import JobStatus
from .list_submissions_target_type import ListSubmissionsTargetType
from .live_target import LiveTarget
from .preview_target import PreviewTarget
from .product import Product
from .product_by_external_id import ProductByExternalId
from .product_list import ProductList
from .publish_preview import PublishPreview
from .reference_by_name import ReferenceByName
from .resource import Resource
from .resource_tree import ResourceTree
from .service_error import ServiceError
from .service_error_inner_error_type_0 import ServiceErrorInnerErrorType0
from .submission import Submission
from .submission_list import SubmissionList
from .target import Target

__all__ = (
    "Configure",
    "ConfigureSchema",
    "ErrorAnswer",
    "ErrorDetail",
    "GetResourceTreeTargetType",
    "GoLive",
    "JobDetail",
    "JobStatus",
    "ListSubmissionsTargetType",
    "LiveTarget",
    "PreviewTarget",
    "Product",
    "ProductByExternalId",
    "ProductList",
    "PublishPreview",
    "ReferenceByName",
    "Resource",
    "ResourceTree",
    "ServiceError",
    "ServiceErrorInnerErrorType0",
    "Submission",
    "SubmissionList",
    "Target",
)
