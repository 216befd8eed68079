from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

from ..models.configure_schema import ConfigureSchema, check_configure_schema

if TYPE_CHECKING:
    from ..models.go_live import GoLive
    from ..models.publish_preview import PublishPreview


T = TypeVar("T", bound="Configure")


@_attrs_define
class Configure:
    """What to do: a list of resources [generated-models], of which this contract has one, a submission.
    It is closed.

        Attributes:
            schema (ConfigureSchema): What the body is; the versions that running clients write (*observed*).
            resources (list[GoLive | PublishPreview]): The one thing to do.
    """

    schema: ConfigureSchema
    resources: list[GoLive | PublishPreview]

    def to_dict(self) -> dict[str, Any]:
        from ..models.publish_preview import PublishPreview  # noqa: PLC0415

        schema: str = self.schema

        resources = []
        for resources_item_data in self.resources:
            resources_item: dict[str, Any]
            if isinstance(resources_item_data, PublishPreview):
                resources_item = resources_item_data.to_dict()
            else:
                resources_item = resources_item_data.to_dict()

            resources.append(resources_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "$schema": schema,
                "resources": resources,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.go_live import GoLive  # noqa: PLC0415
        from ..models.publish_preview import PublishPreview  # noqa: PLC0415

        d = dict(src_dict)
        schema = check_configure_schema(d.pop("$schema"))

        resources = []
        _resources = d.pop("resources")
        for resources_item_data in _resources:

            def _parse_resources_item(data: object) -> GoLive | PublishPreview:
                try:
                    if not isinstance(data, dict):
                        raise TypeError()
                    resources_item_type_0 = PublishPreview.from_dict(data)

                    return resources_item_type_0
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass
                if not isinstance(data, dict):
                    raise TypeError()
                resources_item_type_1 = GoLive.from_dict(data)

                return resources_item_type_1

            resources_item = _parse_resources_item(resources_item_data)

            resources.append(resources_item)

        configure = cls(
            schema=schema,
            resources=resources,
        )

        return configure
