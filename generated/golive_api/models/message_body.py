from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.message_body_model_state_type_0 import MessageBodyModelStateType0


T = TypeVar("T", bound="MessageBody")


@_attrs_define
class MessageBody:
    """What went wrong, in the shape of ASP.NET (*observed* with 401).

    Attributes:
        message (str): An explanation for people.
        model_state (MessageBodyModelStateType0 | None | Unset): What is wrong with which field of the request, where
            that is the error (*inferred*).
    """

    message: str
    model_state: MessageBodyModelStateType0 | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.message_body_model_state_type_0 import MessageBodyModelStateType0  # noqa: PLC0415

        message = self.message

        model_state: dict[str, Any] | None | Unset
        if isinstance(self.model_state, Unset):
            model_state = UNSET
        elif isinstance(self.model_state, MessageBodyModelStateType0):
            model_state = self.model_state.to_dict()
        else:
            model_state = self.model_state

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "Message": message,
            }
        )
        if model_state is not UNSET:
            field_dict["ModelState"] = model_state

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.message_body_model_state_type_0 import MessageBodyModelStateType0  # noqa: PLC0415

        d = dict(src_dict)
        message = d.pop("Message")

        def _parse_model_state(
            data: object,
        ) -> MessageBodyModelStateType0 | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                model_state_type_0 = MessageBodyModelStateType0.from_dict(data)

                return model_state_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(MessageBodyModelStateType0 | None | Unset, data)

        model_state = _parse_model_state(d.pop("ModelState", UNSET))

        message_body = cls(
            message=message,
            model_state=model_state,
        )

        message_body.additional_properties = d
        return message_body

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
