from __future__ import annotations

from collections.abc import Mapping
from typing import (
    Any,
    Literal,
    TypeVar,
    cast,
)

from attrs import define as _attrs_define

T = TypeVar("T", bound="PreviewTarget")


@_attrs_define
class PreviewTarget:
    """The preview [resource-schemas].

    Attributes:
        target_type (Literal['preview']): Is `preview`.
    """

    target_type: Literal["preview"]

    def to_dict(self) -> dict[str, Any]:
        target_type = self.target_type

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "targetType": target_type,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        target_type = cast(Literal["preview"], d.pop("targetType"))
        if target_type != "preview":
            raise ValueError(
                f"targetType must match const 'preview', got '{target_type}'"
            )

        preview_target = cls(
            target_type=target_type,
        )

        return preview_target
