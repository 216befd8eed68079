from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.known_status_word import KnownStatusWord, check_known_status_word
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.message import Message


T = TypeVar("T", bound="Step")


@_attrs_define
class Step:
    """One step of an operation [retrieve-operations]. Those of a virtual machine offer are, in order,
    `displaydummycertify`, `displaycertify`, `displayprovision`, `displaypackage`,
    `publisher-signoff` and `live`.

    A step has an `id`, or at least a `stepName`. Of a migrated offer it can be bare, without `id` and
    percentage, and its `stepName` is then the stable name (`publisher-signoff`; *observed*).

        Attributes:
            status (KnownStatusWord | str): A word for a status. The set is open: a word that is not known must neither
                crash a client nor
                end its wait. The service writes lower camel case (*observed*).
            id (str | Unset): A stable name.
            step_name (str | Unset): The name shown to people; of a migrated offer the stable name (*observed*).
            description (None | str | Unset): What happens in the step.
            estimated_time_frame (None | str | Unset): The service's own estimate, as prose; missing for `publisher-
                signoff`.
            messages (list[Message | str] | None | Unset): What the service has to say about the step.
            progress_percentage (int | None | Unset): How much of the step is done.
    """

    status: KnownStatusWord | str
    id: str | Unset = UNSET
    step_name: str | Unset = UNSET
    description: None | str | Unset = UNSET
    estimated_time_frame: None | str | Unset = UNSET
    messages: list[Message | str] | None | Unset = UNSET
    progress_percentage: int | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.message import Message  # noqa: PLC0415

        status: str
        if isinstance(self.status, str):
            status = self.status
        else:
            status = self.status

        id = self.id

        step_name = self.step_name

        description: None | str | Unset
        if isinstance(self.description, Unset):
            description = UNSET
        else:
            description = self.description

        estimated_time_frame: None | str | Unset
        if isinstance(self.estimated_time_frame, Unset):
            estimated_time_frame = UNSET
        else:
            estimated_time_frame = self.estimated_time_frame

        messages: list[dict[str, Any] | str] | None | Unset
        if isinstance(self.messages, Unset):
            messages = UNSET
        elif isinstance(self.messages, list):
            messages = []
            for messages_type_0_item_data in self.messages:
                messages_type_0_item: dict[str, Any] | str
                if isinstance(messages_type_0_item_data, Message):
                    messages_type_0_item = messages_type_0_item_data.to_dict()
                else:
                    messages_type_0_item = messages_type_0_item_data
                messages.append(messages_type_0_item)

        else:
            messages = self.messages

        progress_percentage: int | None | Unset
        if isinstance(self.progress_percentage, Unset):
            progress_percentage = UNSET
        else:
            progress_percentage = self.progress_percentage

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "status": status,
            }
        )
        if id is not UNSET:
            field_dict["id"] = id
        if step_name is not UNSET:
            field_dict["stepName"] = step_name
        if description is not UNSET:
            field_dict["description"] = description
        if estimated_time_frame is not UNSET:
            field_dict["estimatedTimeFrame"] = estimated_time_frame
        if messages is not UNSET:
            field_dict["messages"] = messages
        if progress_percentage is not UNSET:
            field_dict["progressPercentage"] = progress_percentage

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.message import Message  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_status(data: object) -> KnownStatusWord | str:
            try:
                if not isinstance(data, str):
                    raise TypeError()
                componentsschemas_status_word_type_0 = check_known_status_word(data)

                return componentsschemas_status_word_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(KnownStatusWord | str, data)

        status = _parse_status(d.pop("status"))

        id = d.pop("id", UNSET)

        step_name = d.pop("stepName", UNSET)

        def _parse_description(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        description = _parse_description(d.pop("description", UNSET))

        def _parse_estimated_time_frame(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        estimated_time_frame = _parse_estimated_time_frame(
            d.pop("estimatedTimeFrame", UNSET)
        )

        def _parse_messages(data: object) -> list[Message | str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                messages_type_0 = []
                _messages_type_0 = data
                for messages_type_0_item_data in _messages_type_0:

                    def _parse_messages_type_0_item(data: object) -> Message | str:
                        try:
                            if not isinstance(data, dict):
                                raise TypeError()
                            componentsschemas_message_or_text_type_0 = (
                                Message.from_dict(data)
                            )

                            return componentsschemas_message_or_text_type_0
                        except (TypeError, ValueError, AttributeError, KeyError):
                            pass
                        return cast(Message | str, data)

                    messages_type_0_item = _parse_messages_type_0_item(
                        messages_type_0_item_data
                    )

                    messages_type_0.append(messages_type_0_item)

                return messages_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[Message | str] | None | Unset, data)

        messages = _parse_messages(d.pop("messages", UNSET))

        def _parse_progress_percentage(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        progress_percentage = _parse_progress_percentage(
            d.pop("progressPercentage", UNSET)
        )

        step = cls(
            status=status,
            id=id,
            step_name=step_name,
            description=description,
            estimated_time_frame=estimated_time_frame,
            messages=messages,
            progress_percentage=progress_percentage,
        )

        step.additional_properties = d
        return step

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
