from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.reference_by_name import ReferenceByName


T = TypeVar("T", bound="Product")


@_attrs_define
class Product:
    """A product, which Partner Center calls an offer [resource-schemas].

    Attributes:
        id (str): The durable id, `product/` and a GUID.
        schema (None | str | Unset): The type and the version of what it stands in, `https://HOST/schema/TYPE/VERSION`
            [product-ingestion-api]. The host may be the old one (*observed*), and the version another one than
            was asked for.
        identity (None | ReferenceByName | Unset): The id that the publisher gave it, as `externalId`.
        type_ (None | str | Unset): What it is: `azureVirtualMachine`, `azureContainer`, `softwareAsAService` and a
            dozen more
            [resource-schemas]. The set is open.
        alias (None | str | Unset): The name that its publisher sees.
        lifecycle_state (None | str | Unset): `generallyAvailable`, or how far it has been taken off the market
            [resource-schemas].
    """

    id: str
    schema: None | str | Unset = UNSET
    identity: None | ReferenceByName | Unset = UNSET
    type_: None | str | Unset = UNSET
    alias: None | str | Unset = UNSET
    lifecycle_state: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.reference_by_name import ReferenceByName  # noqa: PLC0415

        id = self.id

        schema: None | str | Unset
        if isinstance(self.schema, Unset):
            schema = UNSET
        else:
            schema = self.schema

        identity: dict[str, Any] | None | Unset
        if isinstance(self.identity, Unset):
            identity = UNSET
        elif isinstance(self.identity, ReferenceByName):
            identity = self.identity.to_dict()
        else:
            identity = self.identity

        type_: None | str | Unset
        if isinstance(self.type_, Unset):
            type_ = UNSET
        else:
            type_ = self.type_

        alias: None | str | Unset
        if isinstance(self.alias, Unset):
            alias = UNSET
        else:
            alias = self.alias

        lifecycle_state: None | str | Unset
        if isinstance(self.lifecycle_state, Unset):
            lifecycle_state = UNSET
        else:
            lifecycle_state = self.lifecycle_state

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
            }
        )
        if schema is not UNSET:
            field_dict["$schema"] = schema
        if identity is not UNSET:
            field_dict["identity"] = identity
        if type_ is not UNSET:
            field_dict["type"] = type_
        if alias is not UNSET:
            field_dict["alias"] = alias
        if lifecycle_state is not UNSET:
            field_dict["lifecycleState"] = lifecycle_state

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.reference_by_name import ReferenceByName  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        def _parse_schema(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        schema = _parse_schema(d.pop("$schema", UNSET))

        def _parse_identity(data: object) -> None | ReferenceByName | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                identity_type_0 = ReferenceByName.from_dict(data)

                return identity_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | ReferenceByName | Unset, data)

        identity = _parse_identity(d.pop("identity", UNSET))

        def _parse_type_(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        type_ = _parse_type_(d.pop("type", UNSET))

        def _parse_alias(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        alias = _parse_alias(d.pop("alias", UNSET))

        def _parse_lifecycle_state(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        lifecycle_state = _parse_lifecycle_state(d.pop("lifecycleState", UNSET))

        product = cls(
            id=id,
            schema=schema,
            identity=identity,
            type_=type_,
            alias=alias,
            lifecycle_state=lifecycle_state,
        )

        product.additional_properties = d
        return product

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
