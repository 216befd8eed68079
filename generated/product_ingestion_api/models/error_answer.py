from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.service_error import ServiceError


T = TypeVar("T", bound="ErrorAnswer")


@_attrs_define
class ErrorAnswer:
    """What went wrong [private-offer-troubleshooting]. The service and Microsoft Graph in front of it
    wrap their errors alike and write them differently (*inferred*). An answer that is an error may as
    well have no body at all, without a `Content-Type`, which no schema can say; and a proxy may answer
    HTML.

        Attributes:
            error (ServiceError): What went wrong, in an answer or in a job [generated-models]. The code proves little: a
                submission in
                progress, and a certification that failed, were *observed* as `internalServerError`.
    """

    error: ServiceError
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        error = self.error.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "error": error,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.service_error import ServiceError  # noqa: PLC0415

        d = dict(src_dict)
        error = ServiceError.from_dict(d.pop("error"))

        error_answer = cls(
            error=error,
        )

        error_answer.additional_properties = d
        return error_answer

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
