from __future__ import annotations

from collections.abc import Mapping
from typing import (
    TYPE_CHECKING,
    Any,
    Literal,
    TypeVar,
    cast,
)

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.preview_target import PreviewTarget
    from ..models.product_by_external_id import ProductByExternalId


T = TypeVar("T", bound="PublishPreview")


@_attrs_define
class PublishPreview:
    """A submission of everything that is in draft to the preview [product-ingestion-api]. It has no id: the
    service gives it one. It is closed, so that it means nothing else.

        Attributes:
            schema (Literal['https://schema.mp.microsoft.com/schema/submission/2022-03-01-preview2']): Says that it is a
                submission. `2022-03-01-preview7` requires `sources`, without saying what they do
                (*observed*); this version is what all clients write.
            product (ProductByExternalId | str): The product.
            target (PreviewTarget): The preview [resource-schemas].
    """

    schema: Literal[
        "https://schema.mp.microsoft.com/schema/submission/2022-03-01-preview2"
    ]
    product: ProductByExternalId | str
    target: PreviewTarget

    def to_dict(self) -> dict[str, Any]:
        from ..models.product_by_external_id import ProductByExternalId  # noqa: PLC0415

        schema = self.schema

        product: dict[str, Any] | str
        if isinstance(self.product, ProductByExternalId):
            product = self.product.to_dict()
        else:
            product = self.product

        target = self.target.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "$schema": schema,
                "product": product,
                "target": target,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.preview_target import PreviewTarget  # noqa: PLC0415
        from ..models.product_by_external_id import ProductByExternalId  # noqa: PLC0415

        d = dict(src_dict)
        schema = cast(
            Literal[
                "https://schema.mp.microsoft.com/schema/submission/2022-03-01-preview2"
            ],
            d.pop("$schema"),
        )
        if (
            schema
            != "https://schema.mp.microsoft.com/schema/submission/2022-03-01-preview2"
        ):
            raise ValueError(
                f"$schema must match const 'https://schema.mp.microsoft.com/schema/submission/2022-03-01-preview2', got '{schema}'"
            )

        def _parse_product(data: object) -> ProductByExternalId | str:
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                product_type_1 = ProductByExternalId.from_dict(data)

                return product_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(ProductByExternalId | str, data)

        product = _parse_product(d.pop("product"))

        target = PreviewTarget.from_dict(d.pop("target"))

        publish_preview = cls(
            schema=schema,
            product=product,
            target=target,
        )

        return publish_preview
