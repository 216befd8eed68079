from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="OfferLink")


@_attrs_define
class OfferLink:
    """A link to the offer. "Not currently implemented" [retrieve-operations]; one client models it so
    (*observed*).

        Attributes:
            display_text (str | Unset): The text of the link.
            uri (str | Unset): Where it leads.
    """

    display_text: str | Unset = UNSET
    uri: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        display_text = self.display_text

        uri = self.uri

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if display_text is not UNSET:
            field_dict["DisplayText"] = display_text
        if uri is not UNSET:
            field_dict["URI"] = uri

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        display_text = d.pop("DisplayText", UNSET)

        uri = d.pop("URI", UNSET)

        offer_link = cls(
            display_text=display_text,
            uri=uri,
        )

        offer_link.additional_properties = d
        return offer_link

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
