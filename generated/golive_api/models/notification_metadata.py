from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="NotificationMetadata")


@_attrs_define
class NotificationMetadata:
    """The list, as one string.

    Attributes:
        notification_emails (None | str | Unset): Addresses, separated by commas. Null is accepted and means none
            (*observed*); for migrated
            offers the service ignores the list.
    """

    notification_emails: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        notification_emails: None | str | Unset
        if isinstance(self.notification_emails, Unset):
            notification_emails = UNSET
        else:
            notification_emails = self.notification_emails

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if notification_emails is not UNSET:
            field_dict["notification-emails"] = notification_emails

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_notification_emails(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        notification_emails = _parse_notification_emails(
            d.pop("notification-emails", UNSET)
        )

        notification_metadata = cls(
            notification_emails=notification_emails,
        )

        notification_metadata.additional_properties = d
        return notification_metadata

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
