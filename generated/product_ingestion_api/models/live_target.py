from __future__ import annotations

from collections.abc import Mapping
from typing import (
    Any,
    Literal,
    TypeVar,
    cast,
)

from attrs import define as _attrs_define

T = TypeVar("T", bound="LiveTarget")


@_attrs_define
class LiveTarget:
    """The marketplace [resource-schemas].

    Attributes:
        target_type (Literal['live']): Is `live`.
    """

    target_type: Literal["live"]

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
        target_type = cast(Literal["live"], d.pop("targetType"))
        if target_type != "live":
            raise ValueError(f"targetType must match const 'live', got '{target_type}'")

        live_target = cls(
            target_type=target_type,
        )

        return live_target
