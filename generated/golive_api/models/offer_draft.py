from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.offer_draft_definition import OfferDraftDefinition


T = TypeVar("T", bound="OfferDraft")


@_attrs_define
class OfferDraft:
    """An offer as it should be [create-update-offers]: a document as of `Offer`, opaque but for having a
    definition. What belongs to the service (`status`, `version`, `changedTime`, `pcMigrationStatus`)
    can be given back and is not heeded; `id` and `publisherId`, if given, are those of the path
    (*inferred*).

        Attributes:
            definition (OfferDraftDefinition): What the publisher wrote; see `OfferDefinition`.
    """

    definition: OfferDraftDefinition
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        definition = self.definition.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "definition": definition,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.offer_draft_definition import OfferDraftDefinition  # noqa: PLC0415

        d = dict(src_dict)
        definition = OfferDraftDefinition.from_dict(d.pop("definition"))

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
