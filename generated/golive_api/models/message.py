from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.message_level_type_0 import MessageLevelType0, check_message_level_type_0
from ..types import UNSET, Unset

T = TypeVar("T", bound="Message")


@_attrs_define
class Message:
    """A message of the service, as the sample of [retrieve-operations] shows it.

    Attributes:
        message_html (str): The text, as HTML. Escape it before showing it.
        level (MessageLevelType0 | str): How serious a message is [retrieve-operations]; the set is kept open.
        timestamp (datetime.datetime | None | Unset): In UTC, with up to seven fractional digits.
    """

    message_html: str
    level: MessageLevelType0 | str
    timestamp: datetime.datetime | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        message_html = self.message_html

        level: str
        if isinstance(self.level, str):
            level = self.level
        else:
            level = self.level

        timestamp: None | str | Unset
        if isinstance(self.timestamp, Unset):
            timestamp = UNSET
        elif isinstance(self.timestamp, datetime.datetime):
            timestamp = self.timestamp.isoformat()
        else:
            timestamp = self.timestamp

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "messageHtml": message_html,
                "level": level,
            }
        )
        if timestamp is not UNSET:
            field_dict["timestamp"] = timestamp

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        message_html = d.pop("messageHtml")

        def _parse_level(data: object) -> MessageLevelType0 | str:
            try:
                if not isinstance(data, str):
                    raise TypeError()
                componentsschemas_message_level_type_0 = check_message_level_type_0(
                    data
                )

                return componentsschemas_message_level_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(MessageLevelType0 | str, data)

        level = _parse_level(d.pop("level"))

        def _parse_timestamp(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                timestamp_type_0 = datetime.datetime.fromisoformat(data)

                return timestamp_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        timestamp = _parse_timestamp(d.pop("timestamp", UNSET))

        message = cls(
            message_html=message_html,
            level=level,
            timestamp=timestamp,
        )

        message.additional_properties = d
        return message

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
