from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="ProductByExternalId")


@_attrs_define
class ProductByExternalId:
    """A product, by the id that the publisher gave it [resource-schemas].

    Attributes:
        external_id (str): The id that the publisher gave the product [resource-schemas].
    """

    external_id: str

    def to_dict(self) -> dict[str, Any]:
        external_id = self.external_id

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "externalId": external_id,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        external_id = d.pop("externalId")

        product_by_external_id = cls(
            external_id=external_id,
        )

        return product_by_external_id
