from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.reference_by_name import ReferenceByName


T = TypeVar("T", bound="ErrorDetail")


@_attrs_define
class ErrorDetail:
    """A part or a cause of an error [generated-models]; it can have causes of its own.

    Attributes:
        code (str): `businessValidationError`, `collectionLimitExceeded`, `invalidId`, `invalidEntityStatus`,
            `invalidRequest`, `invalidResource`, `invalidState`, `notDeployed`, `notSupported`,
            `operationCanceled`, `productLocked`, `resourceNotFound` or `schemaValidationError`
            [generated-models]. The set is open.
        resource_id (None | ReferenceByName | str | Unset): What something is about [resource-schemas]: its durable id,
            or an object with the `externalId` or
            the `resourceName` that the request had.
        message (None | str | Unset): An explanation for people.
        details (list[ErrorDetail] | None | Unset): What it consists of; the innermost may have none (*observed*).
    """

    code: str
    resource_id: None | ReferenceByName | str | Unset = UNSET
    message: None | str | Unset = UNSET
    details: list[ErrorDetail] | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.reference_by_name import ReferenceByName  # noqa: PLC0415

        code = self.code

        resource_id: dict[str, Any] | None | str | Unset
        if isinstance(self.resource_id, Unset):
            resource_id = UNSET
        elif isinstance(self.resource_id, ReferenceByName):
            resource_id = self.resource_id.to_dict()
        else:
            resource_id = self.resource_id

        message: None | str | Unset
        if isinstance(self.message, Unset):
            message = UNSET
        else:
            message = self.message

        details: list[dict[str, Any]] | None | Unset
        if isinstance(self.details, Unset):
            details = UNSET
        elif isinstance(self.details, list):
            details = []
            for details_type_0_item_data in self.details:
                details_type_0_item = details_type_0_item_data.to_dict()
                details.append(details_type_0_item)

        else:
            details = self.details

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "code": code,
            }
        )
        if resource_id is not UNSET:
            field_dict["resourceId"] = resource_id
        if message is not UNSET:
            field_dict["message"] = message
        if details is not UNSET:
            field_dict["details"] = details

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.reference_by_name import ReferenceByName  # noqa: PLC0415

        d = dict(src_dict)
        code = d.pop("code")

        def _parse_resource_id(data: object) -> None | ReferenceByName | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_reference_type_1 = ReferenceByName.from_dict(data)

                return componentsschemas_reference_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | ReferenceByName | str | Unset, data)

        resource_id = _parse_resource_id(d.pop("resourceId", UNSET))

        def _parse_message(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        message = _parse_message(d.pop("message", UNSET))

        def _parse_details(data: object) -> list[ErrorDetail] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                details_type_0 = []
                _details_type_0 = data
                for details_type_0_item_data in _details_type_0:
                    details_type_0_item = ErrorDetail.from_dict(
                        details_type_0_item_data
                    )

                    details_type_0.append(details_type_0_item)

                return details_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[ErrorDetail] | None | Unset, data)

        details = _parse_details(d.pop("details", UNSET))

        error_detail = cls(
            code=code,
            resource_id=resource_id,
            message=message,
            details=details,
        )

        error_detail.additional_properties = d
        return error_detail

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
