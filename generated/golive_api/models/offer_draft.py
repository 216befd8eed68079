from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.offer_definition import OfferDefinition


T = TypeVar("T", bound="OfferDraft")


@_attrs_define
class OfferDraft:
    """An offer as it should be [create-update-offers]: a document as of `Offer`, opaque but for its
    definition. What belongs to the service (`status`, `version`, `changedTime`, `pcMigrationStatus`)
    can be given back and is not heeded; `id` and `publisherId`, if given, are those of the path
    (*inferred*).

        Attributes:
            definition (None | OfferDefinition | Unset): What the publisher wrote.
    """

    definition: None | OfferDefinition | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.offer_definition import OfferDefinition  # noqa: PLC0415

        definition: dict[str, Any] | None | Unset
        if isinstance(self.definition, Unset):
            definition = UNSET
        elif isinstance(self.definition, OfferDefinition):
            definition = self.definition.to_dict()
        else:
            definition = self.definition

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if definition is not UNSET:
            field_dict["definition"] = definition

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.offer_definition import OfferDefinition  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_definition(data: object) -> None | OfferDefinition | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                definition_type_0 = OfferDefinition.from_dict(data)

                return definition_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | OfferDefinition | Unset, data)

        definition = _parse_definition(d.pop("definition", UNSET))

        offer_draft = cls(
            definition=definition,
        )

        offer_draft.additional_properties = d
        return offer_draft

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
