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
    from ..models.live_target import LiveTarget


T = TypeVar("T", bound="GoLive")


@_attrs_define
class GoLive:
    """The submission that is in preview, to be live [product-ingestion-api]. Its id says which: the
    draft, `0`, is none. It is closed: with a `lifecycleState` the same resource deprecates the
    product, at once and live.

        Attributes:
            schema (Literal['https://schema.mp.microsoft.com/schema/submission/2022-03-01-preview2']): Says that it is a
                submission. `2022-03-01-preview7` requires `sources`, without saying what they do
                (*observed*); this version is what all clients write.
            id (str): The durable id of the submission in preview; its GUID is that of the product.
            product (str): The durable id of a product [resource-schemas].
            target (LiveTarget): The marketplace [resource-schemas].
    """

    schema: Literal[
        "https://schema.mp.microsoft.com/schema/submission/2022-03-01-preview2"
    ]
    id: str
    product: str
    target: LiveTarget

    def to_dict(self) -> dict[str, Any]:
        schema = self.schema

        id = self.id

        product = self.product

        target = self.target.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "$schema": schema,
                "id": id,
                "product": product,
                "target": target,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.live_target import LiveTarget  # noqa: PLC0415

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

        id = d.pop("id")

        product = d.pop("product")

        target = LiveTarget.from_dict(d.pop("target"))

        go_live = cls(
            schema=schema,
            id=id,
            product=product,
            target=target,
        )

        return go_live
